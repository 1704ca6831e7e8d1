package dev.runyard.vision.feed;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.json.Json;
import dev.runyard.vision.image.Augmentations;
import dev.runyard.vision.image.Colouring;
import dev.runyard.vision.image.Draws;
import dev.runyard.vision.image.Images;
import dev.runyard.vision.image.Moved;
import dev.runyard.vision.image.Normalisation;
import dev.runyard.vision.nd.Torch;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The augmentations as tensors against those on bytes, which are held against Pillow elsewhere: on a CPU no byte differs. A GPU divides and
 * adds by the same rules, so more than one byte in a thousand by more than one would be a fault there.
 */
class TensorAugmentationsTest {
    private static final int IMAGES = 96;
    /** No operation. */
    private static final int NONE = 4;

    @BeforeAll
    static void enter() {
        Torch.enter();
    }

    /** Noise, flat images, greys and pure colours, which are the corners of the hue. */
    private static List<byte[]> images(int side) {
        Random random = new Random(7);
        List<byte[]> out = new ArrayList<>();
        for (int i = 0; i < IMAGES; i++) {
            byte[] rgb = new byte[side * side * 3];
            random.nextBytes(rgb);
            for (int p = 0; p < rgb.length; p++) {
                rgb[p] = switch (i % 4) {
                    case 1 -> (byte) (i * 2);
                    case 2 -> (byte) (rgb[p] < 0 ? 255 : 0);
                    case 3 -> rgb[p - p % 3];
                    default -> rgb[p];
                };
            }
            out.add(rgb);
        }
        return out;
    }

    private static NDArray batch(NDManager manager, List<byte[]> images, int side) {
        ByteBuffer all = ByteBuffer.allocateDirect(images.size() * side * side * 3);
        images.forEach(all::put);
        NDArray raw = Torch.bytes(manager, all.flip(), images.size(), side, side, 3);
        return Torch.asFloats(raw.transpose(0, 3, 1, 2));
    }

    private static void assertSame(NDArray got, List<byte[]> wanted, int side) {
        float[] values = Torch.read(got);
        int plane = side * side;
        for (int i = 0; i < wanted.size(); i++) {
            for (int p = 0; p < plane * 3; p++) {
                float value = values[(i * 3 + p % 3) * plane + p / 3];
                assertThat((int) value)
                        .as("image %d, pixel %d, band %d", i, p / 3, p % 3)
                        .isEqualTo(wanted.get(i)[p] & 0xff);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {9, 24})
    void coloursAreThoseOfTheBytes(int side) {
        try (NDManager manager = Torch.manager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            List<byte[]> images = images(side);
            List<Colouring> each = new ArrayList<>();
            List<byte[]> wanted = new ArrayList<>();
            for (int i = 0; i < IMAGES; i++) {
                Draws draws = new Draws(3, 1, i);
                each.add(Colouring.pgn(draws));
                wanted.add(Augmentations.pgnColours(images.get(i), side, draws));
            }
            NDArray got = new TensorAugmentations(manager).pgnColours(batch(manager, images, side), each);
            assertSame(got, wanted, side);
        }
    }

    /** Pillow 11.3.0's own results, hue among them: on the CPU no byte differs. */
    @Test
    void eachOperationGivesPillowsBytes() throws IOException {
        JsonNode stored;
        try (InputStream in = Images.class.getResourceAsStream("pillow.json")) {
            stored = Json.mapper().readTree(Objects.requireNonNull(in));
        }
        byte[] image = Base64.getDecoder().decode(stored.get("image").asText());
        int pixels = image.length / 3;
        List<String> operations = List.of("brightness", "contrast", "saturation", "hue");
        Set<String> seen = new TreeSet<>();
        try (NDManager manager = Torch.manager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            ByteBuffer direct =
                    ByteBuffer.allocateDirect(image.length).put(image).flip();
            NDArray raw = Torch.bytes(manager, direct, 1, 1, pixels, 3);
            NDArray x = Torch.asFloats(raw.transpose(0, 3, 1, 2));
            for (JsonNode one : stored.get("colours")) {
                String name = one.get("op").asText();
                int operation = operations.indexOf(name);
                double factor = one.get("factor").asDouble();
                float[] factors = {(float) factor, (float) factor, (float) factor};
                int[] order = operation < 0 ? new int[0] : new int[] {operation, NONE, NONE, NONE};
                Colouring colouring =
                        new Colouring(order, factors, factor, name.equals("grey"), name.equals("solarize"), false);
                float[] got = Torch.read(new TensorAugmentations(manager).pgnColours(x, List.of(colouring)));
                byte[] wanted = Base64.getDecoder().decode(one.get("out").asText());
                for (int i = 0; i < wanted.length; i++) {
                    assertThat((int) got[i % 3 * pixels + i / 3])
                            .as("%s %s, pixel %d, band %d", name, factor, i / 3, i % 3)
                            .isEqualTo(wanted[i] & 0xff);
                }
                seen.add(name);
            }
        }
        assertThat(seen).containsExactly("brightness", "contrast", "grey", "hue", "saturation", "solarize");
    }

    @ParameterizedTest
    @ValueSource(ints = {9, 10, 32})
    void cropsAreThoseOfTheBytes(int side) {
        try (NDManager manager = Torch.manager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            List<byte[]> images = images(side);
            List<Moved> each = new ArrayList<>();
            List<byte[]> wanted = new ArrayList<>();
            for (int i = 0; i < IMAGES; i++) {
                Draws draws = new Draws(3, 2, i);
                each.add(Moved.of(side, draws));
                wanted.add(Augmentations.flipCrop(images.get(i), side, draws));
            }
            NDArray got = new TensorAugmentations(manager).flipCrop(batch(manager, images, side), each);
            assertSame(got, wanted, side);
        }
    }

    /** What a GPU normalises is what the host would have sent. */
    @ParameterizedTest
    @ValueSource(ints = {5, 32})
    void bytesAreNormalisedToTheSameBits(int side) throws Exception {
        List<byte[]> images = images(side);
        try (NDManager manager = Torch.manager()) {
            Upload.Pixels pixels = images::get;
            float[] host = Torch.read(new Upload(false).images(manager, IMAGES, side, Normalisation.CLIP, pixels));
            float[] device = Torch.read(new Upload(true).images(manager, IMAGES, side, Normalisation.CLIP, pixels));
            assertThat(device).isEqualTo(host);
        }
    }
}
