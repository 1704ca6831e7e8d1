package dev.runyard.vision.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runyard.vision.backbone.weights.WeightsException;
import dev.runyard.vision.tensor.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A classifier is told by what it answers. */
class EmbeddingClassifierTest {
    private static final EmbeddingClassifier LINEAR =
            new EmbeddingClassifier(2, new float[] {1, -2, 3, 0.5f, 0, 4}, new float[] {10, -1}, false);
    private static final EmbeddingClassifier COSINE =
            new EmbeddingClassifier(2, new float[] {1, -2, 3, 0.5f, 0, 4}, new float[] {0, 0}, true);

    @TempDir
    Path dir;

    @Test
    void bothFormsAreFoundAgain() throws IOException {
        for (EmbeddingClassifier wanted : List.of(LINEAR, COSINE)) {
            EmbeddingClassifier found =
                    EmbeddingClassifier.of(wanted::scores, 3).orElseThrow();
            assertThat(found.cosine()).isEqualTo(wanted.cosine());
            found.write(dir.resolve("c.safetensors"));
            EmbeddingClassifier read = EmbeddingClassifier.read(dir.resolve("c.safetensors"));
            assertThat(read.scores(new float[] {1, 2, 2, 0, 0, -3}))
                    .containsExactly(wanted.scores(new float[] {1, 2, 2, 0, 0, -3}), within());
        }
        assertThat(COSINE.scores(new float[] {0, 0, 2})).containsExactly(3f, 4f);
        assertThat(LINEAR.scores(new float[] {0, 0, 2})).containsExactly(16f, 7f);
    }

    private static org.assertj.core.data.Offset<Float> within() {
        return org.assertj.core.data.Offset.offset(1e-5f);
    }

    @Test
    void anotherFormIsNone() {
        assertThat(EmbeddingClassifier.of(
                        v -> {
                            float[] out = LINEAR.scores(v);
                            for (int i = 0; i < out.length; i++) {
                                out[i] = out[i] * out[i];
                            }
                            return out;
                        },
                        3))
                .isEmpty();
    }

    @Test
    void ofEqualScoresTheFirst() {
        assertThat(EmbeddingClassifier.best(new float[] {1, 1, 0, -3, -1, -1}, 3))
                .containsExactly(0, 1);
        assertThat(Prediction.of(List.of("a", "b"), List.of(), new float[] {0, 0, 2, 1}))
                .extracting(Prediction::name)
                .containsExactly("0", "0");
        assertThat(Prediction.of(List.of("a"), List.of("cat", "dog"), new float[] {0, 0})
                        .get(0)
                        .share())
                .isEqualTo(0.5);
    }

    @Test
    void tensorsThatDoNotFit() throws IOException {
        Path file = dir.resolve("c.safetensors");
        new SafetensorsWriter()
                .floats("weight", new long[] {2, 3}, new float[6])
                .floats("bias", new long[] {3}, new float[3])
                .write(file);
        assertThatThrownBy(() -> EmbeddingClassifier.read(file))
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining("[C, d]");
    }
}
