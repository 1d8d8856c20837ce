package dev.gatun.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FileNameTest {
    private static final byte[][] PIECES = {
        {'a'},
        {(byte) 0xc3, (byte) 0xa4},
        {(byte) 0xe2, (byte) 0x82, (byte) 0xac},
        {(byte) 0xf0, (byte) 0x9f, (byte) 0x98, (byte) 0x80},
        {(byte) 0xef, (byte) 0xbf, (byte) 0xbd},
        {(byte) 0xed, (byte) 0xb2, (byte) 0x80},
        {(byte) 0xff},
        {(byte) 0x80},
        {(byte) 0xe2, (byte) 0x82},
        {(byte) 0xc0, (byte) 0x80},
        {(byte) 0xf0, (byte) 0x9f}
    };

    @Test
    void everyNameComesBackByteForByteAndNoTwoAreTheSameString() {
        var random = new Random(7);
        var names = new HashSet<String>();
        var strings = new HashSet<String>();
        for (int i = 0; i < 20_000; i++) {
            var bytes = new java.io.ByteArrayOutputStream();
            for (int n = random.nextInt(6); n >= 0; n--) {
                if (random.nextInt(3) == 0) {
                    bytes.write(1 + random.nextInt(255));
                } else {
                    bytes.writeBytes(PIECES[random.nextInt(PIECES.length)]);
                }
            }
            String name = FileName.decode(bytes.toByteArray());
            assertThat(FileName.encode(name)).as("name %d", i).isEqualTo(bytes.toByteArray());
            names.add(bytes.toString(StandardCharsets.ISO_8859_1));
            strings.add(name);
        }
        assertThat(strings).hasSameSizeAs(names);
    }

    @Test
    void whatIsUtf8IsAsJavaHasIt() {
        String name = "Gat\u00fan \u20ac \ud83d\ude00 \ufffd";
        assertThat(FileName.decode(name.getBytes(StandardCharsets.UTF_8))).isEqualTo(name);
        assertThat(FileName.encode(name)).isEqualTo(name.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void otherBytesAreQuotedInHexadecimal() {
        assertThat(Text.quoted(FileName.decode(new byte[] {'a', (byte) 0xe9, 'b'})))
                .isEqualTo("\"a\\xe9b\"");
    }
}
