package dev.gatun.cli.image;

import dev.gatun.container.cli.Session;
import dev.gatun.image.Descriptor;
import dev.gatun.image.Digest;
import dev.gatun.image.Progress;
import dev.gatun.image.Reference;
import dev.gatun.program.TerminalSettings;
import java.io.PrintStream;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Shows how transfers get on, on standard error: a line with a bar for each blob, drawn again and again, on a terminal, and
 * otherwise a line for what has been done.
 */
final class Transfer implements AutoCloseable {
    private static final int STANDARD_ERROR = 2;
    private static final long REDRAW_NANOS = 100_000_000;
    private static final int NAME = 12;
    private static final int BESIDE_THE_BAR = 44;
    private static final int LONGEST_BAR = 40;

    private final PrintStream out;
    private final Optional<TerminalSettings.Size> screen;
    private final boolean quiet;
    private final Map<Digest, Line> lines = new LinkedHashMap<>();
    private int drawn;
    private long lastDrawn;

    /** How far one blob is. */
    private static final class Line {
        private final long size;
        private long position;
        private String state = "";

        Line(long size) {
            this.size = size;
        }
    }

    private Transfer(PrintStream out, Optional<TerminalSettings.Size> screen, boolean quiet) {
        this.out = out;
        this.screen = screen;
        this.quiet = quiet;
    }

    static Transfer of(Session session, boolean quiet) {
        Optional<TerminalSettings.Size> screen = TerminalSettings.size(session.kernel(), STANDARD_ERROR)
                .filter(size -> size.rows() > 1 && size.columns() > BESIDE_THE_BAR);
        return new Transfer(session.err(), screen, quiet);
    }

    Progress progress() {
        return quiet ? Progress.NONE : new Listener();
    }

    @Override
    public synchronized void close() {
        if (screen.isPresent() && !lines.isEmpty()) {
            draw();
        }
        out.flush();
    }

    private final class Listener implements Progress {
        @Override
        public void resolved(Reference name, Descriptor manifest) {
            say(name + ": " + manifest.digest());
        }

        @Override
        public void begun(Descriptor content, long position) {
            update(content, position, "", position == 0 ? "" : "goes on at " + Words.bytes(position));
        }

        @Override
        public void advanced(Descriptor content, long position) {
            update(content, position, "", "");
        }

        @Override
        public void finished(Descriptor content, Outcome outcome) {
            String state = switch (outcome) {
                case TRANSFERRED -> "done";
                case ALREADY_THERE -> "already there";
                case MOUNTED -> "taken from another repository";
            };
            update(content, content.size(), state, state);
        }

        @Override
        public void retrying(String what, String why, Duration delay) {
            say(what + ": " + why + "; tried again in " + delay.toMillis() + " ms");
        }

        @Override
        public void damaged(Digest digest, String how) {
            say(digest + ": damaged, and fetched anew: " + how);
        }
    }

    private synchronized void say(String text) {
        erase();
        out.println(text);
        if (screen.isPresent()) {
            draw();
        }
        out.flush();
    }

    /** {@code news} is what is worth a line of its own where nothing can be drawn. */
    private synchronized void update(Descriptor content, long position, String state, String news) {
        if (screen.isEmpty()) {
            if (!news.isEmpty()) {
                out.println(name(content.digest()) + ": " + news + " (" + Words.bytes(content.size()) + ")");
                out.flush();
            }
            return;
        }
        Line line = lines.computeIfAbsent(content.digest(), _ -> new Line(content.size()));
        line.position = position;
        line.state = state;
        long now = System.nanoTime();
        if (!state.isEmpty() || now - lastDrawn > REDRAW_NANOS) {
            lastDrawn = now;
            erase();
            draw();
            out.flush();
        }
    }

    private void erase() {
        if (drawn > 0) {
            out.print("\033[" + drawn + "A\033[J");
            drawn = 0;
        }
    }

    /** What does not fit on the screen is left out: lines that have scrolled away cannot be drawn again. */
    private void draw() {
        erase();
        TerminalSettings.Size size = screen.orElseThrow();
        int skipped = Math.max(0, lines.size() - (size.rows() - 1));
        int width = Math.min(LONGEST_BAR, size.columns() - BESIDE_THE_BAR);
        int index = 0;
        for (Map.Entry<Digest, Line> each : lines.entrySet()) {
            if (index++ >= skipped) {
                out.println(text(each.getKey(), each.getValue(), width, size.columns()));
                drawn++;
            }
        }
    }

    private static String text(Digest digest, Line line, int width, int columns) {
        int full = line.size == 0 ? width : (int) (width * Math.min(line.position, line.size) / line.size);
        String bar = "[" + "=".repeat(full) + " ".repeat(width - full) + "] ";
        String amount = line.state.isEmpty()
                ? Words.bytes(line.position) + " / " + Words.bytes(line.size)
                : Words.bytes(line.size) + "  " + line.state;
        String text = name(digest) + " " + bar + amount;
        return text.length() < columns ? text : text.substring(0, columns - 1);
    }

    private static String name(Digest digest) {
        return digest.hex().substring(0, NAME);
    }
}
