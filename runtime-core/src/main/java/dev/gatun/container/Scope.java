package dev.gatun.container;

import dev.gatun.cgroup.CgroupFiles;
import dev.gatun.cgroup.Creation;
import dev.gatun.cgroup.DeviceRules;
import dev.gatun.cgroup.Group;
import dev.gatun.cgroup.GroupPaths;
import dev.gatun.cgroup.Layout;
import dev.gatun.cgroup.Settings;
import dev.gatun.cgroup.Write;
import dev.gatun.cgroup.systemd.AnnotatedProperties;
import dev.gatun.cgroup.systemd.ResourceProperties;
import dev.gatun.cgroup.systemd.Systemd;
import dev.gatun.cgroup.systemd.UnitName;
import dev.gatun.cgroup.systemd.UnitProperty;
import dev.gatun.linux.Kernel;
import dev.gatun.oci.Resources;
import dev.gatun.oci.RuntimeSpec;
import dev.gatun.program.Launcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A container's control group as a scope of systemd's, while the container is being made.
 *
 * <p>systemd makes a scope for processes that are there, and removes it when none is left. So a process that does nothing
 * holds it until the container's first process has joined, and the container is made as in any group. Should this
 * process be killed, the other one ends, and systemd clears up.
 */
final class Scope implements AutoCloseable {
    private final Systemd systemd;
    private final UnitName name;
    private final Placeholder placeholder;
    private final Creation creation;

    /** Has the scope made that a configuration asks for. */
    Scope(Kernel kernel, Launcher launcher, RuntimeSpec spec, ContainerId id) {
        name = UnitName.parse(spec.linux().cgroupsPath().orElse(""), id.value());
        if (name.isSlice()) {
            throw new ContainerException("linux.cgroupsPath: " + name.unit()
                    + " is a slice, which holds other units; a container's group is a scope: slice:prefix:name");
        }
        systemd = Systemd.ofHost(System.getenv());
        try {
            Layout layout = Layout.read();
            GroupPaths expected = GroupPaths.of(layout, Optional.of(name.path()), "");
            new Group(kernel, expected).checkUnused();
            List<UnitProperty> properties = properties(expected, spec);
            placeholder = new Placeholder(kernel, launcher);
            try {
                String group = systemd.start(name, "container " + id, List.of((long) placeholder.pid()), properties);
                creation = ContainerGroup.at(GroupPaths.of(layout, Optional.of(group), ""), spec);
            } catch (RuntimeException | Error failed) {
                placeholder.close();
                throw failed;
            }
        } catch (RuntimeException | Error failed) {
            systemd.close();
            throw failed;
        }
    }

    private List<UnitProperty> properties(GroupPaths paths, RuntimeSpec spec) {
        Resources resources = spec.linux().resources();
        List<Write> writes = Settings.of(resources, paths, CgroupFiles.HOST).writes();
        int version = systemd.version();
        var properties = new ArrayList<UnitProperty>();
        properties.addAll(ResourceProperties.of(writes, version));
        properties.addAll(ResourceProperties.ofCreation(writes, version));
        properties.addAll(ResourceProperties.of(DeviceRules.of(resources.devices())));
        properties.addAll(AnnotatedProperties.of(spec.annotations()));
        return properties;
    }

    /** What is left to be done in the group that systemd has made. */
    Creation creation() {
        return creation;
    }

    String unit() {
        return name.unit();
    }

    /** Takes the scope back after something failed, which matters more than whether this works. */
    void undo(Throwable failed) {
        try {
            systemd.stop(name.unit());
        } catch (RuntimeException left) {
            failed.addSuppressed(left);
        }
    }

    /** Leaves the scope to the container. */
    @Override
    public void close() {
        placeholder.close();
        systemd.close();
    }

    /** Tells systemd of new limits, before they are written to the group's files. */
    static void change(String unit, GroupPaths group, Resources resources) {
        try (Systemd systemd = Systemd.ofHost(System.getenv())) {
            var properties = new ArrayList<>(ResourceProperties.of(
                    Settings.of(resources, group, CgroupFiles.HOST).writes(), systemd.version()));
            if (!resources.devices().isEmpty()) {
                properties.addAll(ResourceProperties.of(DeviceRules.of(resources.devices())));
            }
            systemd.change(unit, properties);
        }
    }

    /** Ends what is left of a scope. */
    static void stop(String unit) {
        try (Systemd systemd = Systemd.ofHost(System.getenv())) {
            systemd.stop(unit);
        }
    }
}
