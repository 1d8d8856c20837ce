package dev.gatun.container;

import dev.gatun.json.JsonWritable;
import dev.gatun.oci.IdMapping;
import dev.gatun.oci.Linux;
import dev.gatun.oci.Mount;
import dev.gatun.oci.Namespace;
import dev.gatun.oci.Resources;
import dev.gatun.oci.RuntimeSpec;
import java.util.List;

/** Refuses what a runtime without root cannot do, before the kernel does so with nothing but EPERM. */
final class Rootless {
    private final RuntimeSpec spec;
    private final Namespaces namespaces;
    private final IdMapper mapper;

    private Rootless(RuntimeSpec spec, IdMapper mapper) {
        this.spec = spec;
        this.namespaces = new Namespaces(spec.linux().namespaces());
        this.mapper = mapper;
    }

    /** Throws {@link ContainerException} that names what needs root. */
    static void check(RuntimeSpec spec, RootSource root, IdMapper mapper) {
        refuse(
                "host",
                root instanceof RootSource.ScratchCopy,
                "the kernel lays nothing over a folder with mounts below it for anybody else; give a folder instead");
        var rootless = new Rootless(spec, mapper);
        rootless.namespaces();
        rootless.user();
        rootless.mounts();
        refuse("linux.netDevices", !spec.linux().netDevices().isEmpty(), "the host's network devices are root's");
        refuse("linux.intelRdt", spec.linux().intelRdt().isPresent(), "the host's resctrl file system is root's");
    }

    /** Throws {@link ContainerException} that names a limit for which there is no control group. */
    static void checkUnlimited(Resources resources) {
        // device rules are left out: in a user namespace nobody makes devices
        String why = "no part of the tree of control groups is delegated to this user, so that a container stays in the"
                + " group of its runtime; let systemd delegate some (systemd-run --user --scope -p Delegate=yes)";
        refuse("linux.resources.memory", isSet(resources.memory()), why);
        refuse("linux.resources.cpu", isSet(resources.cpu()), why);
        refuse("linux.resources.pids", resources.pidsLimit().isPresent(), why);
        refuse("linux.resources.blockIO", isSet(resources.blockIo()), why);
        refuse("linux.resources.hugepageLimits", !resources.hugepageLimits().isEmpty(), why);
        refuse("linux.resources.network", isSet(resources.network()), why);
        refuse("linux.resources.rdma", !resources.rdma().isEmpty(), why);
        refuse("linux.resources.unified", !resources.unified().isEmpty(), why);
    }

    private static boolean isSet(JsonWritable section) {
        return !section.toJson().equals("{}");
    }

    private void namespaces() {
        refuse(
                "linux.namespaces",
                !namespaces.has(Namespace.Type.USER),
                "there is no user namespace among them; \"gatun-oci spec --rootless\" writes a configuration with one");
    }

    private void user() {
        Linux linux = spec.linux();
        if (!namespaces.isNew(Namespace.Type.USER)) {
            return;
        }
        if (mapper == IdMapper.HELPERS) {
            IdHelpers.require();
        }
        refuse(
                "process.user.additionalGids",
                mapper == IdMapper.PARENT_OF_ONE
                        && !spec.processOrIdle().user().additionalGids().isEmpty(),
                "who maps the own group alone must give up setgroups(2) (user_namespaces(7)); with newgidmap, linux.gidMappings"
                        + " may hold more");
        for (int i = 0; i < spec.mounts().size(); i++) {
            for (String option : spec.mounts().get(i).options()) {
                String field = "mounts[" + i + "].options: \"" + option + "\"";
                mapped(field, option, "uid=", linux.uidMappings(), "linux.uidMappings");
                mapped(field, option, "gid=", linux.gidMappings(), "linux.gidMappings");
            }
        }
    }

    private static void mapped(String field, String option, String key, List<IdMapping> mappings, String where) {
        if (!option.startsWith(key)) {
            return;
        }
        for (IdMapping mapping : mappings) {
            if (contains(mapping, option.substring(key.length()))) {
                return;
            }
        }
        throw new ContainerException(field + ": " + where + " map no such id");
    }

    private static boolean contains(IdMapping mapping, String text) {
        try {
            long id = Long.parseLong(text);
            return id >= mapping.containerId() && id < mapping.containerId() + mapping.size();
        } catch (NumberFormatException judgedByTheKernel) {
            return true;
        }
    }

    private void mounts() {
        for (int i = 0; i < spec.mounts().size(); i++) {
            Mount mount = spec.mounts().get(i);
            String field = "mounts[" + i + "]";
            refuse(
                    field + ".uidMappings",
                    !mount.uidMappings().isEmpty(),
                    "mapping owners takes rights over the file system");
            switch (mount.type().orElse("")) {
                case "sysfs" -> need(field, "sysfs", Namespace.Type.NETWORK, "; the host's /sys can be bound instead");
                case "mqueue" -> need(field, "mqueue", Namespace.Type.IPC, "");
                case "proc" -> need(field, "proc", Namespace.Type.PID, "; the host's /proc can be bound instead");
                default -> {}
            }
        }
    }

    private void need(String field, String type, Namespace.Type namespace, String advice) {
        refuse(
                field,
                !namespaces.has(namespace),
                "to mount " + type + " without a " + namespace.text() + " namespace in linux.namespaces" + advice);
    }

    private static void refuse(String field, boolean present, String why) {
        if (present) {
            throw new ContainerException(field + ": needs root: " + why);
        }
    }
}
