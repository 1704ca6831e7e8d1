package dev.runyard.vision.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.vision.Golden;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.tensor.Safetensors;
import dev.runyard.vision.tensor.SafetensorsWriter;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole path from files to files, against the references. */
class EmbedTest {
    @TempDir
    Path dir;

    private Path embed(Golden golden, String weights, @Nullable Path pgn, Path tensors) throws IOException {
        Path out = dir.resolve("out.safetensors");
        String backbone = golden.file(weights).normalize().toString();
        new Embed(new EmbedRequest(backbone, pgn, null, tensors, out)).run(done -> {});
        return out;
    }

    private static void assertSame(Golden golden, String name, Path out, String tensor) throws IOException {
        try (NDManager manager = Torch.manager();
                Safetensors in = Safetensors.open(out)) {
            golden.assertClose(
                    name,
                    Torch.floats(manager, in.floats(tensor), in.info(tensor).shapeArray()));
        }
    }

    @Test
    void pixelsAlone() throws IOException {
        Golden golden = new Golden("hf-clip");
        Path in = dir.resolve("pixels.safetensors");
        new SafetensorsWriter()
                .floats("pixels", new long[] {3, 3, 32, 32}, golden.floats("io.safetensors", "pixels"))
                .write(in);
        Path out = embed(golden, "weights.safetensors", null, in);
        assertSame(golden, "image_features", out, "embedding");
        assertSame(golden, "last_cls_attention", out, "attention");
    }

    @Test
    void givenPrompts() throws IOException {
        Golden golden = new Golden("prompts-openai-clip");
        Path in = dir.resolve("pixels.safetensors");
        new SafetensorsWriter()
                .floats("pixels", new long[] {3, 3, 32, 32}, golden.floats("io.safetensors", "pixels"))
                .floats("prompts", new long[] {3, 6, 128}, golden.floats("io.safetensors", "prompts"))
                .write(in);
        Path out = embed(golden, "../openai-clip/weights.safetensors", null, in);
        assertSame(golden, "embedding", out, "embedding");
        assertSame(golden, "last_cls_attention", out, "attention");
    }

    @Test
    void promptsOfANetwork() throws IOException {
        Golden golden = new Golden("openai-clip");
        Path pgn = new Golden("pgn-training").file("weights.safetensors");
        Path in = dir.resolve("pixels.safetensors");
        new SafetensorsWriter()
                .floats("pixels", new long[] {3, 3, 32, 32}, golden.floats("io.safetensors", "pixels"))
                .write(in);
        try (Safetensors out = Safetensors.open(embed(golden, "weights.safetensors", pgn, in))) {
            assertThat(out.info("coefficients").shape()).containsExactly(3L, 4L, 12L);
            assertThat(out.info("prompts").shape()).containsExactly(3L, 4L, 128L);
            assertThat(out.info("attention").shape()).containsExactly(3L, 2L, 21L);
        }
    }

    @Test
    void networkOfAnotherWidth() throws IOException {
        Golden golden = new Golden("openai-clip");
        Path pgn = new Golden("pgn-net").file("weights.safetensors");
        Path in = dir.resolve("pixels.safetensors");
        new SafetensorsWriter()
                .floats("pixels", new long[] {3, 3, 32, 32}, golden.floats("io.safetensors", "pixels"))
                .write(in);
        assertThatThrownBy(() -> embed(golden, "weights.safetensors", pgn, in))
                .isInstanceOf(InvalidSpec.class)
                .hasMessageContaining("64")
                .hasMessageContaining("128");
    }

    @Test
    void folderOfImages() throws IOException {
        Golden golden = new Golden("timm-vit");
        Path images = Files.createDirectories(dir.resolve("images/a")).getParent();
        ImageIO.write(
                new BufferedImage(40, 30, BufferedImage.TYPE_INT_RGB),
                "png",
                images.resolve("a/2.png").toFile());
        ImageIO.write(
                new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB),
                "png",
                images.resolve("a/1.png").toFile());
        Path out = dir.resolve("out.safetensors");
        String backbone = golden.file("weights.safetensors").toString();
        Embed.Report report = new Embed(new EmbedRequest(backbone, null, images, null, out)).run(done -> {});
        assertThat(report.images()).isEqualTo(2);
        try (Safetensors in = Safetensors.open(out)) {
            assertThat(in.metadata().get("images")).isEqualTo("[\"a/1.png\",\"a/2.png\"]");
            float[] e = in.floats("embedding");
            assertThat(java.util.Arrays.copyOfRange(e, 0, 48)).isEqualTo(java.util.Arrays.copyOfRange(e, 48, 96));
        }
    }

    @Test
    void neitherImagesNorTensors() {
        assertThatThrownBy(() -> new EmbedRequest("small-vit", null, null, null, dir))
                .isInstanceOf(InvalidSpec.class)
                .hasMessageContaining("images");
    }
}
