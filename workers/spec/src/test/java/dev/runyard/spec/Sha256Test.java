package dev.runyard.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Values of FIPS 180-4's examples. */
class Sha256Test {
    private static final String ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    private static final String EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    @Test
    void isWhatTheStandardSays() throws IOException {
        assertThat(Sha256.of("abc")).isEqualTo(ABC);
        assertThat(Sha256.of(new byte[0])).isEqualTo(EMPTY);
        ByteArrayOutputStream copied = new ByteArrayOutputStream();
        assertThat(Sha256.copy(new ByteArrayInputStream(new byte[] {'a', 'b', 'c'}), copied))
                .isEqualTo(ABC);
        assertThat(copied.toByteArray()).containsExactly('a', 'b', 'c');
        assertThat(Sha256.of("é")).isEqualTo(Sha256.of(new byte[] {(byte) 0xc3, (byte) 0xa9}));
    }

    @Test
    void aNameIsNoPath() {
        assertThat(Sha256.valid(ABC)).isTrue();
        for (String wrong :
                new String[] {"", ABC.toUpperCase(java.util.Locale.ROOT), ABC + "0", "../" + ABC.substring(3)}) {
            assertThat(Sha256.valid(wrong)).as(wrong).isFalse();
        }
    }
}
