package dev.gatun.cli.image;

import dev.gatun.container.Privileges;
import dev.gatun.container.cli.Session;
import dev.gatun.container.cli.Verb;
import dev.gatun.engine.Images;
import dev.gatun.image.ImageException;
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
        if (Privileges.ofThisProcess().isRootless()) {
            throw new ImageException("images need root in this version; a folder as root file system needs none");
        }
        return new Images(session.kernel(), session.folders(), session.state(), conf);
    }
}
