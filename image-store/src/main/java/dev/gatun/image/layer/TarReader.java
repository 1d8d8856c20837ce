package dev.gatun.image.layer;

import dev.gatun.image.ImageException;
import dev.gatun.image.layer.TarEntry.Extent;
import dev.gatun.linux.FileName;
import dev.gatun.linux.Text;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads tar archives in all dialects that layers come in: v7, ustar, pax, and GNU's with its four forms of sparse files.
 *
 * <p>Data is handed out where it was read to, without a copy. Global pax headers are passed over, as all tools for images do.
 */
final class TarReader {
    private static final int MAP_BLOCK_ENTRIES = 21;
    private static final int MAP_BLOCK_EXTENDED = 504;

    private final Chunks chunks;
    private final TarHeader header = new TarHeader();
    private ByteBuffer chunk = ByteBuffer.allocate(0);
    private long data;
    private long padding;
    private boolean ended;

    /** The name that an error is told with: the entry's, or that of the last one before. */
    private String current = "";

    private PaxRecords pax = new PaxRecords();
    private @Nullable String longName;
    private @Nullable String longLink;

    TarReader(Chunks chunks) {
        this.chunks = chunks;
    }

    /**
     * The next entry; the rest of the last one's data is passed over. Empty at the end of the archive.
     *
     * @throws ImageException if the archive is wrong; the message names the entry
     */
    Optional<TarEntry> next() {
        try {
            return read();
        } catch (WrongArchive wrong) {
            throw current.isEmpty()
                    ? new ImageException("layer: its first entry: " + wrong.getMessage())
                    : wrong.in(current);
        }
    }

    /** The next piece of the entry's data, or one without bytes behind its end. It is the caller's until the next call. */
    ByteBuffer data() {
        if (data == 0) {
            return ByteBuffer.allocate(0);
        }
        if (!chunk.hasRemaining() && !fill()) {
            throw new WrongArchive("the archive ends in the middle of it").in(current);
        }
        int count = (int) Math.min(data, chunk.remaining());
        ByteBuffer piece = chunk.slice(chunk.position(), count);
        chunk.position(chunk.position() + count);
        data -= count;
        return piece;
    }

    private Optional<TarEntry> read() {
        skipData();
        if (ended) {
            return Optional.empty();
        }
        pax = new PaxRecords();
        longName = null;
        longLink = null;
        while (readHeader()) {
            switch (header.type()) {
                case 'x', 'X' -> pax.parse(body());
                case 'L' -> longName = text(body());
                case 'K' -> longLink = text(body());
                case 'g', 'V' -> {
                    startData(header.size());
                    skipData();
                }
                default -> {
                    return Optional.of(entry());
                }
            }
        }
        ended = true;
        drain();
        return Optional.empty();
    }

    /** Reads a header; there is none behind two blocks of zeros, or where the archive ends between two entries. */
    private boolean readHeader() {
        if (!readBlock()) {
            return false;
        }
        if (header.isZero()) {
            if (readBlock() && !header.isZero()) {
                throw new WrongArchive("a block of zeros follows it, and then another entry");
            }
            return false;
        }
        if (!header.isWhole()) {
            throw new WrongArchive(
                    current.isEmpty() ? "wrong checksum: no tar archive" : "what follows it has a wrong checksum");
        }
        return true;
    }

    private boolean readBlock() {
        if (!chunk.hasRemaining() && !fill()) {
            return false;
        }
        if (chunk.remaining() < Chunks.BLOCK) {
            throw new WrongArchive("the archive ends in the middle of a header");
        }
        header.read(chunk);
        return true;
    }

    private TarEntry entry() {
        String name = pax.text("GNU.sparse.name")
                .or(() -> pax.text("path"))
                .orElseGet(() -> longName != null ? longName : header.name());
        current = name;
        checkLength(name);
        TarEntry.Type type = type(name);
        String link = "";
        if (type == TarEntry.Type.HARD_LINK || type == TarEntry.Type.SYMBOLIC_LINK) {
            link = pax.text("linkpath").orElseGet(() -> longLink != null ? longLink : header.link());
            checkLength(link);
        }
        boolean device = type == TarEntry.Type.CHARACTER_DEVICE || type == TarEntry.Type.BLOCK_DEVICE;
        Instant modified = pax.time("mtime").orElseGet(() -> time(header.modified()));
        long stored = pax.number("size", header.size());
        if (stored < 0) {
            throw new WrongArchive("its size is negative");
        }
        // only files have data, whatever the size says; so do all readers in Go
        startData(type == TarEntry.Type.FILE || header.type() == 'D' ? stored : 0);
        long real = type == TarEntry.Type.FILE ? stored : 0;
        List<Extent> extents = List.of(new Extent(0, real));
        if (type == TarEntry.Type.FILE) {
            SparseMap map = sparseMap();
            if (map != null) {
                real = header.type() == 'S'
                        ? header.realSize()
                        : pax.number("GNU.sparse.realsize", pax.number("GNU.sparse.size", -1));
                if (real < 0) {
                    throw new WrongArchive("its size is negative or missing");
                }
                extents = map.of(real, data);
            }
        }
        return new TarEntry(
                type,
                name,
                link,
                (int) header.mode() & 07777,
                owner(pax.number("uid", header.uid())),
                owner(pax.number("gid", header.gid())),
                real,
                modified.getEpochSecond(),
                modified.getNano(),
                device ? header.major() : 0,
                device ? header.minor() : 0,
                pax.attributes(),
                extents);
    }

    private static Instant time(long seconds) {
        try {
            return Instant.ofEpochSecond(seconds);
        } catch (DateTimeException wrong) {
            throw new WrongArchive("its time is out of range");
        }
    }

    private TarEntry.Type type(String name) {
        return switch (header.type()) {
            // before POSIX a folder was a file whose name ends so
            case 0, '0', '7' -> name.endsWith("/") && header.type() == 0 ? TarEntry.Type.FOLDER : TarEntry.Type.FILE;
            case 'S' -> TarEntry.Type.FILE;
            case '1' -> TarEntry.Type.HARD_LINK;
            case '2' -> TarEntry.Type.SYMBOLIC_LINK;
            case '3' -> TarEntry.Type.CHARACTER_DEVICE;
            case '4' -> TarEntry.Type.BLOCK_DEVICE;
            case '5', 'D' -> TarEntry.Type.FOLDER;
            case '6' -> TarEntry.Type.FIFO;
            default ->
                throw new WrongArchive("entries of type " + Text.quoted("" + header.type()) + " are not supported");
        };
    }

    private static long owner(long id) {
        // -1 would be "leave it" to chown(2)
        if (id < 0 || id >= 0xffff_ffffL) {
            throw new WrongArchive("its owner is out of range");
        }
        return id;
    }

    private static void checkLength(String name) {
        if (name.length() > Limits.NAME_BYTES || FileName.encode(name).length > Limits.NAME_BYTES) {
            throw new WrongArchive("its name or link is longer than " + Limits.NAME_BYTES + " bytes");
        }
    }

    /** The map of holes, which may stand behind the header or before the data; null if the file has none. */
    private @Nullable SparseMap sparseMap() {
        if (header.type() == 'S') {
            var map = new SparseMap();
            header.addTo(map);
            long stored = data;
            for (boolean more = header.isExtended(); more; ) {
                startData(Chunks.BLOCK);
                byte[] block = take(Chunks.BLOCK);
                map.add(block, 0, MAP_BLOCK_ENTRIES);
                more = block[MAP_BLOCK_EXTENDED] != 0;
            }
            startData(stored);
            return map;
        }
        if (pax.hasMapInData()) {
            return mapInData();
        }
        return pax.sparse().isEmpty() ? null : pax.sparse();
    }

    /** GNU's format 1.0: decimal numbers, each on a line, first how many pairs; then zeros up to the next block. */
    private SparseMap mapInData() {
        var map = new SparseMap();
        long stored = data;
        long storedPadding = padding;
        long numbers = -1;
        long value = 0;
        int digits = 0;
        byte[] block = {};
        int at = 0;
        while (numbers != 0) {
            if (at == block.length) {
                if (stored < Chunks.BLOCK) {
                    throw new WrongArchive("its map of holes is wrong");
                }
                startData(Chunks.BLOCK);
                block = take(Chunks.BLOCK);
                stored -= Chunks.BLOCK;
                at = 0;
            }
            byte b = block[at++];
            if (b >= '0' && b <= '9' && digits < 18) {
                value = value * 10 + b - '0';
                digits++;
            } else if (b == '\n' && digits > 0) {
                if (numbers < 0) {
                    numbers = 2 * value;
                } else {
                    map.add(value);
                    numbers--;
                }
                value = 0;
                digits = 0;
            } else {
                throw new WrongArchive("its map of holes is wrong");
            }
        }
        data = stored;
        padding = storedPadding;
        return map;
    }

    /** The data of an entry that is part of the next one's header. */
    private byte[] body() {
        long size = header.size();
        if (size < 0 || size > Limits.HEADER_BYTES) {
            throw new WrongArchive((current.isEmpty() ? "its" : "the next entry's")
                    + " names and attributes are larger than " + Limits.HEADER_BYTES + " bytes");
        }
        startData(size);
        byte[] bytes = take((int) size);
        skipData();
        return bytes;
    }

    private byte[] take(int count) {
        var bytes = new byte[count];
        for (int at = 0; at < count; ) {
            ByteBuffer piece = data();
            int size = piece.remaining();
            piece.get(bytes, at, size);
            at += size;
        }
        return bytes;
    }

    private static String text(byte[] bytes) {
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return FileName.decode(bytes, 0, end);
    }

    private void startData(long size) {
        if (size < 0) {
            throw new WrongArchive("its size is negative");
        }
        data = size;
        padding = -size & Chunks.BLOCK - 1;
    }

    private void skipData() {
        while (data > 0) {
            data();
        }
        // the last block of some archives is not filled up
        while (padding > 0 && (chunk.hasRemaining() || fill())) {
            int skipped = (int) Math.min(padding, chunk.remaining());
            chunk.position(chunk.position() + skipped);
            padding -= skipped;
        }
        padding = 0;
    }

    /** Whatever follows is part of what is hashed. */
    private void drain() {
        while (fill()) {
            chunk.position(chunk.limit());
        }
    }

    private boolean fill() {
        chunk = chunks.next();
        return chunk.hasRemaining();
    }
}
