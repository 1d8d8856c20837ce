package dev.gatun.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;

/** Makes system calls in this process, from the calling thread. */
public final class Kernel {
    private final NativeLibrary library;
    private final Arch arch = Arch.current();
    private final long syscall;

    public Kernel(NativeLibrary library) {
        this.library = library;
        this.syscall = library.function("syscall");
    }

    /** The kernel through this JVM's back end. */
    public static Kernel load() {
        return new Kernel(NativeLibrary.load());
    }

    public Arch arch() {
        return arch;
    }

    /**
     * Makes a call; blocks marked as output hold what the kernel wrote to them afterwards.
     *
     * @return its result, never negative
     * @throws SyscallException if it failed
     */
    public long call(Call call) {
        long result = attempt(call);
        if (result < 0) {
            throw new SyscallException(call.toString(), (int) -result);
        }
        return result;
    }

    /** Makes a call, where failing is one of the answers: −errno is returned. A call that a signal broke off is made again, but for close(2), which is done even then. */
    public long attempt(Call call) {
        try (var memory = new NativeMemory()) {
            List<Arg> args = call.args();
            var words = new long[6];
            for (int i = 0; i < args.size(); i++) {
                words[i] = args.get(i).word(memory);
            }
            long result;
            do {
                result = library.invoke(
                        syscall,
                        call.syscall().number(arch),
                        words[0],
                        words[1],
                        words[2],
                        words[3],
                        words[4],
                        words[5]);
            } while (result == -Errno.EINTR.number() && call.syscall() != Syscall.CLOSE);
            memory.readBack();
            return result;
        }
    }

    /** Calls {@code function} of the C library, one that returns an error number as posix_spawn(3) does. */
    long libraryCall(String function, Arg... args) {
        try (var memory = new NativeMemory()) {
            var words = new long[7];
            for (int i = 0; i < args.length; i++) {
                words[i] = args[i].word(memory);
            }
            long result = library.invoke(
                    library.function(function), words[0], words[1], words[2], words[3], words[4], words[5], words[6]);
            memory.readBack();
            return (int) result;
        }
    }

    /** The memory that one call's arguments point to: native, and freed when the call has returned. */
    private final class NativeMemory implements Memory, AutoCloseable {
        private final Arena arena = Arena.ofConfined();
        private final IdentityHashMap<Block, MemorySegment> blocks = new IdentityHashMap<>(4);
        private final List<Block> outputs = new ArrayList<>(2);

        @Override
        public Arch arch() {
            return arch;
        }

        @Override
        public long string(String text) {
            byte[] bytes = FileName.encode(text);
            MemorySegment segment = arena.allocate(bytes.length + 1L);
            segment.asByteBuffer().put(bytes);
            return segment.address();
        }

        @Override
        public long block(Block block) {
            MemorySegment known = blocks.get(block);
            if (known != null) {
                return known.address();
            }
            MemorySegment segment = arena.allocate(Math.max(block.size(), 1), Long.BYTES);
            blocks.put(block, segment);
            ByteBuffer buffer = segment.asByteBuffer().order(ByteOrder.nativeOrder());
            block.copyTo(buffer);
            for (Block.Field field : block.fields()) {
                buffer.putLong(field.offset(), field.value().word(this));
            }
            if (block.isOutput()) {
                outputs.add(block);
            }
            return segment.address();
        }

        @Override
        public long direct(ByteBuffer bytes) {
            return MemorySegment.ofBuffer(bytes).address();
        }

        void readBack() {
            for (Block block : outputs) {
                MemorySegment segment = blocks.get(block);
                if (segment != null) {
                    segment.asByteBuffer().get(0, block.raw());
                }
            }
        }

        @Override
        public void close() {
            arena.close();
        }
    }
}
