package dev.gatun.image.registry;

import dev.gatun.image.ImageException;
import dev.gatun.image.Json;
import dev.gatun.image.Reference;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which registries there are: what short names stand for, mirrors, and registries that are insecure or blocked. Read from
 * registries.conf of containers-common where a host has it (containers-registries.conf(5), version 2), and otherwise from
 * {@code /etc/gatun/registries.conf}, which has the same form. With neither, short names are Docker Hub's.
 */
public final class RegistriesConf {
    private static final Path CONTAINERS = Path.of("/etc/containers");
    private static final Path GATUN = Path.of("/etc/gatun/registries.conf");

    private final Map<String, RegistryRule> rules = new LinkedHashMap<>();
    private final Map<String, String> aliases = new LinkedHashMap<>();
    private Optional<List<String>> searched = Optional.empty();
    private String shortNameMode = "permissive";
    private boolean insecure;

    private RegistriesConf() {}

    /** With nothing configured. */
    public static RegistriesConf defaults() {
        return new RegistriesConf();
    }

    /**
     * That of this host and user.
     *
     * @param environment of which {@code CONTAINERS_REGISTRIES_CONF} and {@code HOME} are looked at
     */
    public static RegistriesConf load(Map<String, String> environment) {
        String chosen = environment.getOrDefault("CONTAINERS_REGISTRIES_CONF", "");
        if (!chosen.isEmpty()) {
            return read(List.of(Path.of(chosen)));
        }
        Path own = Path.of(environment.getOrDefault("HOME", "/")).resolve(".config/containers");
        List<Path> files = new ArrayList<>();
        Path main = firstOf(own.resolve("registries.conf"), CONTAINERS.resolve("registries.conf"), GATUN);
        if (Files.exists(main)) {
            files.add(main);
        }
        files.addAll(dropIns(CONTAINERS.resolve("registries.conf.d")));
        files.addAll(dropIns(own.resolve("registries.conf.d")));
        return read(files);
    }

    private static Path firstOf(Path... candidates) {
        for (Path candidate : candidates) {
            if (Files.exists(candidate)) {
                return candidate;
            }
        }
        return candidates[candidates.length - 1];
    }

    private static List<Path> dropIns(Path folder) {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, "*.conf")) {
            entries.forEach(files::add);
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        } catch (IOException e) {
            throw new ImageException("list " + folder + ": " + e.getMessage(), e);
        }
        Collections.sort(files);
        return files;
    }

    /** The same with all registries insecure: certificates are not checked, and plain HTTP will do. */
    public RegistriesConf withoutChecks() {
        var conf = new RegistriesConf();
        conf.rules.putAll(rules);
        conf.aliases.putAll(aliases);
        conf.searched = searched;
        conf.shortNameMode = shortNameMode;
        conf.insecure = true;
        return conf;
    }

    /** Reads files, of which later ones replace what earlier ones say of the same prefix, alias or setting. */
    public static RegistriesConf read(List<Path> files) {
        var conf = new RegistriesConf();
        for (Path file : files) {
            try {
                conf.add(Json.parseToml(file.toString(), Files.readAllBytes(file)));
            } catch (IOException e) {
                throw new ImageException("read " + file + ": " + e.getMessage(), e);
            }
        }
        return conf;
    }

    private void add(Json toml) {
        if (toml.has("registries")) {
            throw new ImageException(toml.where() + ": version 1 of registries.conf ([registries.search] and the like)"
                    + " is no longer read; write it as containers-registries.conf(5) has it");
        }
        for (Json json : toml.objects("registry")) {
            RegistryRule rule = RegistryRule.read(json);
            rules.put(rule.prefix(), rule);
        }
        if (toml.has("unqualified-search-registries")) {
            searched = Optional.of(toml.list("unqualified-search-registries"));
        }
        toml.optionalText("short-name-mode").ifPresent(mode -> {
            if (!List.of("enforcing", "permissive", "disabled").contains(mode)) {
                throw new ImageException(toml.where() + ": short-name-mode \"" + mode
                        + "\" is not one of enforcing, permissive, disabled");
            }
            shortNameMode = mode;
        });
        aliases.putAll(toml.texts("aliases"));
    }

    /**
     * The full names that a name may stand for, in the order in which they are tried; each has a tag or a digest.
     *
     * @throws ImageException if it is a short name, and no registry is configured for those, or none without asking
     */
    public List<Reference> resolve(Reference name) {
        if (!name.isShort()) {
            return List.of(name.withDefaultTag());
        }
        String alias = shortNameMode.equals("disabled") ? "" : aliases.getOrDefault(name.path(), "");
        if (!alias.isEmpty()) {
            Reference target = Reference.parse(alias);
            return List.of(new Reference(target.registry(), target.path(), name.tag(), name.digest()).withDefaultTag());
        }
        List<String> registries = searched.orElse(List.of(Reference.DOCKER_HUB));
        if (registries.isEmpty()) {
            throw new ImageException("image name \"" + name + "\" has no registry, and registries.conf has no"
                    + " unqualified-search-registries; give the full name, as in docker.io/library/" + name);
        }
        List<Reference> names = registries.stream()
                .map(registry -> name.in(registry).withDefaultTag())
                .toList();
        if (shortNameMode.equals("enforcing") && names.size() > 1) {
            throw new ImageException("image name \"" + name + "\" may be one of several, and short-name-mode is"
                    + " enforcing; give one of the full names: " + names);
        }
        return names;
    }

    /**
     * Where a full name is pulled from: mirrors first, then the place itself.
     *
     * @throws ImageException if it is blocked
     */
    public List<Endpoint> pullEndpoints(Reference name) {
        Optional<RegistryRule> rule = rule(name);
        if (rule.isEmpty()) {
            return List.of(endpoint(name, false));
        }
        List<Endpoint> endpoints = new ArrayList<>();
        for (RegistryRule.Mirror mirror : rule.get().mirrors()) {
            if (mirror.serves(name)) {
                endpoints.add(endpoint(rule.get().rewrite(name, mirror.location()), mirror.insecure()));
            }
        }
        endpoints.add(pushEndpoint(name));
        return endpoints;
    }

    /** Where a full name is pushed to. */
    public Endpoint pushEndpoint(Reference name) {
        return rule(name)
                .map(rule -> endpoint(rule.rewrite(name, rule.location()), rule.insecure()))
                .orElseGet(() -> endpoint(name, false));
    }

    private Endpoint endpoint(Reference place, boolean unchecked) {
        return new Endpoint(place.registry(), place.path(), unchecked || insecure || isLoopback(place.registry()));
    }

    /** The rule of the longest prefix. */
    private Optional<RegistryRule> rule(Reference name) {
        Optional<RegistryRule> best = Optional.empty();
        for (RegistryRule rule : rules.values()) {
            if (rule.match(name).isPresent()
                    && best.filter(other ->
                                    other.prefix().length() >= rule.prefix().length())
                            .isEmpty()) {
                best = Optional.of(rule);
            }
        }
        best.filter(RegistryRule::blocked).ifPresent(rule -> {
            throw new ImageException(name + ": registries.conf blocks " + rule.prefix());
        });
        return best;
    }

    /** What does not leave the machine needs no certificate: Docker has it so, too. */
    private static boolean isLoopback(String registry) {
        return registry.equals("localhost")
                || registry.startsWith("localhost:")
                || registry.startsWith("127.")
                || registry.startsWith("[::1]");
    }
}
