package dev.gatun.cli.image;

import static dev.gatun.container.cli.Command.flag;
import static dev.gatun.container.cli.Command.rest;

import dev.gatun.container.cli.Session;
import dev.gatun.engine.ContainerRoots;
import dev.gatun.engine.Images;
import dev.gatun.image.Image;
import dev.gatun.image.ImageException;
import dev.gatun.image.ImageStore;
import dev.gatun.image.Reference;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** Removes images, or names of theirs. */
final class RmiVerb extends ImageVerb {
    private final String name;

    RmiVerb(String name) {
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description("Remove images; of one with several names, the name. What other images need is kept.");
        spec.addOption(flag("Also with several names, and while containers stand on it.", "-f", "--force"));
        spec.addOption(flag("Remove all images.", "-a", "--all"));
        spec.addPositional(rest(0, "IMAGE", "Names or ids."));
    }

    @Override
    public int run(ParseResult args, Session session) {
        Images images = images(session);
        new ContainerRoots(images).sweep();
        boolean force = args.hasMatchedOption("--force");
        List<String> wanted = args.matchedPositionalValue(0, List.of());
        if (args.hasMatchedOption("--all")) {
            for (ImageStore.Listed listed : images.store().list()) {
                remove(images, images.store().get(listed.manifest().digest().toString()), force, session);
            }
        } else if (wanted.isEmpty()) {
            throw new ImageException(name + ": which image? See \"gatun " + name + " --help\"");
        }
        for (String each : wanted) {
            removeNamed(images, each, force, session);
        }
        return 0;
    }

    private static void removeNamed(Images images, String wanted, boolean force, Session session) {
        Image image = images.store().get(wanted);
        Optional<Reference> called = nameIn(image, wanted);
        if (called.isPresent() && image.names().size() > 1) {
            images.store().untag(called.get());
            session.out().println("Untagged: " + called.get());
            return;
        }
        if (image.names().size() > 1 && !force) {
            throw new ImageException(
                    "image " + wanted + " has several names, " + image.names() + ": remove them, or all with --force");
        }
        remove(images, image, force, session);
    }

    private static Optional<Reference> nameIn(Image image, String wanted) {
        return image.id().hex().startsWith(wanted)
                ? Optional.empty()
                : image.names().stream()
                        .filter(each -> each.familiar().equals(wanted)
                                || each.toString().equals(wanted)
                                || each.equals(Reference.parse(wanted).withDefaultTag())
                                || each.familiar()
                                        .equals(Reference.parse(wanted)
                                                .withDefaultTag()
                                                .familiar())
                                || each.path().equals(Reference.parse(wanted).path()))
                        .findFirst();
    }

    private static void remove(Images images, Image image, boolean force, Session session) {
        List<String> users = images.containersOf(image);
        if (!users.isEmpty() && !force) {
            throw new ImageException("image " + image.id().hex().substring(0, Words.ID_DIGITS)
                    + " is in use by the containers " + users + ": delete them first, or remove it with --force");
        }
        images.remove(image);
        image.names().forEach(each -> session.out().println("Untagged: " + each));
        session.out().println("Deleted: " + image.id().hex());
    }
}
