package dev.gatun.cli.image;

import dev.gatun.container.cli.Session;
import dev.gatun.image.Verification;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** Looks whether all that is kept is as it should be. */
final class VerifyVerb extends ImageVerb {
    @Override
    public String name() {
        return "verify";
    }

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description(
                        "Read all that is kept, and print what is damaged or missing; pulling it again repairs it.");
    }

    @Override
    public int run(ParseResult args, Session session) {
        List<Verification.Problem> problems = new Verification(images(session).content()).run();
        problems.forEach(session.out()::println);
        return problems.isEmpty() ? 0 : 1;
    }
}
