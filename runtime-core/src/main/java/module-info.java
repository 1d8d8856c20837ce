/** The low-level runtime: OCI bundles compiled to syscall programs, and the gatun-oci command. */
module dev.gatun.runtime {
    exports dev.gatun.cgroup;
    exports dev.gatun.cgroup.systemd;
    exports dev.gatun.container;
    exports dev.gatun.container.cli;
    exports dev.gatun.json;
    exports dev.gatun.network;
    exports dev.gatun.oci;
    exports dev.gatun.seccomp;

    requires transitive dev.gatun.linux;
    requires transitive info.picocli;
    requires static org.jspecify;

    // The last two are services, which a Java made by jlink would not have otherwise.
    requires org.freedesktop.dbus;
    requires org.freedesktop.dbus.transport.jre;
    requires org.slf4j.nop;
}
