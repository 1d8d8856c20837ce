package dev.gatun.cli.image;

import dev.gatun.container.ContainerId;
import dev.gatun.container.IdMaps;
import dev.gatun.container.Privileges;
import dev.gatun.container.cli.ReportedException;
import dev.gatun.container.cli.Session;
import dev.gatun.engine.ContainerRoots;
import dev.gatun.engine.ImageContainer;
import dev.gatun.engine.Images;
import dev.gatun.image.CorruptBlobException;
import dev.gatun.image.Image;
import dev.gatun.image.ImageException;
import dev.gatun.image.Platform;
import dev.gatun.image.Reference;
import dev.gatun.image.registry.RegistryClient;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.ParseResult;

/** The image that a container is to be made of: as it is there, or pulled. */
public final class WantedImage {
    private final Session session;
    private final String name;
    private final Policy policy;
    private final Images images;

    /** When an image is pulled. */
    private enum Policy {
        MISSING,
        ALWAYS,
        NEVER;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Policy of(String text) {
            return switch (text) {
                case "missing" -> MISSING;
                case "always" -> ALWAYS;
                case "never" -> NEVER;
                default -> throw new ImageException("--pull: \"" + text + "\" is not one of missing, always, never");
            };
        }
    }

    /** The image of a name or an id; {@code args} say by {@code --pull} when it is pulled. */
    public WantedImage(ParseResult args, Session session, String name) {
        this.session = session;
        this.name = name;
        this.policy = Policy.of(args.matchedOptionValue("--pull", "missing"));
        this.images = ImageVerb.images(session);
    }

    /** Makes the root of a container of it. A layer that is found damaged is named, and pulled again. */
    public ImageContainer prepare(ContainerId id, IdMaps ids) {
        if (Privileges.ofThisProcess().isRootless() && !mayPrepare(id)) {
            return ImageContainer.take(images, id, () -> prepareUnshared(id));
        }
        return prepareHere(id, ids);
    }

    private boolean mayPrepare(ContainerId id) {
        return policy != Policy.ALWAYS
                && !images.snapshots().hasContainer(id.value())
                && images.store()
                        .find(name)
                        .filter(image -> ImageContainer.mayPrepare(images, image))
                        .isPresent();
    }

    private Image prepareUnshared(ContainerId id) {
        int status = session.unshare().run(PrepareVerb.words(id, name, policy.text()));
        if (status != 0) {
            throw new ReportedException(status);
        }
        return images.store().get(name);
    }

    private ImageContainer prepareHere(ContainerId id, IdMaps ids) {
        Image image = find();
        try {
            return ImageContainer.prepare(images, id, image, ids);
        } catch (CorruptBlobException damaged) {
            if (policy == Policy.NEVER || image.names().isEmpty()) {
                throw damaged;
            }
            session.err().println("gatun: warning: " + damaged.getMessage() + "; it is pulled again");
            return ImageContainer.prepare(images, id, pull(image.names().getFirst()), ids);
        }
    }

    private Image find() {
        Optional<Image> there =
                policy == Policy.ALWAYS ? Optional.empty() : images.store().find(name);
        if (there.isPresent()) {
            return there.get();
        }
        if (policy == Policy.NEVER) {
            throw new ImageException("image \"" + name + "\" is not here, and --pull=never; a folder of that"
                    + " name is written ./" + name);
        }
        return pull(Reference.parse(name));
    }

    private Image pull(Reference reference) {
        try (RegistryClient client = RegistryClient.load(session.environment());
                Transfer transfer = Transfer.of(session, false)) {
            return images.pull(client, reference, Platform.host(), transfer.progress());
        }
    }

    /** Removes what containers have left that are gone. */
    public void sweep() {
        new ContainerRoots(images).sweep();
    }
}
