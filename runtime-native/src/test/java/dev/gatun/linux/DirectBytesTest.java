package dev.gatun.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class DirectBytesTest {
    private final Kernel kernel = Kernel.load();

    @Test
    void theKernelReadsAndWritesTheBytesBetweenPositionAndLimit() {
        var buffer = ByteBuffer.allocateDirect(16);
        buffer.put("0123456789".getBytes(StandardCharsets.UTF_8))
                .flip()
                .position(2)
                .limit(5);
        try (var file = new Fd(kernel, kernel.call(FileCalls.memfdCreate("bytes", Fcntl.MFD_CLOEXEC)), "bytes")) {
            var written = new DirectBytes(buffer);
            Call write = FileCalls.write(file, written);
            assertThat(write).hasToString("write(bytes, /* 3 bytes */, 3)");
            assertThat(kernel.call(write)).isEqualTo(3);
            assertThat(kernel.call(FileCalls.lseek(file, 0, Fcntl.SEEK_SET))).isZero();
            var read = ByteBuffer.allocateDirect(8).position(1);
            assertThat(kernel.call(FileCalls.read(file, new DirectBytes(read)))).isEqualTo(3);
            assertThat(read.position()).isEqualTo(1);
            assertThat(read.get(1)).isEqualTo((byte) '2');
            assertThat(read.get(3)).isEqualTo((byte) '4');
            assertThat(read.get(4)).isZero();
        }
    }

    @Test
    void aBufferOnTheHeapIsRefused() {
        assertThatThrownBy(() -> new DirectBytes(ByteBuffer.allocate(1))).hasMessage("not a direct buffer");
    }

    @Test
    void oneBackEndCallsBoth() {
        // failing rows for the direct forms of read and write, whose text FailureTest's programs cannot have
        var bytes = new DirectBytes(ByteBuffer.allocateDirect(4));
        assertThat(kernel.attempt(FileCalls.read(Word.fd(-1), bytes))).isEqualTo(-Errno.EBADF.number());
        assertThat(kernel.attempt(FileCalls.write(Word.fd(-1), bytes))).isEqualTo(-Errno.EBADF.number());
    }
}
