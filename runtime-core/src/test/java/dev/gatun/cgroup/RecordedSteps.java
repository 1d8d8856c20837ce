package dev.gatun.cgroup;

import java.util.ArrayList;
import java.util.List;

/** Steps in words, in order. */
final class RecordedSteps implements Steps {
    private final List<String> lines = new ArrayList<>();

    static List<String> of(Creation creation) {
        var steps = new RecordedSteps();
        creation.describe(steps);
        return steps.lines;
    }

    static List<String> of(List<Write> writes) {
        var steps = new RecordedSteps();
        writes.forEach(steps::write);
        return steps.lines;
    }

    @Override
    public void folder(String folder, String purpose) {
        lines.add("mkdir " + folder);
    }

    @Override
    public void write(Write write) {
        String errors = write.isAttempt() ? " ?any" : write.tolerated().isEmpty() ? "" : " ?" + write.tolerated();
        String instead = write.instead()
                .map(other -> " | " + other.value() + " > " + other.file())
                .orElse("");
        lines.add(write.value() + " > " + write.file() + errors + instead);
    }

    @Override
    public void own(String path, long uid, long gid, String purpose) {
        lines.add("chown " + uid + ":" + gid + " " + path);
    }

    @Override
    public void filter(String folder, DeviceFilter filter, String purpose) {
        lines.add("filter " + folder);
    }
}
