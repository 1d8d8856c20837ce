package dev.gatun.seccomp;

/**
 * The calls that i386 has behind {@code socketcall} and {@code ipc}, which take the number of a function as their first
 * argument (linux/net.h: SYS_*, linux/ipc.h). C libraries of before Linux 4.3 use nothing else, so a rule for
 * {@code socket} is one for {@code socketcall} with that number too, as in libseccomp.
 */
final class Multiplexer {
    static final int NONE = 0;

    private Multiplexer() {}

    /** Which function of {@code socketcall} it is. */
    static int socketFunction(String name) {
        return switch (name) {
            case "socket" -> 1;
            case "bind" -> 2;
            case "connect" -> 3;
            case "listen" -> 4;
            case "accept" -> 5;
            case "getsockname" -> 6;
            case "getpeername" -> 7;
            case "socketpair" -> 8;
            case "send" -> 9;
            case "recv" -> 10;
            case "sendto" -> 11;
            case "recvfrom" -> 12;
            case "shutdown" -> 13;
            case "setsockopt" -> 14;
            case "getsockopt" -> 15;
            case "sendmsg" -> 16;
            case "recvmsg" -> 17;
            case "accept4" -> 18;
            case "recvmmsg" -> 19;
            case "sendmmsg" -> 20;
            default -> NONE;
        };
    }

    /** Which function of {@code ipc} it is. */
    static int ipcFunction(String name) {
        return switch (name) {
            case "semop" -> 1;
            case "semget" -> 2;
            case "semctl" -> 3;
            case "semtimedop" -> 4;
            case "msgsnd" -> 11;
            case "msgrcv" -> 12;
            case "msgget" -> 13;
            case "msgctl" -> 14;
            case "shmat" -> 21;
            case "shmdt" -> 22;
            case "shmget" -> 23;
            case "shmctl" -> 24;
            default -> NONE;
        };
    }
}
