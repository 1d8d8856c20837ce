package dev.gatun.cli.image;

import static dev.gatun.container.cli.Command.flag;

import dev.gatun.container.cli.Session;
import dev.gatun.engine.ContainerRoots;
import dev.gatun.engine.Images;
import dev.gatun.image.ImageStore;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** Removes what nobody needs. */
final class PruneVerb extends ImageVerb {
    @Override
    public String name() {
        return "prune";
    }

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage().description("Remove images without a name, and all that no image and no container needs.");
        spec.addOption(flag("Also images with names on which no container stands.", "-a", "--all"));
        spec.addOption(flag("Ask nothing; nothing is asked in any case.", "-f", "--force"));
    }

    @Override
    public int run(ParseResult args, Session session) {
        Images images = images(session);
        new ContainerRoots(images).sweep();
        long before = images.store().usage(images.users()).blobs();
        if (args.hasMatchedOption("--all")) {
            for (ImageStore.Listed listed : images.store().list()) {
                listed.image()
                        .filter(image -> images.containersOf(image).isEmpty())
                        .ifPresent(images::remove);
            }
        }
        Images.Freed freed = images.prune();
        long after = images.store().usage(images.users()).blobs();
        session.out()
                .println("Total reclaimed space: "
                        + Words.bytes(Math.max(before - after, freed.blobs().bytes())));
        return 0;
    }
}
