package dev.gatun.image.layer.zstd;

import java.io.IOException;
import java.util.OptionalLong;

/**
 * How a frame begins, without its magic number (RFC 8878, 3.1.1.1).
 *
 * @param window how far back a match may reach, in bytes
 * @param contentSize in bytes, if the frame tells
 * @param checksum whether one comes behind the last block
 */
record FrameHeader(int window, OptionalLong contentSize, boolean checksum) {
    /** What zstd itself takes at most without being told: 2^27. A smaller one is recommended (8 MiB), but --long is used. */
    static final int LARGEST_WINDOW = 128 << 20;

    /** How much a block may hold, packed or not: RFC 8878, 3.1.1.2.4. */
    int blockLimit() {
        return Math.min(window, Window.LARGEST_BLOCK);
    }

    static FrameHeader read(Input input) throws IOException {
        int descriptor = input.take(1).next();
        boolean singleSegment = (descriptor & 0x20) != 0;
        if ((descriptor & 0x08) != 0) {
            throw new WrongData("a reserved bit of a frame's header is set");
        }
        long window = singleSegment ? 0 : window(input.take(1).next());
        if (input.take((1 << (descriptor & 3)) >> 1).number() != 0) {
            throw new WrongData("it was packed with a dictionary");
        }
        OptionalLong contentSize = contentSize(input, descriptor >> 6, singleSegment);
        if (singleSegment) {
            window = contentSize.orElseThrow();
        }
        if (window < 0 || window > LARGEST_WINDOW) {
            throw new WrongData("it needs a window of " + Long.toUnsignedString(window) + " bytes, and "
                    + LARGEST_WINDOW + " are allowed; pack it with --long=27 at most");
        }
        return new FrameHeader((int) window, contentSize, (descriptor & 4) != 0);
    }

    /** RFC 8878, 3.1.1.1.2. */
    private static long window(int descriptor) {
        long base = 1L << (10 + (descriptor >> 3));
        return base + base / 8 * (descriptor & 7);
    }

    /** RFC 8878, 3.1.1.1.4. */
    private static OptionalLong contentSize(Input input, int flag, boolean singleSegment) throws IOException {
        return switch (flag) {
            case 0 -> singleSegment ? OptionalLong.of(input.take(1).number()) : OptionalLong.empty();
            case 1 -> OptionalLong.of(input.take(2).number() + 256);
            case 2 -> OptionalLong.of(input.take(4).number());
            default -> OptionalLong.of(input.take(8).number());
        };
    }
}
