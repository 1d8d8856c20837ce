package dev.gatun.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.linux.Arch;
import dev.gatun.linux.Arg;
import dev.gatun.linux.Block;
import dev.gatun.linux.Errno;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.Offset;
import dev.gatun.linux.OpenFlags;
import dev.gatun.linux.Text;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DataSegmentTest {
    private static final String LETTERS = "abcäöü€😀 /-_";

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void whatIsLaidOutOverlapsNothingElseAndKeepsItsContent(long seed) {
        new RandomLayout(seed).check();
    }

    @Test
    void aSlotThatNobodyNamesHasNoPlaces() {
        var segment = new DataSegment(Arch.X86_64);
        assertThat(segment.places(new ProgramBuilder().slot("nobody"))).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void openFlagsInABlockAreThoseOfTheArchitecture(Arch arch) {
        var segment = new DataSegment(arch);
        int offset = (int) (segment.block(new Block(8, "").field(0, new OpenFlags(Fcntl.O_DIRECTORY | Fcntl.O_CLOEXEC)))
                - DataSegment.ADDRESS);
        assertThat(content(segment).getLong(offset)).isEqualTo(arch == Arch.X86_64 ? 0x90000 : 0x84000);
    }

    @Test
    void everyErrnoHasItsText() {
        ByteBuffer content = content(new DataSegment(Arch.X86_64));
        for (int errno = 0; errno <= DataSegment.HIGHEST_ERRNO; errno++) {
            int vector = DataSegment.ERRNO_VECTORS + 16 * errno;
            String expected = Errno.of(errno).isPresent() ? Errno.describe(errno) : "an error that has no name";
            assertThat(text(content, vector)).isEqualTo(": " + expected);
        }
        for (Errno errno : Errno.values()) {
            assertThat(errno.number()).isLessThan(DataSegment.HIGHEST_ERRNO);
        }
    }

    private static ByteBuffer content(DataSegment segment) {
        return segment.content().order(ByteOrder.LITTLE_ENDIAN);
    }

    private static String text(ByteBuffer content, int vector) {
        var bytes = new byte[(int) content.getLong(vector + 8)];
        content.get((int) (content.getLong(vector) - DataSegment.ADDRESS), bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Blocks with fields of every kind, strings and texts, asked for in a random order and more than once. */
    private static final class RandomLayout {
        private final Random random;
        private final DataSegment segment = new DataSegment(Arch.X86_64);
        private final List<Block> blocks = new ArrayList<>();
        private final List<Slot> slots = new ArrayList<>();
        private final Map<String, Long> strings = new HashMap<>();
        private final Map<String, Long> texts = new HashMap<>();

        /** Where a block was put. */
        private final Map<Block, Long> addresses = new LinkedHashMap<>();

        RandomLayout(long seed) {
            random = new Random(seed);
            for (int i = 0; i < 8; i++) {
                slots.add(new ProgramBuilder().slot("slot " + i, random.nextInt()));
            }
            for (int i = 0; i < 120; i++) {
                blocks.add(block());
            }
        }

        void check() {
            for (int i = 0; i < 500; i++) {
                switch (random.nextInt(3)) {
                    case 0 -> {
                        Block block = blocks.get(random.nextInt(blocks.size()));
                        same(addresses, block, segment.block(block));
                    }
                    case 1 -> {
                        String string = string();
                        same(strings, string, segment.string(string));
                    }
                    default -> {
                        String text = string();
                        same(texts, text, segment.text(text));
                    }
                }
            }
            // blocks that only others point to are laid out as well
            for (Block block : blocks) {
                addresses.put(block, segment.block(block));
            }
            var places = new HashMap<Slot, Long>();
            for (Slot slot : slots) {
                places.put(slot, segment.places(slot));
            }
            ByteBuffer content = content(segment);
            checkBlocks(content);
            checkStrings(content);
            places.forEach((slot, list) -> checkPlaces(content, slot, list));
            checkOverlap(content, places);
        }

        private static <T> void same(Map<T, Long> known, T item, long address) {
            Long before = known.putIfAbsent(item, address);
            assertThat(before == null ? address : before).isEqualTo(address);
        }

        private Block block() {
            var block = new Block(random.nextInt(200), "block");
            var bytes = new byte[block.size()];
            random.nextBytes(bytes);
            block.bytes(0, bytes);
            for (int offset = random.nextInt(40); offset + 8 <= block.size(); offset += 8 + random.nextInt(60)) {
                block.field(offset, field());
            }
            return block;
        }

        private Arg field() {
            Block earlier = blocks.isEmpty() ? new Block(0, "") : blocks.get(random.nextInt(blocks.size()));
            return switch (random.nextInt(4)) {
                case 0 -> new Text(string());
                case 1 -> blocks.isEmpty() ? new Text("") : earlier;
                case 2 -> blocks.isEmpty() ? new Text("") : new Offset(earlier, random.nextInt(earlier.size() + 1));
                default -> slots.get(random.nextInt(slots.size()));
            };
        }

        private String string() {
            var out = new StringBuilder();
            int length = random.nextInt(12) == 0 ? 0 : random.nextInt(30);
            for (int i = 0; i < length; i++) {
                out.appendCodePoint(LETTERS.codePointAt(
                        LETTERS.offsetByCodePoints(0, random.nextInt(LETTERS.codePointCount(0, LETTERS.length())))));
            }
            return out.toString();
        }

        private void checkBlocks(ByteBuffer content) {
            addresses.forEach((block, address) -> {
                assertThat(address % 8).isZero();
                int start = offset(address);
                var expected = ByteBuffer.allocate(block.size()).order(ByteOrder.LITTLE_ENDIAN);
                expected.put(0, block.getBytes(0, block.size()));
                for (Block.Field field : block.fields()) {
                    long word = content.getLong(start + field.offset());
                    expected.putLong(field.offset(), word);
                    switch (field.value()) {
                        case Text text -> assertThat(string(content, word)).isEqualTo(text.value());
                        case Block other -> assertThat(word).isEqualTo(address(other));
                        case Offset(Block other, int offset) -> assertThat(word).isEqualTo(address(other) + offset);
                        default -> assertThat(word).isEqualTo(field.value().word(segment));
                    }
                }
                var actual = new byte[block.size()];
                content.get(start, actual);
                assertThat(actual).isEqualTo(expected.array());
            });
        }

        private void checkStrings(ByteBuffer content) {
            strings.forEach(
                    (string, address) -> assertThat(string(content, address)).isEqualTo(string));
            texts.forEach((value, address) -> {
                assertThat(address % 8).isZero();
                assertThat(text(content, offset(address))).isEqualTo(value);
            });
        }

        private void checkPlaces(ByteBuffer content, Slot slot, long list) {
            var expected = new ArrayList<Long>();
            addresses.forEach((block, address) -> {
                for (Block.Field field : block.fields()) {
                    if (field.value() == slot) {
                        expected.add(address + field.offset());
                    }
                }
            });
            var actual = new ArrayList<Long>();
            for (int i = offset(list); list != 0 && content.getLong(i) != 0; i += 8) {
                actual.add(content.getLong(i));
            }
            assertThat(actual).containsExactlyInAnyOrderElementsOf(expected);
        }

        private void checkOverlap(ByteBuffer content, Map<Slot, Long> places) {
            var extents = new TreeMap<Integer, Integer>();
            addresses.forEach((block, address) -> claim(extents, offset(address), block.size()));
            strings.forEach((string, address) -> claim(extents, offset(address), utf8(string) + 1));
            texts.forEach((text, address) -> {
                claim(extents, offset(address), 16);
                claim(extents, offset(content.getLong(offset(address))), utf8(text));
            });
            places.forEach((slot, list) -> {
                int length = 8;
                while (list != 0 && content.getLong(offset(list) + length - 8) != 0) {
                    length += 8;
                }
                claim(extents, offset(list), list == 0 ? 0 : length);
            });
            int end = DataSegment.ERRNO_VECTORS;
            for (var extent : extents.entrySet()) {
                assertThat(extent.getKey()).isGreaterThanOrEqualTo(end);
                end = extent.getKey() + extent.getValue();
            }
            assertThat(end).isLessThanOrEqualTo(content.limit());
        }

        private static void claim(Map<Integer, Integer> extents, int offset, int size) {
            if (size > 0) {
                assertThat(extents.put(offset, size)).as("at offset " + offset).isNull();
            }
        }

        private long address(Block block) {
            return Objects.requireNonNull(addresses.get(block));
        }

        private static int offset(long address) {
            return (int) (address - DataSegment.ADDRESS);
        }

        private static int utf8(String string) {
            return string.getBytes(StandardCharsets.UTF_8).length;
        }

        private static String string(ByteBuffer content, long address) {
            int end = offset(address);
            while (content.get(end) != 0) {
                end++;
            }
            var bytes = new byte[end - offset(address)];
            content.get(offset(address), bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }
}
