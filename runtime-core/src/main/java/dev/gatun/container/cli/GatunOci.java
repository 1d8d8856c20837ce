package dev.gatun.container.cli;

import java.util.List;

/** The command {@code gatun-oci}: a low-level runtime that engines call as they call runc. */
public final class GatunOci {
    private static final String VERSION = "gatun-oci version " + Version.TEXT + "\nspec: 1.3.0";

    private GatunOci() {}

    /** The command, for a main method and for tests. */
    public static Command command() {
        return new Command(
                "gatun-oci",
                "Run containers as the OCI runtime specification describes them.",
                VERSION,
                List.of(
                        new CreateVerb(),
                        new StartVerb(),
                        new RunVerb(),
                        new ExecVerb(),
                        new StateVerb(),
                        new ListVerb(),
                        new KillVerb(),
                        new DeleteVerb(),
                        new PauseVerb(),
                        new ResumeVerb(),
                        new PsVerb(),
                        new UpdateVerb(),
                        new EventsVerb(),
                        new CheckpointVerb(),
                        new RestoreVerb(),
                        new SpecVerb(),
                        new FeaturesVerb()),
                1);
    }

    public static void main(String[] args) {
        System.exit(command().run(args));
    }
}
