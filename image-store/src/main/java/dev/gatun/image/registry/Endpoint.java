package dev.gatun.image.registry;

import dev.gatun.image.Reference;

/**
 * Where a repository is reached.
 *
 * @param registry host and port, as credentials and certificates name it
 * @param insecure whether its certificate need not be a known one, and plain HTTP will do
 */
public record Endpoint(String registry, String repository, boolean insecure) {
    private static final String DOCKER_HUB_HOST = "registry-1.docker.io";

    /** Host and port to connect to. */
    String host() {
        return registry.equals(Reference.DOCKER_HUB) ? DOCKER_HUB_HOST : registry;
    }

    @Override
    public String toString() {
        return registry + "/" + repository;
    }
}
