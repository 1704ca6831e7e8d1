package dev.runyard.vision.backbone;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.model.BackboneSpec;
import dev.runyard.spec.model.BackboneSpec.Precision;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.vision.method.Model;
import dev.runyard.vision.method.Models;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.text.TextTower;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A step frees what was made in it; what was first opened in one is there in the next all the same. */
final class FirstOpenedInAStepTest {
    private interface Opening<T> {
        T open() throws IOException;
    }

    private static <T> T inAStep(Opening<T> opening) throws IOException {
        Torch.enter();
        Torch.threads(1);
        try (NDScope step = new NDScope()) {
            step.suppressNotUsedWarning();
            return opening.open();
        }
    }

    private static float[] embedding(FrozenBackbone backbone) {
        int side = backbone.shape().imageSize();
        try (NDManager manager = Torch.manager();
                NDScope step = new NDScope()) {
            step.suppressNotUsedWarning();
            NDArray pixels = manager.ones(new Shape(1, 3, side, side)).mul(0.25);
            return Torch.read(backbone.encode(pixels, null, false).embedding());
        }
    }

    @Test
    void aBackboneAndItsCopyInLessPrecisionKeepTheirWeights() throws IOException {
        try (FrozenBackbone outside = FrozenBackbone.open(BackboneSpec.SMALL);
                FrozenBackbone inside = inAStep(() -> {
                    FrozenBackbone made = FrozenBackbone.open(BackboneSpec.SMALL);
                    made.in(Precision.BF16);
                    return made;
                })) {
            assertThat(embedding(inside)).isEqualTo(embedding(outside));
            assertThat(inside.sha256Now()).isEqualTo(outside.sha256());
            assertThat(inside.in(Precision.BF16).sha256Now()).isEqualTo(outside.sha256());
        }
    }

    @Test
    void aModelKeepsItsParameters() throws IOException {
        FrozenBackbone backbone = FrozenBackbone.shared(BackboneSpec.SMALL);
        RunSpec spec = Json.read(
                Json.yaml("{dataset: {id: shapes}, method: {kind: pgn, resolution: 32, prompts: 2, librarySize: 4}}"),
                RunSpec.class);
        try (Model outside = Models.of(spec, backbone, List.of("a", "b"));
                Model inside = inAStep(() -> Models.of(spec, backbone, List.of("a", "b")))) {
            assertThat(inside.parameters().sha256())
                    .isEqualTo(outside.parameters().sha256());
        }
    }

    @Test
    void aTextTowerKeepsItsWeights() throws IOException {
        try (StoredBackbone stored = StoredBackbone.open("small-clip");
                TextTower outside = TextTower.read(stored.weights(), stored.config());
                TextTower inside = inAStep(() -> TextTower.read(stored.weights(), stored.config()))) {
            assertThat(inside.weights().sha256()).isEqualTo(outside.weights().sha256());
            assertThat(inside.encode(new long[][] {{3, 5, inside.shape().vocabulary() - 1}})
                            .toFloatArray())
                    .hasSize(inside.shape().embedding());
        }
    }
}
