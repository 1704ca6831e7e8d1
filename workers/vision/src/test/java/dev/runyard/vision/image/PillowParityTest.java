package dev.runyard.vision.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.Base64;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Colour operations and unusual files against results of Pillow 11.3.0, stored in pillow.json. */
class PillowParityTest {
    private static JsonNode stored() throws IOException {
        try (InputStream in = PillowParityTest.class.getResourceAsStream("pillow.json")) {
            return new ObjectMapper().readTree(Objects.requireNonNull(in));
        }
    }

    private static byte[] bytes(JsonNode node) {
        return Base64.getDecoder().decode(node.asText());
    }

    @Test
    void colourOperationsGiveTheSameBytes() throws IOException {
        JsonNode stored = stored();
        assertThat(stored.get("colours")).hasSize(23);
        for (JsonNode c : stored.get("colours")) {
            byte[] rgb = bytes(stored.get("image"));
            double factor = c.get("factor").asDouble();
            switch (c.get("op").asText()) {
                case "brightness" -> Colours.brightness(rgb, (float) factor);
                case "contrast" -> Colours.contrast(rgb, (float) factor);
                case "saturation" -> Colours.saturation(rgb, (float) factor);
                case "hue" -> Colours.hue(rgb, factor);
                case "grey" -> Colours.grey(rgb);
                default -> Colours.solarize(rgb, 128);
            }
            assertThat(rgb).as(c.get("op").asText() + " " + factor).isEqualTo(bytes(c.get("out")));
        }
    }

    @Test
    void unusualFilesGiveTheSameBytes() throws IOException {
        JsonNode files = stored().get("files");
        assertThat(files).hasSize(19);
        for (JsonNode f : files) {
            String name = f.get("name").asText();
            Raster image = Images.decode(name, bytes(f.get("file")));
            assertThat(image.toRgb().data()).as(name).isEqualTo(bytes(f.get("rgb")));
            assertThat(Transforms.clip(image, 9)).as(name + " in CLIP's order").isEqualTo(bytes(f.get("clip9")));
        }
    }

    @Test
    void anyCutOrFlippedByteIsAnImageOrANamedFault() throws IOException {
        java.util.SplittableRandom random = new java.util.SplittableRandom(5);
        int refused = 0;
        for (JsonNode f : stored().get("files")) {
            byte[] good = bytes(f.get("file"));
            for (int round = 0; round < 150; round++) {
                byte[] bad = round % 2 == 0 ? java.util.Arrays.copyOf(good, random.nextInt(good.length)) : good.clone();
                if (round % 2 == 1) {
                    bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
                }
                try {
                    Images.decode("x", bad);
                    boolean gif = f.get("name").asText().endsWith(".gif");
                    assertThat(gif).as("a PNG with a wrong byte was read").isTrue();
                } catch (ImageException e) {
                    refused++;
                    assertThat(e.code())
                            .isIn("TRUNCATED_IMAGE", "NOT_AN_IMAGE", "IMAGE_TOO_LARGE", "UNSUPPORTED_FORMAT");
                }
            }
        }
        assertThat(refused).isGreaterThan(2_000);
    }
}
