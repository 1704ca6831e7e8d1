package dev.runyard.vision.method;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.spec.model.BackboneSpec;
import dev.runyard.spec.model.MethodSpec;
import dev.runyard.spec.model.MethodSpec.Blocks;
import dev.runyard.spec.model.MethodSpec.Mixing;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.vision.Golden;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.nd.Torch;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What must hold between the methods, whatever the weights (science reference §8, rows 30 and 73). */
class PromptRulesTest {
    private static final int CLASSES = 8;

    private FrozenBackbone backbone;
    private NDManager manager;
    private NDScope scope;
    private NDArray pixels;

    @BeforeEach
    void open() throws IOException {
        Torch.enter();
        Torch.threads(1);
        backbone = FrozenBackbone.shared(BackboneSpec.SMALL);
        manager = Torch.manager();
        scope = new NDScope();
        scope.suppressNotUsedWarning();
        int side = backbone.shape().imageSize();
        pixels = pixels(side, 3);
    }

    @AfterEach
    void close() {
        scope.close();
        manager.close();
    }

    @Test
    void aPgnThatAlwaysSaysTheSameIsAnIip() throws IOException {
        try (Model pgn = model(new MethodSpec.Pgn(null, 48, 3, 8, null, null));
                Model iip = model(new MethodSpec.Iip(3))) {
            NDArray end = pgn.parameters().get("model.output_net.2.weight");
            end.set(new float[Math.toIntExact(end.size())]); // the bias alone decides
            PromptNetwork.Prompts made = pgn.prompts(pgn.parameters(), pixels);
            NDArray first = made.prompts().get(0);
            iip.parameters().get("prompts").set(first.toFloatArray());
            iip.parameters()
                    .get("classifier.weight")
                    .set(pgn.parameters().get("classifier.weight").toFloatArray());
            iip.parameters()
                    .get("classifier.bias")
                    .set(pgn.parameters().get("classifier.bias").toFloatArray());
            float[] expected = iip.scores(iip.parameters(), pixels, false).toFloatArray();
            float[] got = pgn.scores(pgn.parameters(), pixels, false).toFloatArray();
            assertThat(got).containsExactly(expected, org.assertj.core.data.Offset.offset(1e-6f));
        }
    }

    @ParameterizedTest
    @EnumSource(Mixing.class)
    void promptsDoNotDependOnTheBackbone(Mixing mixing) throws IOException {
        MethodSpec.Pgn spec = new MethodSpec.Pgn(null, 48, 3, 8, mixing, null);
        Golden golden = new Golden("timm-vit");
        try (FrozenBackbone other =
                        FrozenBackbone.open(golden.file("weights.safetensors").toString());
                Model here = model(spec);
                Model there = Models.of(spec(spec), other, names())) {
            assertThat(other.shape().width()).isNotEqualTo(backbone.shape().width());
            // The library's width is the backbone's; the coefficients are not touched by it.
            assertThat(there.prompts(there.parameters(), pixels).coefficients().toFloatArray())
                    .isEqualTo(here.prompts(here.parameters(), pixels)
                            .coefficients()
                            .toFloatArray());
        }
    }

    /** Patches know their place by their positional embedding, so prompts may stand before or behind them. */
    @Test
    void shallowPromptTuningIsAnIipUpToTheOrderOfTokens() throws IOException {
        try (Model vpt = model(new MethodSpec.Vpt(Blocks.SHALLOW, 3));
                Model iip = model(new MethodSpec.Iip(3))) {
            for (String name : List.of("classifier.weight", "classifier.bias", "prompts")) {
                iip.parameters().get(name).set(vpt.parameters().get(name).toFloatArray());
            }
            assertThat(vpt.scores(vpt.parameters(), pixels, false).toFloatArray())
                    .containsExactly(
                            iip.scores(iip.parameters(), pixels, false).toFloatArray(),
                            org.assertj.core.data.Offset.offset(2e-5f));
        }
    }

    @Test
    void deepPromptTuningReplacesThePromptsOfTheBlockBefore() throws IOException {
        try (Model deep = model(new MethodSpec.Vpt(Blocks.DEEP, 2))) {
            float[] before = deep.scores(deep.parameters(), pixels, false).toFloatArray();
            NDArray prompts = deep.parameters().get("prompts");
            assertThat(prompts.getShape().getShape())
                    .containsExactly(
                            backbone.shape().depth(), 2, backbone.shape().width());
            float[] values = prompts.toFloatArray();
            int last = values.length - 2 * backbone.shape().width();
            for (int i = last; i < values.length; i++) {
                values[i] += 1;
            }
            prompts.set(values);
            assertThat(deep.scores(deep.parameters(), pixels, false).toFloatArray())
                    .isNotEqualTo(before);
        }
    }

    @Test
    void untrainedFullAndBiasTuningAreTheFrozenBackbone() throws IOException {
        try (Model linear = model(new MethodSpec.Linear());
                Model full = model(new MethodSpec.Full());
                Model biases = model(new MethodSpec.BitFit())) {
            float[] expected = linear.scores(linear.parameters(), pixels, false).toFloatArray();
            assertThat(full.scores(full.parameters(), pixels, false).toFloatArray())
                    .isEqualTo(expected);
            assertThat(biases.scores(biases.parameters(), pixels, false).toFloatArray())
                    .isEqualTo(expected);
            long head = linear.parameters().count();
            assertThat(full.parameters().count()).isEqualTo(backbone.parameters() + head);
            assertThat(biases.parameters().byName().keySet())
                    .allMatch(name -> name.endsWith(".bias") || name.startsWith("classifier."))
                    .contains("backbone.blocks.0.attn.qkv.bias", "backbone.norm.bias", "backbone.patch_embed.bias");
        }
    }

    @Test
    void aRandomPatchMovesWithTheSteps() throws IOException {
        try (Model patch = model(new MethodSpec.VisualPrompt(MethodSpec.Place.RANDOM_PATCH, 9));
                Model again = model(new MethodSpec.VisualPrompt(MethodSpec.Place.RANDOM_PATCH, 9))) {
            float[] first = patch.scores(patch.parameters(), pixels, true).toFloatArray();
            float[] second = patch.scores(patch.parameters(), pixels, true).toFloatArray();
            assertThat(second).isNotEqualTo(first);
            assertThat(patch.buffers().get("patch.steps").toLongArray()).containsExactly(2);
            assertThat(again.scores(again.parameters(), pixels, false).toFloatArray())
                    .isEqualTo(first);
            assertThat(again.buffers().get("patch.steps").toLongArray()).containsExactly(0);
        }
    }

    private Model model(MethodSpec method) throws IOException {
        return Models.of(spec(method), backbone, names());
    }

    private static List<String> names() {
        return List.of("a", "b", "c", "d", "e", "f", "g", "h").subList(0, CLASSES);
    }

    private static RunSpec spec(MethodSpec method) {
        return new RunSpec(
                null,
                new DatasetSpec("shapes", null, null, null, null),
                null,
                method,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null);
    }

    private NDArray pixels(int side, int n) {
        float[] values = new float[n * 3 * side * side];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(i * 0.37);
        }
        return Torch.floats(manager, values, n, 3, side, side);
    }
}
