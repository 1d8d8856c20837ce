package dev.gatun.container;

import dev.gatun.linux.Kernel;
import dev.gatun.oci.User;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Users as people name them, looked up in a root file system's own passwd(5) and group(5).
 *
 * <p>What is all digits is a number, whatever a hostile passwd calls its users (CVE-2016-3697).
 */
public final class Users {
    private static final int ID_FIELD = 2;
    private static final int PASSWD_FIELDS = 7;
    private static final int GROUP_FIELDS = 4;
    private static final long ID_MAX = 0xffff_fffeL;

    private final String passwd;
    private final String group;

    private Users(String passwd, String group) {
        this.passwd = passwd;
        this.group = group;
    }

    /** The users of a root file system. */
    public static Users of(Kernel kernel, RootSource root) {
        try (RootView view = RootView.of(kernel, root)) {
            return new Users(view.read("/etc/passwd"), view.read("/etc/group"));
        }
    }

    static Users of(String passwd, String group) {
        return new Users(passwd, group);
    }

    /** The user that {@code text} names: {@code USER[:GROUP]}, each by name or number. */
    public User find(String text) {
        int colon = text.indexOf(':');
        String userName = colon < 0 ? text : text.substring(0, colon);
        String[] entry = entry(passwd, PASSWD_FIELDS, userName);
        if (entry.length == 0 && !isNumber(userName)) {
            throw new ContainerException("user \"" + userName + "\" is not in the container's /etc/passwd");
        }
        long uid = entry.length > 0 ? id(entry[ID_FIELD]) : id(userName);
        long gid = entry.length > 0 ? id(entry[ID_FIELD + 1]) : 0;
        if (colon >= 0) {
            return new User(uid, findGroup(text.substring(colon + 1)), OptionalInt.empty(), List.of());
        }
        return new User(uid, gid, OptionalInt.empty(), entry.length > 0 ? groupsOf(entry[0], gid) : List.of());
    }

    private long findGroup(String name) {
        String[] entry = entry(group, GROUP_FIELDS, name);
        if (entry.length == 0 && !isNumber(name)) {
            throw new ContainerException("group \"" + name + "\" is not in the container's /etc/group");
        }
        return entry.length > 0 ? id(entry[ID_FIELD]) : id(name);
    }

    private List<Long> groupsOf(String userName, long primary) {
        var groups = new ArrayList<Long>();
        for (String line : group.split("\n", -1)) {
            String[] fields = line.split(":", -1);
            if (fields.length >= GROUP_FIELDS
                    && isNumber(fields[ID_FIELD])
                    && List.of(fields[GROUP_FIELDS - 1].split(",", -1)).contains(userName)
                    && id(fields[ID_FIELD]) != primary) {
                groups.add(id(fields[ID_FIELD]));
            }
        }
        return groups;
    }

    /** The fields of the line for a number, if the key is one, or else for a name; empty if there is none. */
    private static String[] entry(String file, int fields, String key) {
        int keyField = isNumber(key) ? ID_FIELD : 0;
        for (String line : file.split("\n", -1)) {
            String[] entry = line.split(":", -1);
            if (entry.length >= fields && entry[keyField].equals(key) && isNumber(entry[ID_FIELD])) {
                return entry;
            }
        }
        return new String[0];
    }

    private static boolean isNumber(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return !text.isEmpty();
    }

    private static long id(String text) {
        long id = text.length() > 10 || !isNumber(text) ? Long.MAX_VALUE : Long.parseLong(text);
        if (id > ID_MAX) {
            throw new ContainerException("\"" + text + "\" is not an id, a number up to " + ID_MAX);
        }
        return id;
    }
}
