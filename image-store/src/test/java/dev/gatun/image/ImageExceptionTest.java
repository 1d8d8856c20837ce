package dev.gatun.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import org.junit.jupiter.api.Test;

class ImageExceptionTest {
    @Test
    void the_reason_is_said_not_only_the_path() {
        assertThat(failed(new NoSuchFileException("/a"))).hasMessage("save to /a: no such file");
        assertThat(failed(new AccessDeniedException("/a"))).hasMessage("save to /a: permission denied");
        assertThat(failed(new NotDirectoryException("/a"))).hasMessage("save to /a: NotDirectoryException");
        assertThat(failed(new FileSystemException("/a", null, "No space left on device")))
                .hasMessage("save to /a: No space left on device");
        assertThat(failed(new IOException("broken pipe"))).hasMessage("save to /a: broken pipe");
    }

    private static ImageException failed(IOException why) {
        return ImageException.failed("save to /a", why);
    }
}
