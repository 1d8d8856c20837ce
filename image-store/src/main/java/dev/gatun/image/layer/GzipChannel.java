package dev.gatun.image.layer;

import dev.gatun.image.ImageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Unpacks gzip (RFC 1952) of any number of members, from buffer to buffer. {@link java.util.zip.GZIPInputStream} copies
 * through arrays, and takes an interruption of its source for the end of the last member.
 */
final class GzipChannel implements ReadableByteChannel {
    private static final int INPUT = 256 << 10;
    private static final int HEADER = 10;
    private static final int FLAG_HEADER_CRC = 2;
    private static final int FLAG_EXTRA = 4;
    private static final int FLAG_NAME = 8;
    private static final int FLAG_COMMENT = 16;

    private final ReadableByteChannel source;
    private final ByteBuffer input =
            ByteBuffer.allocateDirect(INPUT).order(ByteOrder.LITTLE_ENDIAN).flip();
    private final Inflater inflater = new Inflater(true);
    private final CRC32 crc = new CRC32();
    private boolean inMember;
    private boolean ended;
    private boolean open = true;

    GzipChannel(ReadableByteChannel source) throws IOException {
        this.source = source;
        startMember();
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        while (!ended) {
            if (!inMember) {
                nextMember();
                continue;
            }
            int count = inflate(target);
            if (count > 0) {
                return count;
            }
        }
        return -1;
    }

    private int inflate(ByteBuffer target) throws IOException {
        if (!input.hasRemaining()) {
            need(1);
        }
        int start = target.position();
        inflater.setInput(input);
        int count;
        try {
            count = inflater.inflate(target);
        } catch (DataFormatException wrong) {
            throw new ImageException("layer: wrong gzip data: " + wrong.getMessage(), wrong);
        }
        crc.update(target.duplicate().flip().position(start));
        if (inflater.finished()) {
            endMember();
        } else if (inflater.needsDictionary()) {
            throw new ImageException("layer: wrong gzip data: it asks for a dictionary");
        }
        return count;
    }

    private void startMember() throws IOException {
        need(HEADER);
        if (input.getShort() != (short) 0x8b1f || input.get() != 8) {
            throw new ImageException("layer: wrong gzip data: no header of a member");
        }
        int flags = input.get();
        input.position(input.position() + HEADER - 4);
        if ((flags & FLAG_EXTRA) != 0) {
            need(2);
            skip(input.getShort() & 0xffff);
        }
        if ((flags & FLAG_NAME) != 0) {
            skipText();
        }
        if ((flags & FLAG_COMMENT) != 0) {
            skipText();
        }
        if ((flags & FLAG_HEADER_CRC) != 0) {
            skip(2);
        }
        inflater.reset();
        crc.reset();
        inMember = true;
    }

    private void endMember() throws IOException {
        long written = inflater.getBytesWritten();
        inMember = false;
        need(8);
        if (input.getInt() != (int) crc.getValue() || input.getInt() != (int) written) {
            throw new ImageException("layer: wrong gzip data: its checksum is another");
        }
    }

    /** Another member, or nothing but zeros, with which some writers fill the last block. */
    private void nextMember() throws IOException {
        while (input.hasRemaining() || fill() > 0) {
            if (input.get(input.position()) != 0) {
                startMember();
                return;
            }
            input.get();
        }
        ended = true;
    }

    private void skip(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            need(1);
            input.get();
        }
    }

    private void skipText() throws IOException {
        do {
            need(1);
        } while (input.get() != 0);
    }

    private void need(int bytes) throws IOException {
        while (input.remaining() < bytes) {
            if (fill() < 0) {
                throw new ImageException("layer: wrong gzip data: it ends too early");
            }
        }
    }

    private int fill() throws IOException {
        input.compact();
        try {
            return source.read(input);
        } finally {
            input.flip();
        }
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public void close() {
        open = false;
        inflater.end();
    }
}
