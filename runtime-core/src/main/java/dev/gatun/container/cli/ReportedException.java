package dev.gatun.container.cli;

/** Something failed in a process that has said so itself; this one ends with its status and says nothing more. */
public final class ReportedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;

    public ReportedException(int status) {
        super("a process ended with status " + status);
        this.status = status;
    }

    int status() {
        return status;
    }
}
