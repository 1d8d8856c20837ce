package dev.gatun.cli.image;

import static dev.gatun.container.cli.Command.text;

import dev.gatun.container.cli.Session;
import dev.gatun.image.ImageException;
import dev.gatun.image.registry.CredentialStore;
import dev.gatun.image.registry.RegistriesConf;
import dev.gatun.image.registry.RegistryClient;
import java.util.HashMap;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** What verbs have in common that talk to registries. */
final class RegistryArguments {
    private final ParseResult args;
    private final Map<String, String> environment;

    RegistryArguments(ParseResult args, Session session) {
        this.args = args;
        this.environment = new HashMap<>(session.environment());
        String file = args.matchedOptionValue("--authfile", "");
        if (!file.isEmpty()) {
            environment.put("REGISTRY_AUTH_FILE", file);
        }
    }

    static void declare(CommandSpec spec) {
        spec.addOption(text("FILE", "Take credentials from this file.", "--authfile"));
        spec.addOption(text("BOOL", "false takes a registry without checking who it is.", "--tls-verify"));
    }

    RegistriesConf conf() {
        RegistriesConf conf = RegistriesConf.load(environment);
        String verify = args.matchedOptionValue("--tls-verify", "true");
        return switch (verify) {
            case "true" -> conf;
            case "false" -> conf.withoutChecks();
            default -> throw new ImageException("--tls-verify: \"" + verify + "\" is not one of true, false");
        };
    }

    RegistryClient client(RegistriesConf conf) {
        return new RegistryClient(conf, CredentialStore.of(environment), RegistryClient.Settings.standard());
    }
}
