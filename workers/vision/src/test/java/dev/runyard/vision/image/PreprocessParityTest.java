package dev.runyard.vision.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runyard.vision.SharedData;
import dev.runyard.vision.tensor.Safetensors;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Pillow 11.3 and torchvision 0.22 on twelve files: golden/preprocess. The 16-bit file is scaled here and clipped there, so it is left out. */
class PreprocessParityTest {
    private static final String SIXTEEN_BIT = "07-gray16.png";

    private record Difference(int max, double mean) {
        static Difference of(byte[] ours, byte[] theirs, int offset) {
            int max = 0;
            long sum = 0;
            for (int i = 0; i < ours.length; i++) {
                int d = Math.abs((ours[i] & 0xff) - (theirs[offset + i] & 0xff));
                max = Math.max(max, d);
                sum += d;
            }
            return new Difference(max, (double) sum / ours.length);
        }
    }

    private interface Check {
        void file(int index, String name, Raster image, Safetensors io) throws IOException;
    }

    private static void each(Check check) throws IOException {
        Path folder = SharedData.path("golden/preprocess");
        JsonNode files = new ObjectMapper()
                .readTree(folder.resolve("case.json").toFile())
                .get("files");
        assertThat(files).hasSize(12);
        try (Safetensors io = Safetensors.open(folder.resolve("io.safetensors"))) {
            for (int i = 0; i < files.size(); i++) {
                String name = files.get(i).get("file").asText();
                if (!name.equals(SIXTEEN_BIT)) {
                    check.file(i, name, Images.decode(folder.resolve("images").resolve(name)), io);
                }
            }
        }
    }

    @Test
    void everyFileIsDecodedToTheReferencesBytes() throws IOException {
        each((i, name, image, io) -> {
            Difference d = Difference.of(image.toRgb().data(), io.bytes("decoded." + name), 0);
            System.out.printf(Locale.ROOT, "decoded %s %s: max %d, mean %.4f%n", name, image.mode(), d.max, d.mean);
            assertThat(d.max).as(name).isZero();
        });
    }

    @Test
    void bothOrdersGiveTheReferencesBytesAtEverySize() throws IOException {
        each((i, name, image, io) -> {
            for (String tensor : sized(io)) {
                int size = Integer.parseInt(tensor.substring(tensor.lastIndexOf('_') + 1));
                byte[] ours = tensor.startsWith("clip") ? Transforms.clip(image, size) : Transforms.tv(image, size);
                Difference d = Difference.of(ours, io.bytes(tensor), i * ours.length);
                assertThat(d.max).as(name + " " + tensor + " mean " + d.mean).isZero();
            }
        });
    }

    private static List<String> sized(Safetensors io) {
        List<String> out = new ArrayList<>();
        for (String name : io.tensors().keySet()) {
            if (name.contains("_u8_")) {
                out.add(name);
            }
        }
        assertThat(out).hasSizeGreaterThanOrEqualTo(2);
        return out;
    }

    @Test
    void floatsAreTheReferences() throws IOException {
        each((i, name, image, io) -> {
            for (String order : List.of("clip", "tv")) {
                byte[] u8 = order.equals("clip") ? Transforms.clip(image, 32) : Transforms.tv(image, 32);
                float[] ours = new float[u8.length];
                (order.equals("clip") ? Normalisation.CLIP : Normalisation.IMAGENET)
                        .apply(u8, FloatBuffer.wrap(ours), 0);
                float[] theirs = io.floats(order + "_float_32");
                for (int k = 0; k < ours.length; k++) {
                    assertThat(Math.abs(ours[k] - theirs[i * ours.length + k])).isLessThanOrEqualTo(1e-6f);
                }
            }
        });
    }

    @Test
    void sixteenBitGreyIsScaledNotClipped() throws IOException {
        Raster image = Images.decode(SharedData.path("golden/preprocess/images").resolve(SIXTEEN_BIT));
        assertThat(image.scaled()).isTrue();
        assertThat(image.mode()).isEqualTo(Raster.Mode.GREY);
        int dark = 0;
        for (byte v : image.data()) {
            dark += (v & 0xff) < 200 ? 1 : 0;
        }
        assertThat(dark).as("pixels that are not white").isGreaterThan(image.data().length / 4);
    }
}
