package dev.gatun.cli.image;

import dev.gatun.container.cli.Session;
import dev.gatun.container.cli.Verb;
import dev.gatun.engine.Images;
import dev.gatun.engine.Layering;
import dev.gatun.image.registry.RegistriesConf;

/** A verb for images; it fails as podman's do. */
abstract class ImageVerb implements Verb {
    static final int FAILED = 125;

    @Override
    public final int failureStatus(RuntimeException failure) {
        return FAILED;
    }

    static Images images(Session session) {
        return images(session, RegistriesConf.load(session.environment()));
    }

    static Images images(Session session, RegistriesConf conf) {
        return new Images(
                session.kernel(), session.folders(), session.state(), conf, Layering.of(session.environment()));
    }
}
