package dev.gatun.image.host;

import dev.gatun.image.ImageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a 64-bit ELF file needs to run (elf(5)).
 *
 * @param machine {@code e_machine}; libraries must have the same
 * @param interpreter the loader, if it is a program that is linked dynamically
 * @param needed names of libraries, DT_NEEDED
 * @param rpath folders in which they are looked for first, DT_RPATH; not if there is a runpath
 * @param runpath folders in which they are looked for, DT_RUNPATH
 */
record ElfFile(
        int machine, Optional<String> interpreter, List<String> needed, List<String> rpath, List<String> runpath) {
    private static final int MAGIC = 0x464c457f;
    private static final int HEADER = 64;
    private static final int PROGRAM_HEADER = 56;
    private static final int PT_LOAD = 1;
    private static final int PT_DYNAMIC = 2;
    private static final int PT_INTERP = 3;
    private static final int DT_NEEDED = 1;
    private static final int DT_STRTAB = 5;
    private static final int DT_RPATH = 15;
    private static final int DT_RUNPATH = 29;
    private static final int LARGEST = 256 << 20;

    /** Reads a file; empty if it is no ELF file of 64 bits, least significant byte first. */
    static Optional<ElfFile> read(Path path) {
        try (var channel = FileChannel.open(path)) {
            if (channel.size() < HEADER || channel.size() > LARGEST) {
                return Optional.empty();
            }
            ByteBuffer file = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size())
                    .order(ByteOrder.LITTLE_ENDIAN);
            if (file.getInt(0) != MAGIC || file.get(4) != 2 || file.get(5) != 1) {
                return Optional.empty();
            }
            return Optional.of(parse(file));
        } catch (IOException failed) {
            throw new UncheckedIOException("unable to read " + path + ": " + failed.getMessage(), failed);
        } catch (IndexOutOfBoundsException | IllegalArgumentException damaged) {
            throw new ImageException(path + " is a damaged ELF file", damaged);
        }
    }

    private static ElfFile parse(ByteBuffer file) {
        int headers = Math.toIntExact(file.getLong(32));
        int count = file.getShort(56) & 0xffff;
        Optional<String> interpreter = Optional.empty();
        var needed = new ArrayList<Long>();
        long strings = 0;
        long rpath = -1;
        long runpath = -1;
        for (int i = 0; i < count; i++) {
            int header = headers + i * PROGRAM_HEADER;
            int type = file.getInt(header);
            int offset = (int) file.getLong(header + 8);
            if (type == PT_INTERP) {
                interpreter = Optional.of(text(file, offset));
            } else if (type == PT_DYNAMIC) {
                for (int at = offset; file.getLong(at) != 0; at += 16) {
                    long value = file.getLong(at + 8);
                    switch ((int) file.getLong(at)) {
                        case DT_NEEDED -> needed.add(value);
                        case DT_STRTAB -> strings = offset(file, headers, count, value);
                        case DT_RPATH -> rpath = value;
                        case DT_RUNPATH -> runpath = value;
                        default -> {}
                    }
                }
            }
        }
        long table = strings;
        return new ElfFile(
                file.getShort(18) & 0xffff,
                interpreter,
                needed.stream().map(name -> text(file, (int) (table + name))).toList(),
                rpath < 0 || runpath >= 0 ? List.of() : folders(file, table + rpath),
                runpath < 0 ? List.of() : folders(file, table + runpath));
    }

    /** Where in the file the byte is that is loaded to an address. */
    private static long offset(ByteBuffer file, int headers, int count, long address) {
        for (int i = 0; i < count; i++) {
            int header = headers + i * PROGRAM_HEADER;
            long start = file.getLong(header + 16);
            if (file.getInt(header) == PT_LOAD && address >= start && address < start + file.getLong(header + 32)) {
                return address - start + file.getLong(header + 8);
            }
        }
        throw new IllegalArgumentException("an address that is not loaded");
    }

    private static List<String> folders(ByteBuffer file, long offset) {
        return List.of(text(file, (int) offset).split(":"));
    }

    private static String text(ByteBuffer file, int offset) {
        int end = offset;
        while (file.get(end) != 0) {
            end++;
        }
        var bytes = new byte[end - offset];
        file.get(offset, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
