package dev.runyard.vision.invert;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runyard.vision.Golden;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.backbone.PositionPolicy;
import dev.runyard.vision.backbone.vit.VitShape;
import dev.runyard.vision.client.PatchLayout;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.tensor.Safetensors;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The reference inversion: both policies, for every number of prompts that the case holds. */
class InversionParityTest {
    private static final double PIXELS = 1e-5;
    private static final double EXACT = 1e-8;

    private static Golden golden() throws IOException {
        return new Golden("inversion");
    }

    private static JsonNode description() throws IOException {
        return new ObjectMapper().readTree(golden().file("case.json").toFile());
    }

    private static FrozenBackbone backbone() throws IOException {
        String weights = description().path("weights").asText();
        return FrozenBackbone.open(golden().file(weights).normalize().toString());
    }

    private static PatchInverse inverse(FrozenBackbone backbone) {
        int patch = backbone.shape().patch();
        float[] weight = backbone.tensor("patch_embed.weight").toFloatArray();
        return PatchInverse.of(weight, backbone.shape().width(), 3 * patch * patch);
    }

    /** The counts that the case's tensors are named after. */
    static Stream<Integer> counts() throws IOException {
        try (Safetensors in = Safetensors.open(golden().file("io.safetensors"))) {
            return in.tensors().keySet().stream()
                    .filter(name -> name.matches("k\\d+_prompts"))
                    .map(name -> Integer.valueOf(name.substring(1, name.indexOf('_'))))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @Test
    void pseudoInverse() throws IOException {
        try (FrozenBackbone backbone = backbone()) {
            PatchInverse inverse = inverse(backbone);
            double[] expected;
            try (Safetensors in = Safetensors.open(golden().file("io.safetensors"))) {
                expected = in.doubles("pinv"); // [3P², D]
            }
            for (int d = 0; d < inverse.width(); d++) {
                for (int c = 0; c < inverse.length(); c++) {
                    assertThat(Math.abs(inverse.transposed()[d][c] - expected[c * inverse.width() + d]))
                            .isLessThanOrEqualTo(EXACT);
                }
            }
            double condition = description()
                    .path("observed")
                    .path("condition_number_of_patch_matrix")
                    .doubleValue();
            assertThat(inverse.condition()).isCloseTo(condition, org.assertj.core.data.Percentage.withPercentage(1e-6));
            assertThat(inverse.residual(backbone.tensor("patch_embed.weight").toFloatArray()))
                    .isLessThan(1e-13);
        }
    }

    @ParameterizedTest
    @MethodSource("counts")
    void appended(int k) throws IOException {
        both(k, "append", PositionPolicy.APPEND, List.of("append_embedding", "latent_embedding"));
    }

    @ParameterizedTest
    @MethodSource("counts")
    void interpolated(int k) throws IOException {
        both(
                k,
                "interp",
                PositionPolicy.INTERPOLATE,
                List.of("interp_embedding", "interp_embedding_hf", "latent_embedding"));
    }

    private static void both(int k, String name, PositionPolicy policy, List<String> embeddings) throws IOException {
        String prefix = "k" + k + "_";
        try (FrozenBackbone backbone = backbone();
                NDManager manager = Torch.manager();
                NDScope scope = new NDScope();
                Safetensors in = Safetensors.open(golden().file("io.safetensors"))) {
            scope.suppressNotUsedWarning();
            PatchLayout layout = new PatchLayout(
                    backbone.shape().imageSize(), backbone.shape().patch(), k);
            Inversion inversion = new Inversion(backbone, inverse(backbone), layout, policy);
            float[] images = in.floats("pixels");
            int n = in.info("pixels").axis(0);
            double[][] patches = inversion.patches(in.floats(prefix + "prompts"));
            assertPatches(in.doubles(prefix + name + "_patches"), patches);

            float[] pixels = layout.below(images, floats(patches), n, inversion.compensation());
            assertPixels(in.floats(prefix + name + "_pixels"), pixels);
            float[] got = encode(backbone, manager, pixels, layout, n, policy);
            for (String embedding : embeddings) {
                assertEmbedding(in.floats(prefix + embedding), got, true);
            }
            if (policy == PositionPolicy.INTERPOLATE) {
                assertPixels(
                        in.floats(prefix + "interp_positions"),
                        backbone.positions(layout.perRow() + layout.rows(), policy));
                double[] expected = in.doubles(prefix + "interp_compensation");
                float[] compensation = Objects.requireNonNull(inversion.compensation());
                for (int i = 0; i < expected.length; i++) {
                    assertThat(Math.abs(compensation[i] - expected[i])).isLessThanOrEqualTo(PIXELS);
                }
                float[] bare = layout.below(images, floats(patches), n, null);
                float[] wrong = encode(backbone, manager, bare, layout, n, policy);
                assertEmbedding(in.floats(prefix + "interp_uncompensated_embedding"), wrong, true);
                assertEmbedding(in.floats(prefix + "latent_embedding"), wrong, false);
            }
        }
    }

    /** Patch embeddings with a bias, positional tables of other forms, other norms: the first prompts of each case, one row of them. */
    @ParameterizedTest
    @CsvSource({
        "openai-clip, APPEND", "timm-vit, APPEND", "torchvision-vit, APPEND", "dino-vit, APPEND",
        "openai-clip, INTERPOLATE", "timm-vit, INTERPOLATE", "torchvision-vit, INTERPOLATE", "dino-vit, INTERPOLATE"
    })
    void everyKindOfBackbone(String name, PositionPolicy policy) throws IOException {
        Golden golden = new Golden("prompts-" + name);
        String weights =
                golden.file("../" + name + "/weights.safetensors").normalize().toString();
        try (FrozenBackbone backbone = FrozenBackbone.open(weights);
                NDManager manager = Torch.manager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            VitShape shape = backbone.shape();
            PatchLayout layout = new PatchLayout(shape.imageSize(), shape.patch(), shape.imageSize() / shape.patch());
            NDArray pixels = golden.input(manager, "pixels");
            NDArray prompts = golden.input(manager, "prompts").get(":, :" + layout.prompts());
            float[] latent = backbone.encode(pixels, prompts, false).embedding().toFloatArray();
            int n = (int) pixels.getShape().get(0);
            Inversion inversion = new Inversion(backbone, inverse(backbone), layout, policy);
            float[] taller = layout.below(
                    pixels.toFloatArray(),
                    floats(inversion.patches(prompts.toFloatArray())),
                    n,
                    inversion.compensation());
            float[] got = encode(backbone, manager, taller, layout, n, policy);
            assertThat(got).hasSameSizeAs(latent);
            for (int i = 0; i < got.length; i++) {
                assertThat(got[i]).isCloseTo(latent[i], org.assertj.core.data.Offset.offset(1e-4f));
            }
        }
    }

    private static float[] encode(
            FrozenBackbone backbone,
            NDManager manager,
            float[] pixels,
            PatchLayout layout,
            int n,
            PositionPolicy policy) {
        NDArray array = Torch.floats(manager, pixels, n, 3, layout.height(), layout.imageSize());
        return backbone.encode(array, null, policy).toFloatArray();
    }

    private static float[] floats(double[][] patches) {
        float[] out = new float[patches.length * patches[0].length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) patches[i / patches[0].length][i % patches[0].length];
        }
        return out;
    }

    private static void assertPatches(double[] expected, double[][] got) {
        int length = got[0].length;
        assertThat(got.length * length).isEqualTo(expected.length);
        double worst = 0;
        for (int i = 0; i < expected.length; i++) {
            worst = Math.max(worst, Math.abs(got[i / length][i % length] - expected[i]));
        }
        assertThat(worst).as("patches").isLessThanOrEqualTo(EXACT);
    }

    private static void assertPixels(float[] expected, float[] got) {
        assertThat(got).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            assertThat(Math.abs(got[i] - expected[i])).isLessThanOrEqualTo((float) PIXELS);
        }
    }

    private static void assertEmbedding(float[] expected, float[] got, boolean equal) throws IOException {
        JsonNode tolerance = description().path("tolerance").path("embeddings");
        double atol = tolerance.path("atol").doubleValue();
        double rtol = tolerance.path("rtol").doubleValue();
        assertThat(got).hasSameSizeAs(expected);
        boolean close = true;
        for (int i = 0; i < expected.length; i++) {
            close &= Math.abs(got[i] - expected[i]) <= atol + rtol * Math.abs(expected[i]);
        }
        assertThat(close).isEqualTo(equal);
    }
}
