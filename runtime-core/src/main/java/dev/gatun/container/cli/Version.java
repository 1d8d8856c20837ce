package dev.gatun.container.cli;

/** The version of Gatun. */
public final class Version {
    /** As in the parent pom; a test compares the two. */
    public static final String TEXT = "0.1.0";

    private Version() {}
}
