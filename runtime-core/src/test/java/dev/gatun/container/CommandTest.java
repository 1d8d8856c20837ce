package dev.gatun.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How the command is found; that it is not is an error of create. */
@Tag("kernel")
class CommandTest {
    private static final String SCRIPT = "#!/bin/sh\nexec >/out/text 2>&1\necho \"$0 $*\"\n";

    private final TestBundle bundle = new TestBundle();

    @AfterEach
    void clean() {
        bundle.close();
    }

    private TestBundle path(String folders) {
        return bundle.set("process.env", "['PATH=" + folders + "']");
    }

    private void assertCreateFails(String message) {
        assertThatThrownBy(bundle::create)
                .isInstanceOf(ContainerException.class)
                .hasMessage(message);
    }

    @Test
    void aCommandWithoutASlashIsLookedForInPath() {
        bundle.file("opt/tool", SCRIPT, "rwxr-xr-x");
        path("/nowhere:/bin/busybox:/opt:/bin").args("tool", "a", "b");
        assertThat(bundle.run().text()).isEqualTo("/opt/tool a b");
    }

    @Test
    void theFirstFolderOfPathThatHasTheCommandCounts() {
        bundle.file("first/tool", SCRIPT, "rwxr-xr-x");
        bundle.file("second/tool", SCRIPT, "rwxr-xr-x");
        path("/first:/second").args("tool");
        assertThat(bundle.run().text()).isEqualTo("/first/tool");
    }

    @Test
    void theLastPathOfTheEnvironmentCounts() {
        bundle.file("opt/tool", SCRIPT, "rwxr-xr-x");
        bundle.set("process.env", "['PATH=/bin', 'PATH=/opt']").args("tool");
        assertThat(bundle.run().text()).isEqualTo("/opt/tool");
    }

    @Test
    void aFolderNamedLikeTheCommandIsLookedOver() {
        bundle.file("first/tool/file", "", "rw-r--r--");
        bundle.file("second/tool", SCRIPT, "rwxr-xr-x");
        path("/first:/second").args("tool");
        assertThat(bundle.run().text()).isEqualTo("/second/tool");
    }

    @Test
    void aFileThatMayNotBeExecutedIsLookedOver() {
        bundle.file("first/tool", SCRIPT, "rw-r--r--");
        bundle.file("second/tool", SCRIPT, "rwxr-xr-x");
        path("/first:/second").args("tool");
        assertThat(bundle.run().text()).isEqualTo("/second/tool");
    }

    @Test
    void aFolderAsTheOnlyCandidateIsAnError() {
        bundle.file("opt/tool/file", "", "rw-r--r--");
        path("/opt").args("tool");
        assertCreateFails("exec: \"tool\": executable file not found in $PATH: EACCES (Permission denied)");
    }

    @Test
    void aRelativeCommandIsLookedForFromTheWorkingFolder() {
        bundle.file("work/tool", SCRIPT, "rwxr-xr-x");
        bundle.set("process.cwd", "'/work'").args("./tool");
        assertThat(bundle.run().text()).isEqualTo("./tool");
    }

    @Test
    void nothingIsRunFromTheWorkingFolderUnasked() {
        bundle.file("work/tool", SCRIPT, "rwxr-xr-x");
        bundle.set("process.cwd", "'/work'");
        path(":/bin:").args("tool");
        assertCreateFails("exec: \"tool\": executable file not found in $PATH: ENOENT (No such file or directory)");
    }

    @Test
    void anEmptyNameIsNoCommand() {
        bundle.args("");
        assertThatThrownBy(bundle::create)
                .isInstanceOf(ContainerException.class)
                .hasMessageStartingWith("exec: \"\": executable file not found in $PATH");
    }

    @Test
    void theCommandIsLookedForByTheUserThatItRunsAs() {
        bundle.file("bin/tool", SCRIPT, "rwx------");
        bundle.set("process.user.uid", "1000").args("/bin/tool");
        assertCreateFails(
                "exec: \"/bin/tool\": EACCES (Permission denied); permission denied: it is a folder, or the user may"
                        + " not execute it");
    }

    @Test
    void aScriptWithoutAnInterpreterLineIsAnErrorOfItsExecution() {
        bundle.file("bin/tool", "echo hello\n", "rwxr-xr-x");
        bundle.args("/bin/tool");
        assertThatThrownBy(bundle::start)
                .hasMessage(
                        "exec: \"/bin/tool\": ENOEXEC (Exec format error); it is no program for this machine, and has no"
                                + " #! line");
        bundle.create();
        assertThatThrownBy(() -> bundle.containers.start(bundle.containerId()))
                .hasMessageStartingWith("exec: \"/bin/tool\": ENOEXEC (Exec format error)");
    }

    @Test
    void aMissingInterpreterIsAnErrorOfItsExecution() {
        bundle.file("bin/tool", "#!/nowhere/sh\n", "rwxr-xr-x");
        bundle.args("/bin/tool");
        assertThatThrownBy(bundle::start)
                .hasMessage(
                        "exec: \"/bin/tool\": ENOENT (No such file or directory); the file is there, but the interpreter or"
                                + " dynamic linker that it names is not");
    }

    @Test
    void theCommandIsThatOfTheContainerNotOfTheHost() {
        assertThat(Path.of("/usr/bin/env")).exists();
        bundle.args("/usr/bin/env");
        assertCreateFails(
                "exec: \"/usr/bin/env\": ENOENT (No such file or directory); there is no such file or directory in"
                        + " the root file system");
    }

    @Test
    void theCommandMayBeALinkOfTheImage() {
        bundle.file("opt/tool", SCRIPT, "rwxr-xr-x");
        bundle.link("usr/bin/tool", "/opt/tool");
        bundle.args("/usr/bin/tool");
        assertThat(bundle.run().text()).isEqualTo("/usr/bin/tool");
        assertThat(Files.isSymbolicLink(bundle.rootfs.resolve("usr/bin/tool"))).isTrue();
    }
}
