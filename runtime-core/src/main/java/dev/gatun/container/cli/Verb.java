package dev.gatun.container.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** A subcommand: what it takes, and what it does. */
public interface Verb {
    /** As it is typed. */
    String name();

    /** Declares its options, parameters and help texts. */
    void declare(CommandSpec spec);

    /**
     * Does what was asked.
     *
     * @param args its parsed arguments
     * @return the exit status
     */
    int run(ParseResult args, Session session);

    /** The exit status if it fails. */
    default int failureStatus(RuntimeException failure) {
        return 1;
    }

    /** Whether it makes system calls, so that the way to them is made while the arguments are still being read. */
    default boolean needsKernel() {
        return true;
    }
}
