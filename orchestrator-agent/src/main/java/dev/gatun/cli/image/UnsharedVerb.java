package dev.gatun.cli.image;

import dev.gatun.container.Privileges;
import dev.gatun.container.cli.Session;
import dev.gatun.container.cli.Verb;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/**
 * A verb that makes, reads or removes files of layers, or mounts some. A user has it run in a user namespace, where the
 * owners of those files are the user's.
 */
record UnsharedVerb(Verb verb) implements Verb {
    @Override
    public String name() {
        return verb.name();
    }

    @Override
    public void declare(CommandSpec spec) {
        verb.declare(spec);
    }

    @Override
    public int run(ParseResult args, Session session) {
        if (Privileges.ofThisProcess().isRootless()) {
            session.unshare().again();
        }
        return verb.run(args, session);
    }

    @Override
    public int failureStatus(RuntimeException failure) {
        return verb.failureStatus(failure);
    }
}
