package dev.gatun.cgroup.systemd;

import dev.gatun.cgroup.CgroupException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.freedesktop.dbus.types.UInt32;
import org.freedesktop.dbus.types.Variant;

/** The systemd that manages this host's groups. Throws {@link CgroupException}. */
public final class Systemd implements AutoCloseable {
    private static final Path BOOTED = Path.of("/run/systemd/system");
    private static final String NAME = "org.freedesktop.systemd1";
    private static final String PATH = "/org/freedesktop/systemd1";
    private static final String MANAGER = NAME + ".Manager";
    private static final String DBUS = "org.freedesktop.DBus";
    private static final String UNIT_EXISTS = NAME + ".UnitExists";
    private static final String NO_SUCH_UNIT = NAME + ".NoSuchUnit";
    private static final String JOB_REMOVED = "JobRemoved";
    private static final int JOB = 1;
    private static final int RESULT = 3;

    private final Bus bus;

    private Systemd(Bus bus) {
        this.bus = bus;
    }

    /** Connects to the host's systemd. */
    public static Systemd ofHost(Map<String, String> environment) {
        if (!Files.isDirectory(BOOTED, LinkOption.NOFOLLOW_LINKS)) {
            throw new CgroupException("--systemd-cgroup: systemd is not the manager of this machine (there is no "
                    + BOOTED + "); leave the option out to have Gatun manage control groups itself");
        }
        String bus = environment.getOrDefault("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/run/dbus/system_bus_socket");
        return connect(bus, "/run/systemd/private");
    }

    /** By the bus if there is one, otherwise directly, as systemctl does it for root. */
    static Systemd connect(String bus, String direct) {
        String failure;
        try {
            var systemd = new Systemd(Bus.connect(bus));
            systemd.introduce();
            return systemd;
        } catch (IOException e) {
            failure = bus + ": " + e.getMessage();
        }
        try {
            Bus line = Bus.connect("unix:path=" + direct);
            line.awaken(NAME);
            return new Systemd(line);
        } catch (IOException e) {
            throw new CgroupException("connect to systemd: " + failure + "; " + direct + ": " + e.getMessage(), e);
        }
    }

    /** What a bus wants to be told before it passes signals on; who is connected directly gets them all. */
    private void introduce() {
        bus.call(DBUS, "/org/freedesktop/DBus", DBUS, "Hello", "");
        bus.call(
                DBUS,
                "/org/freedesktop/DBus",
                DBUS,
                "AddMatch",
                "s",
                "type='signal',sender='" + NAME + "',interface='" + MANAGER + "',member='" + JOB_REMOVED + "'");
        manager("Subscribe", "");
    }

    /** The number of its version, such as 252. */
    public int version() {
        String text = property(PATH, MANAGER, "Version").toString();
        int end = 0;
        int begin = text.startsWith("v") ? 1 : 0;
        for (end = begin; end < text.length() && Character.isDigit(text.charAt(end)); ) {
            end++;
        }
        if (end == begin) {
            throw new CgroupException("systemd says that its version is \"" + text + "\", which begins with no number");
        }
        return Integer.parseInt(text.substring(begin, end));
    }

    /**
     * Starts a scope and waits until it is there.
     *
     * @param pids the processes that it begins with, at least one
     * @return the path of its group, from the root of all groups on
     */
    public String start(UnitName name, String description, List<Long> pids, List<UnitProperty> properties) {
        Object[] all = structures(basics(name, description, pids), properties);
        try {
            startOnce(name, all);
        } catch (Bus.RemoteException e) {
            if (!e.is(UNIT_EXISTS)) {
                throw failure("start the unit " + name.unit(), e);
            }
            // It may be what is left of one that failed, which keeps its name until that is forgiven.
            resetFailed(name.unit());
            try {
                startOnce(name, all);
            } catch (Bus.RemoteException again) {
                throw failure("start the unit " + name.unit(), again);
            }
        }
        return group(name);
    }

    private void startOnce(UnitName name, Object[] properties) {
        Object[] job =
                manager("StartTransientUnit", "ssa(sv)a(sa(sv))", name.unit(), "replace", properties, new Object[0]);
        String result = await(job[0]);
        if (!result.equals("done")) {
            resetFailed(name.unit());
            throw new CgroupException("systemd: start the unit " + name.unit() + ": " + result);
        }
    }

    private static List<UnitProperty> basics(UnitName name, String description, List<Long> pids) {
        var basics = new ArrayList<UnitProperty>();
        basics.add(UnitProperty.of("Description", description));
        basics.add(UnitProperty.of("Slice", name.slice()));
        basics.add(UnitProperty.of("Delegate", true));
        // one that failed goes as one that ended does
        basics.add(UnitProperty.of("CollectMode", "inactive-or-failed"));
        basics.add(new UnitProperty("PIDs", "au", pids.stream().map(UInt32::new).toList()));
        for (String accounting : List.of("MemoryAccounting", "CPUAccounting", "IOAccounting", "TasksAccounting")) {
            basics.add(UnitProperty.of(accounting, true));
        }
        basics.add(UnitProperty.of("DefaultDependencies", false));
        return basics;
    }

    /** Changes a unit until the next boot. */
    public void change(String unit, List<UnitProperty> properties) {
        try {
            manager("SetUnitProperties", "sba(sv)", unit, true, structures(List.of(), properties));
        } catch (Bus.RemoteException e) {
            throw failure("change the unit " + unit, e);
        }
    }

    /** Stops a unit with all its processes, waits for that, and forgives that it failed. One that is gone is fine. */
    public void stop(String unit) {
        try {
            await(manager("StopUnit", "ss", unit, "replace")[0]);
        } catch (Bus.RemoteException e) {
            if (!e.is(NO_SUCH_UNIT)) {
                throw failure("stop the unit " + unit, e);
            }
        }
        resetFailed(unit);
    }

    /** The group of a scope that is there, from the root of all groups on. */
    public String group(UnitName name) {
        Object[] unit = manager("GetUnit", "s", name.unit());
        return property(unit[0].toString(), NAME + ".Scope", "ControlGroup").toString();
    }

    private void resetFailed(String unit) {
        try {
            manager("ResetFailedUnit", "s", unit);
        } catch (Bus.RemoteException e) {
            // mostly it is gone, as it did not fail
            if (!e.is(NO_SUCH_UNIT)) {
                throw failure("reset the unit " + unit, e);
            }
        }
    }

    private String await(Object job) {
        Object[] removed =
                bus.await(JOB_REMOVED, values -> values[JOB].toString().equals(job.toString()));
        return removed[RESULT].toString();
    }

    private Object[] manager(String method, String signature, Object... values) {
        return bus.call(NAME, PATH, MANAGER, method, signature, values);
    }

    private Object property(String path, String interfaceName, String property) {
        try {
            Object[] answer =
                    bus.call(NAME, path, "org.freedesktop.DBus.Properties", "Get", "ss", interfaceName, property);
            return answer[0] instanceof Variant<?> variant ? variant.getValue() : answer[0];
        } catch (Bus.RemoteException e) {
            throw failure("read " + property, e);
        }
    }

    private static CgroupException failure(String action, Bus.RemoteException cause) {
        return new CgroupException("systemd: " + action + ": " + cause.getMessage(), cause);
    }

    private static Object[] structures(List<UnitProperty> first, List<UnitProperty> second) {
        var all = new ArrayList<Object>();
        for (List<UnitProperty> properties : List.of(first, second)) {
            for (UnitProperty property : properties) {
                all.add(new Object[] {property.name(), new Variant<>(property.value(), property.type())});
            }
        }
        return all.toArray();
    }

    @Override
    public void close() {
        bus.close();
    }
}
