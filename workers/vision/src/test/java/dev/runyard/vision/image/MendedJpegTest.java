package dev.runyard.vision.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.json.Json;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * JPEGs with damage that libjpeg mends, as official data sets have them (Oxford Pets, Cats and Dogs), made by hand and read by Pillow;
 * and ones that were cut short, which Pillow refuses too.
 */
class MendedJpegTest {
    static Stream<Arguments> files() throws IOException {
        try (InputStream in = MendedJpegTest.class.getResourceAsStream("mended-jpegs.json")) {
            return StreamSupport.stream(Json.mapper().readTree(in).spliterator(), false)
                    .map(f -> Arguments.of(f.get("name").asText(), f));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    void asPillowDoes(String name, JsonNode file) throws Exception {
        byte[] bytes = Base64.getDecoder().decode(file.get("file").asText());
        String wanted = file.get("rgb").asText();
        AtomicInteger mended = new AtomicInteger();
        if (wanted.equals("refused")) {
            assertThatThrownBy(() -> Images.decode(name, bytes, mended::incrementAndGet))
                    .isInstanceOfSatisfying(
                            ImageException.class, e -> assertThat(e.code()).isEqualTo("TRUNCATED_IMAGE"));
            return;
        }
        Raster rgb = Images.decode(name, bytes, mended::incrementAndGet).toRgb();
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(rgb.data());
        assertThat(HexFormat.of().formatHex(digest)).isEqualTo(wanted);
        // What lies outside of the pixels' data, and a wrong byte that decodes, nobody notices.
        boolean silent = name.startsWith("bytes ") || name.startsWith("a byte flipped");
        assertThat(mended.get()).isEqualTo(silent ? 0 : 1);
    }

    /** What one file brought with it is nothing to decode another by. */
    @Test
    void aFileWithoutItsTablesIsRefusedWhateverWasReadBefore() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB), "jpeg", out);
        byte[] whole = out.toByteArray();
        assertThat(Images.decode("whole.jpg", whole, () -> {}).width()).isEqualTo(16);
        byte[] bare = without(whole, 0xdb);
        assertThat(bare.length).isLessThan(whole.length);
        assertThatThrownBy(() -> Images.decode("bare.jpg", bare, () -> {}))
                .isInstanceOfSatisfying(
                        ImageException.class, e -> assertThat(e.code()).isEqualTo("TRUNCATED_IMAGE"));
    }

    /** The file without segments of a kind that stand before its scan. */
    private static byte[] without(byte[] file, int marker) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(file, 0, 2);
        int at = 2;
        while ((file[at + 1] & 0xff) != 0xda) {
            int length = 2 + ((file[at + 2] & 0xff) << 8 | file[at + 3] & 0xff);
            if ((file[at + 1] & 0xff) != marker) {
                out.write(file, at, length);
            }
            at += length;
        }
        out.write(file, at, file.length - at);
        return out.toByteArray();
    }
}
