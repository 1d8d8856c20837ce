package dev.gatun.program;

import dev.gatun.linux.Arg;
import dev.gatun.linux.Errno;
import dev.gatun.linux.Word;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A program in words: one line per op, in the notation of strace, grouped and with a reason beside each. */
public final class Listing {
    private static final int REASON_COLUMN = 88;

    private final Program program;
    private final List<Op> ops;
    private final Map<Integer, String> labels = new HashMap<>();

    /**
     * One line of a listing.
     *
     * @param section the group that the op belongs to
     * @param label the name of the place, if something jumps there; otherwise empty
     * @param call the op as strace writes it, with {@code = name} if its result is kept
     * @param then where execution goes on, if not always behind it; otherwise empty
     * @param reason what the op is for
     */
    public record Line(String section, String label, String call, String then, String reason) {}

    public Listing(Program program) {
        this.program = program;
        this.ops = program.ops();
        for (Op op : ops) {
            op.onZero().ifPresent(this::name);
            op.onError().ifPresent(this::name);
        }
        labels.putIfAbsent(program.entry(), "start");
        labels.putIfAbsent(program.failure(), "failure");
    }

    /** Several labels may stand before one op. */
    private void name(Label label) {
        String known = labels.get(label.index());
        if (known == null) {
            labels.put(label.index(), label.name());
        } else if (!List.of(known.split(", ", -1)).contains(label.name())) {
            labels.put(label.index(), known + ", " + label.name());
        }
    }

    /** The lines in order. */
    public List<Line> lines() {
        var lines = new ArrayList<Line>(ops.size());
        int index = 0;
        for (Program.Section section : program.sections()) {
            for (Op op : section.ops()) {
                String label = labels.getOrDefault(index, "");
                lines.add(new Line(section.title(), label, text(op), then(op), op.purpose()));
                index++;
            }
        }
        return lines;
    }

    /** The whole listing as text. */
    @Override
    public String toString() {
        var out = new StringBuilder();
        String section = "";
        for (Line line : lines()) {
            if (!line.section().equals(section)) {
                section = line.section();
                out.append(out.isEmpty() ? "" : "\n")
                        .append("# ")
                        .append(section)
                        .append('\n');
            }
            if (!line.label().isEmpty()) {
                out.append(line.label()).append(":\n");
            }
            int start = out.length();
            out.append("  ").append(line.call());
            out.append(line.then().isEmpty() ? "" : "  " + line.then());
            int width = out.length() - start;
            out.repeat(' ', Math.max(2, REASON_COLUMN - width))
                    .append("; ")
                    .append(line.reason())
                    .append('\n');
        }
        return out.toString();
    }

    private static String text(Op op) {
        if (op.call().isEmpty()) {
            return isJump(op) ? "goto " + op.onZero().orElseThrow().name() : load(op);
        }
        return op.call().get() + (op.result().isPresent() ? " = " + op.result().get() : "");
    }

    /** A load that always gives 0 is how a program jumps. */
    private static boolean isJump(Op op) {
        return op.onZero().isPresent()
                && isZero(op.args().get(2))
                && isZero(op.args().get(3));
    }

    private static boolean isZero(Arg arg) {
        return arg instanceof Word word && word.value() == 0;
    }

    private static String load(Op op) {
        var out = new StringBuilder();
        if (op.result().isPresent()) {
            out.append(op.result().get()).append(" = ");
        }
        op.args().get(0).print(out.append('*'));
        op.args().get(1).print(out.append(" >> "));
        op.args().get(2).print(out.append(" & "));
        op.args().get(3).print(out.append(" | "));
        return out.toString();
    }

    private static String then(Op op) {
        var out = new StringBuilder();
        if (op.onZero().isPresent() && !(op.call().isEmpty() && isJump(op))) {
            out.append("[0: ").append(op.onZero().get().name()).append(']');
        }
        if (op.expectedErrors() != 0) {
            out.append(out.isEmpty() ? "" : " ")
                    .append('[')
                    .append(errors(op.expectedErrors()))
                    .append(": ");
            out.append(op.onError().isPresent() ? op.onError().get().name() : "go on")
                    .append(']');
        }
        return out.toString();
    }

    private static String errors(long set) {
        if (set == -1) {
            return "any error";
        }
        var out = new StringBuilder();
        for (Errno errno : Errno.values()) {
            if (errno.number() < 63 && (set & 1L << errno.number()) != 0) {
                out.append(out.isEmpty() ? "" : ", ").append(errno.name());
            }
        }
        return out.toString();
    }
}
