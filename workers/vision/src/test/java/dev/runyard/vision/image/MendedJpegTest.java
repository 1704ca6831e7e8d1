package dev.runyard.vision.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
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
}
