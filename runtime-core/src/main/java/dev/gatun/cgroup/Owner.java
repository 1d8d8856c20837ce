package dev.gatun.cgroup;

/** Whom a group is delegated to: the container's root, as the host numbers it. */
public record Owner(long uid, long gid) {}
