package dev.runyard.vision.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import dev.runyard.vision.Golden;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.backbone.weights.WeightsException;
import dev.runyard.vision.nd.GradientPressure;
import dev.runyard.vision.nd.Tape;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.tensor.Safetensors;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The text towers of the reference CLIP models, within the tolerance of their cases. */
class TextTowerTest {

    @ParameterizedTest
    @ValueSource(strings = {"openai-clip", "hf-clip", "hf-clip-gelu"})
    void equalsTheReference(String name) throws IOException {
        Golden golden = new Golden(name);
        try (TextTower tower = tower(golden);
                FrozenBackbone images =
                        FrozenBackbone.open(golden.file("weights.safetensors").toString());
                NDManager manager = Torch.manager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray got = tower.encode(ids(golden));
            golden.assertClose("text_features", got);
            NDArray texts = got.normalize(2, 1);
            NDArray pictures = images.encode(golden.input(manager, "pixels"), null, false)
                    .embedding()
                    .normalize(2, 1);
            NDArray scale = Torch.scalar(manager, Math.exp(tower.logitScale().orElseThrow()));
            golden.assertClose(
                    "logits_per_image", pictures.matMul(texts.transpose()).mul(scale));
        }
    }

    /** A text is the same whatever stands behind its end and beside it. */
    @Test
    void whatComesBehindTheEndDoesNotCount() throws IOException {
        Golden golden = new Golden("openai-clip");
        try (TextTower tower = tower(golden);
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            int end = tower.shape().vocabulary() - 1;
            float[] plain = tower.encode(new long[][] {{end - 1, 5, 7, end}}).toFloatArray();
            float[] padded =
                    tower.encode(new long[][] {{end - 1, 5, 7, end, 3, 9}}).toFloatArray();
            assertThat(padded).isEqualTo(plain);
        }
    }

    /** The gradient of every weight, while the collector frees memory between forward and backward. */
    @Test
    void isTrainedByGradient() throws Exception {
        Golden golden = new Golden("hf-clip-gelu");
        try (TextTower tower = tower(golden);
                TextTransformer transformer = new TextTransformer(tower.shape())) {
            Map<String, float[]> calm = gradients(transformer, tower.weights(), ids(golden), false);
            assertThat(calm.values()).allSatisfy(gradient -> {
                assertThat(gradient).doesNotContain(Float.NaN);
                assertThat(gradient).isNotEqualTo(new float[gradient.length]);
            });
            for (int round = 0; round < 3; round++) {
                Map<String, float[]> pressed = gradients(transformer, tower.weights(), ids(golden), true);
                calm.forEach((name, gradient) ->
                        assertThat(pressed.get(name)).as(name).isEqualTo(gradient));
            }
        }
    }

    /** Along one direction, the loss changes by what the gradient says. */
    @Test
    void gradientIsTheSlope() throws Exception {
        Golden golden = new Golden("openai-clip");
        try (TextTower tower = tower(golden);
                TextTransformer transformer = new TextTransformer(tower.shape());
                NDManager manager = Torch.manager()) {
            long[][] ids = ids(golden);
            Map<String, float[]> gradients = gradients(transformer, tower.weights(), ids, false);
            for (String name : new String[] {"text.token_embed", "text.blocks.0.attn.qkv.weight", "text.projection"}) {
                float[] values = tower.weights().get(name).toFloatArray();
                float[] gradient = gradients.get(name);
                double squared = 0;
                for (float g : gradient) {
                    squared += (double) g * g;
                }
                double step = 1e-3 / Math.sqrt(squared);
                double[] losses = new double[2];
                for (int side = 0; side < 2; side++) {
                    float[] moved = values.clone();
                    for (int i = 0; i < moved.length; i++) {
                        moved[i] += (float) ((side == 0 ? -step : step) * gradient[i]);
                    }
                    Map<String, NDArray> weights =
                            new LinkedHashMap<>(tower.weights().byName());
                    weights.put(
                            name,
                            Torch.floats(
                                    manager, moved, weights.get(name).getShape().getShape()));
                    try (NDScope scope = new NDScope()) {
                        scope.suppressNotUsedWarning();
                        losses[side] =
                                loss(transformer, new Tensors(weights), ids).toFloatArray()[0];
                    }
                }
                assertThat((losses[1] - losses[0]) / (2 * step))
                        .as(name)
                        .isCloseTo(squared, org.assertj.core.data.Percentage.withPercentage(2));
            }
        }
    }

    @Test
    void refusesWhatIsNoText() throws IOException {
        Golden golden = new Golden("openai-clip");
        try (TextTower tower = tower(golden)) {
            int vocabulary = tower.shape().vocabulary();
            assertThatThrownBy(() -> tower.encode(new long[][] {{1, vocabulary}}))
                    .hasMessage("text 0 has token " + vocabulary + " of a vocabulary of " + vocabulary);
            assertThatThrownBy(() -> tower.encode(new long[][] {{1, 2}, {1}})).hasMessageContaining("one length");
            assertThatThrownBy(() -> tower.encode(new long[][] {new long[17]})).hasMessageContaining("1 to 16");
        }
        Golden hf = new Golden("hf-clip");
        try (TextTower tower = tower(hf)) {
            assertThatThrownBy(() -> tower.encode(new long[][] {{1, 2}})).hasMessage("text 0 has no end token 511");
        }
        Golden timm = new Golden("timm-vit");
        assertThatThrownBy(() -> tower(timm))
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining("holds no text tower");
    }

    private static TextTower tower(Golden golden) throws IOException {
        return TextTower.read(golden.file("weights.safetensors"), golden.file("config.json"));
    }

    private static long[][] ids(Golden golden) throws IOException {
        try (Safetensors in = Safetensors.open(golden.file("io.safetensors"))) {
            int context = in.info("input_ids").axis(1);
            long[] all = in.longs("input_ids");
            long[][] rows = new long[in.info("input_ids").axis(0)][];
            for (int i = 0; i < rows.length; i++) {
                rows[i] = Arrays.copyOfRange(all, i * context, (i + 1) * context);
            }
            return rows;
        }
    }

    private static NDArray loss(TextTransformer transformer, Tensors weights, long[][] ids) {
        NDArray encoded = transformer.encode(weights, ids).normalize(2, 1);
        return encoded.matMul(encoded.transpose()).logSoftmax(1).get(0).get(0);
    }

    private static Map<String, float[]> gradients(
            TextTransformer transformer, Tensors weights, long[][] ids, boolean pressure) throws Exception {
        Torch.enter();
        Torch.threads(1);
        Map<String, float[]> out = new LinkedHashMap<>();
        try (NDScope scope = new NDScope();
                Tape tape = new Tape()) {
            scope.suppressNotUsedWarning();
            Tensors leaves = weights.leaves();
            NDArray loss = loss(transformer, leaves, ids);
            if (pressure) {
                GradientPressure.press();
            }
            tape.backward(loss);
            leaves.byName()
                    .forEach((name, leaf) -> out.put(name, leaf.getGradient().toFloatArray()));
        }
        return out;
    }
}
