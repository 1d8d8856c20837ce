package dev.gatun.image.layer;

import dev.gatun.linux.FileName;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/**
 * Writes tar archives in the pax dialect: ustar headers, and extended ones for what does not fit. The same entries always
 * give the same bytes. Files are written with their holes filled.
 */
final class TarWriter implements AutoCloseable {
    private static final long LARGEST_OCTAL = 0_77_777_777_777L;
    private static final long LARGEST_ID = 0_7_777_777L;

    private final OutputStream out;
    private final byte[] header = new byte[Chunks.BLOCK];
    private long left;
    private long padding;

    /** Closing this closes {@code out}, too. */
    TarWriter(OutputStream out) {
        this.out = out;
    }

    /** Writes an entry's header; a file's data follows by {@link #data}. */
    void entry(TarEntry entry) throws IOException {
        fillUp();
        byte[] name = FileName.encode(entry.name());
        byte[] link = FileName.encode(entry.link());
        long size = entry.type() == TarEntry.Type.FILE ? entry.size() : 0;
        byte[] records = records(entry, name, link, size);
        if (records.length > 0) {
            byte[] paxName = FileName.encode("PaxHeaders/" + entry.name());
            header('x', paxName, new byte[0], 0644, 0, 0, records.length, 0, 0, 0);
            data(records, 0, records.length);
            fillUp();
        }
        header(
                flag(entry.type()),
                name,
                link,
                entry.mode(),
                entry.uid(),
                entry.gid(),
                size,
                entry.modified(),
                entry.major(),
                entry.minor());
    }

    /** Writes the next bytes of the entry's data. */
    void data(byte[] bytes, int offset, int length) throws IOException {
        if (length > left) {
            throw new IllegalStateException("more data than the entry's size");
        }
        out.write(bytes, offset, length);
        left -= length;
    }

    private void fillUp() throws IOException {
        if (left > 0) {
            throw new IllegalStateException(left + " bytes of the entry's data are missing");
        }
        out.write(new byte[(int) padding]);
        padding = 0;
    }

    private void header(
            char flag,
            byte[] name,
            byte[] link,
            int mode,
            long uid,
            long gid,
            long size,
            long time,
            long major,
            long minor)
            throws IOException {
        Arrays.fill(header, (byte) 0);
        // what is too long or large stands whole in the extended header
        System.arraycopy(name, 0, header, 0, Math.min(name.length, 100));
        octal(100, 8, mode);
        octal(108, 8, Math.min(uid, LARGEST_ID));
        octal(116, 8, Math.min(gid, LARGEST_ID));
        octal(124, 12, Math.min(size, LARGEST_OCTAL));
        octal(136, 12, Math.max(0, Math.min(time, LARGEST_OCTAL)));
        header[156] = (byte) flag;
        System.arraycopy(link, 0, header, 157, Math.min(link.length, 100));
        System.arraycopy("ustar\00000".getBytes(StandardCharsets.US_ASCII), 0, header, 257, 8);
        octal(329, 8, major);
        octal(337, 8, minor);
        Arrays.fill(header, 148, 156, (byte) ' ');
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xff;
        }
        octal(148, 7, sum);
        out.write(header);
        left = size;
        padding = -size & Chunks.BLOCK - 1;
    }

    private void octal(int offset, int size, long value) {
        for (int i = size - 2; i >= 0; i--) {
            header[offset + i] = (byte) ('0' + (value & 7));
            value >>>= 3;
        }
    }

    private static byte[] records(TarEntry entry, byte[] name, byte[] link, long size) {
        var records = new ByteArrayOutputStream();
        // in the order of their keys, as Go has them
        for (Map.Entry<String, byte[]> attribute : entry.attributes().entrySet()) {
            record(records, "SCHILY.xattr." + attribute.getKey(), attribute.getValue());
        }
        if (entry.gid() > LARGEST_ID) {
            record(records, "gid", Long.toString(entry.gid()));
        }
        if (link.length > 100 || !isAscii(link)) {
            record(records, "linkpath", link);
        }
        if (entry.modifiedNanos() != 0 || entry.modified() < 0 || entry.modified() > LARGEST_OCTAL) {
            var time = BigDecimal.valueOf(entry.modified()).add(BigDecimal.valueOf(entry.modifiedNanos(), 9));
            record(records, "mtime", time.stripTrailingZeros().toPlainString());
        }
        if (name.length > 100 || !isAscii(name)) {
            record(records, "path", name);
        }
        if (size > LARGEST_OCTAL) {
            record(records, "size", Long.toString(size));
        }
        if (entry.uid() > LARGEST_ID) {
            record(records, "uid", Long.toString(entry.uid()));
        }
        return records.toByteArray();
    }

    private static void record(ByteArrayOutputStream records, String key, String value) {
        record(records, key, value.getBytes(StandardCharsets.US_ASCII));
    }

    private static void record(ByteArrayOutputStream records, String key, byte[] value) {
        byte[] name = FileName.encode(key);
        int rest = name.length + value.length + 3;
        int length = rest + Integer.toString(rest).length();
        // the digits may have made it a digit longer
        length = rest + Integer.toString(length).length();
        records.writeBytes((length + " ").getBytes(StandardCharsets.US_ASCII));
        records.writeBytes(name);
        records.write('=');
        records.writeBytes(value);
        records.write('\n');
    }

    private static boolean isAscii(byte[] name) {
        for (byte b : name) {
            if (b < 0) {
                return false;
            }
        }
        return true;
    }

    private static char flag(TarEntry.Type type) {
        return switch (type) {
            case FILE -> '0';
            case HARD_LINK -> '1';
            case SYMBOLIC_LINK -> '2';
            case CHARACTER_DEVICE -> '3';
            case BLOCK_DEVICE -> '4';
            case FOLDER -> '5';
            case FIFO -> '6';
        };
    }

    /** Ends the archive. */
    @Override
    public void close() throws IOException {
        try (out) {
            fillUp();
            out.write(new byte[2 * Chunks.BLOCK]);
        }
    }
}
