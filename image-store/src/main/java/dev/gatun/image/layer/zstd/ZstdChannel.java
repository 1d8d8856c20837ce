package dev.gatun.image.layer.zstd;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import org.jspecify.annotations.Nullable;

/**
 * Unpacks Zstandard (RFC 8878): frames of any number, skippable ones between them. It takes memory for a window, of which
 * a frame may ask 128 MiB at most. Dictionaries are refused. Closing it does not close its source.
 */
public final class ZstdChannel implements ReadableByteChannel {
    private static final int MAGIC = 0xFD2FB528;
    private static final int SKIPPABLE_MAGIC = 0x184D2A50;

    private final Input input;
    private final Window window = new Window();
    private final Literals literals = new Literals();
    private final Sequences sequences = new Sequences();
    private @Nullable Frame frame;
    private boolean open = true;

    /** A frame of which not all has been read. */
    private static final class Frame {
        private final FrameHeader header;
        private final XxHash64 hash = new XxHash64();
        private long size;

        Frame(FrameHeader header) {
            this.header = header;
        }
    }

    public ZstdChannel(ReadableByteChannel source) {
        this.input = new Input(source);
    }

    /** @throws dev.gatun.image.ImageException if the data is damaged, or asks for what is refused */
    @Override
    public int read(ByteBuffer target) throws IOException {
        if (!target.hasRemaining()) {
            return 0;
        }
        int count = window.drain(target);
        while (count == 0) {
            if (frame != null) {
                readBlock(frame);
            } else if (input.hasMore()) {
                frame = nextFrame();
            } else {
                return -1;
            }
            count = window.drain(target);
        }
        return count;
    }

    /** RFC 8878, 3.1; nothing if a skippable frame came. */
    private @Nullable Frame nextFrame() throws IOException {
        int magic = (int) input.take(4).number();
        if ((magic & ~0xf) == SKIPPABLE_MAGIC) {
            input.skip(input.take(4).number());
            return null;
        }
        if (magic != MAGIC) {
            throw new WrongData("a frame should begin, and something else is there");
        }
        FrameHeader header = FrameHeader.read(input);
        window.reset(header.window());
        literals.reset();
        sequences.reset();
        return new Frame(header);
    }

    /** RFC 8878, 3.1.1.2. */
    private void readBlock(Frame of) throws IOException {
        int header = (int) input.take(3).number();
        int size = header >> 3;
        int limit = of.header.blockLimit();
        if (size > limit) {
            throw new WrongData("a block is larger than its window");
        }
        window.beginBlock(limit);
        switch ((header >> 1) & 3) {
            case 0 -> {
                Bytes raw = input.take(size);
                window.append(raw.array(), raw.position(), size);
            }
            case 1 -> window.fill((byte) input.take(1).next(), size);
            case 2 -> {
                Bytes block = input.take(size);
                literals.read(block, limit);
                sequences.read(block, literals, window);
            }
            default -> throw new WrongData("a block has a reserved type");
        }
        endBlock(of);
        if ((header & 1) != 0) {
            endFrame(of);
            frame = null;
        }
    }

    private void endBlock(Frame of) {
        of.size += window.blockSize();
        if (of.header.contentSize().isPresent()
                && of.size > of.header.contentSize().getAsLong()) {
            throw wrongSize();
        }
        if (of.header.checksum()) {
            window.checksum(of.hash);
        }
    }

    private void endFrame(Frame of) throws IOException {
        if (of.header.contentSize().orElse(of.size) != of.size) {
            throw wrongSize();
        }
        if (of.header.checksum() && (int) input.take(4).number() != (int) of.hash.value()) {
            throw new WrongData("its checksum is another");
        }
    }

    private static WrongData wrongSize() {
        return new WrongData("a frame's content is not of the size that its header says");
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public void close() {
        open = false;
    }
}
