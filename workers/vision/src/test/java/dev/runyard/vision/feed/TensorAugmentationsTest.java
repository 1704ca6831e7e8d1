package dev.runyard.vision.feed;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import dev.runyard.vision.image.Augmentations;
import dev.runyard.vision.image.Colouring;
import dev.runyard.vision.image.Draws;
import dev.runyard.vision.image.Moved;
import dev.runyard.vision.image.Normalisation;
import dev.runyard.vision.nd.Torch;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The augmentations as tensors against those on bytes, which are held against Pillow elsewhere: on a CPU no byte differs. A GPU divides and
 * adds by the same rules, so more than one byte in a thousand by more than one would be a fault there.
 */
class TensorAugmentationsTest {
    private static final int IMAGES = 96;

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
