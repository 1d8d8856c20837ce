package dev.gatun.container;

import dev.gatun.oci.Process;
import java.util.ArrayList;
import java.util.List;

/** The variable HOME, which engines may leave to the runtime: it is the user's folder in the container's own passwd. */
final class HomeFolder {
    private static final int UID_FIELD = 2;
    private static final int HOME_FIELD = 5;

    private HomeFolder() {}

    /** The process's environment, with HOME if it has none. */
    static List<String> addTo(Process process, Assembly assembly) {
        for (String variable : process.env()) {
            if (variable.startsWith("HOME=") && variable.length() > "HOME=".length()) {
                return process.env();
            }
        }
        var environment = new ArrayList<String>(process.env());
        environment.removeIf(variable -> variable.equals("HOME="));
        environment.add("HOME=" + of(process.user().uid(), assembly.view.read("/etc/passwd")));
        return environment;
    }

    /** The home of a user by number, whatever the names (passwd(5)); {@code /} if there is no such user. */
    static String of(long uid, String passwd) {
        for (String line : passwd.split("\n", -1)) {
            String[] fields = line.split(":", -1);
            if (fields.length > HOME_FIELD
                    && fields[UID_FIELD].equals(Long.toString(uid))
                    && fields[HOME_FIELD].startsWith("/")) {
                return fields[HOME_FIELD];
            }
        }
        return "/";
    }
}
