package dev.gatun.cli.image;

import dev.gatun.container.cli.Verb;
import dev.gatun.container.cli.VerbGroup;
import java.util.List;

/** All verbs for images, by the names that podman has for them. */
public final class ImageVerbs {
    private ImageVerbs() {}

    public static List<Verb> all() {
        return List.of(
                new UnsharedVerb(new PullVerb()),
                new PushVerb(),
                new ImagesVerb("images"),
                new UnsharedVerb(new RmiVerb("rmi")),
                new TagVerb(),
                new InspectVerb(),
                new HistoryVerb(),
                new SaveVerb(),
                new UnsharedVerb(new LoadVerb()),
                new UnsharedVerb(new ImportVerb()),
                new UnsharedVerb(new ExportVerb()),
                new UnsharedVerb(new CommitVerb()),
                new VerbGroup(
                        "image",
                        "Work with images.",
                        List.of(
                                new UnsharedVerb(new FromHostVerb()),
                                new VerifyVerb(),
                                new PrepareVerb(),
                                new UnsharedVerb(new PruneVerb()),
                                new ImagesVerb("ls"),
                                new UnsharedVerb(new RmiVerb("rm")),
                                new InspectVerb()),
                        ImageVerb.FAILED),
                new VerbGroup(
                        "system",
                        "Look at what is kept, and clean up.",
                        List.of(new DiskUsageVerb(), new UnsharedVerb(new PruneVerb())),
                        ImageVerb.FAILED),
                new UnsharedVerb(new PruneVerb()));
    }
}
