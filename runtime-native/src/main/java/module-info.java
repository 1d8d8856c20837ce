/** The Linux kernel, typed, and syscall programs: data that a child process executes. */
module dev.gatun.linux {
    exports dev.gatun.linux;
    exports dev.gatun.program;

    requires static com.sun.jna;
    requires static org.jspecify;
}
