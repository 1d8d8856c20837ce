package dev.gatun.image.snapshot;

import dev.gatun.image.Digest;
import dev.gatun.image.ImageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An unpacked layer on disk, on top of others.
 *
 * @param chain the names of the stacks that it stands on, the lowest first; its own is the last
 * @param diffId of the layer's archive
 * @param size of the layer's own files in bytes
 * @param entries how many files of any type the layer has
 */
public record Snapshot(List<Digest> chain, Digest diffId, long size, long entries) {
    /** The file that describes a snapshot, beside its tree. */
    static final String RECORD = "layer";

    public Snapshot {
        chain = List.copyOf(chain);
    }

    /** The name of the stack that it is the top of. */
    public Digest chainId() {
        return chain.getLast();
    }

    /** Reads the record in a snapshot's folder; empty if there is no snapshot. */
    static Optional<Snapshot> read(Path folder) {
        Path record = folder.resolve(RECORD);
        try {
            List<String> lines = Files.readAllLines(record);
            var chain = new ArrayList<Digest>();
            for (String name : lines.get(3).split(" ", -1)) {
                chain.add(Digest.parse(name));
            }
            return Optional.of(new Snapshot(
                    chain, Digest.parse(lines.get(0)), Long.parseLong(lines.get(1)), Long.parseLong(lines.get(2))));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (IOException failed) {
            throw new UncheckedIOException("unable to read " + record + ": " + failed.getMessage(), failed);
        } catch (IndexOutOfBoundsException | NumberFormatException wrong) {
            throw new ImageException(record + " is damaged; remove " + folder + ", and it is unpacked again", wrong);
        }
    }

    /** What {@link #read} reads. */
    String record() {
        var lines = new StringBuilder()
                .append(diffId)
                .append('\n')
                .append(size)
                .append('\n')
                .append(entries)
                .append('\n');
        for (int i = 0; i < chain.size(); i++) {
            lines.append(i == 0 ? "" : " ").append(chain.get(i));
        }
        return lines.append('\n').toString();
    }
}
