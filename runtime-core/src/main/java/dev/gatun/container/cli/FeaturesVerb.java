package dev.gatun.container.cli;

import dev.gatun.container.Features;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

final class FeaturesVerb implements Verb {
    @Override
    public String name() {
        return "features";
    }

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage().description("Print what this runtime can do, as JSON.");
    }

    @Override
    public int run(ParseResult args, Session session) {
        session.out().println(new Features(Version.TEXT).toJson("  "));
        return 0;
    }

    @Override
    public boolean needsKernel() {
        return false;
    }
}
