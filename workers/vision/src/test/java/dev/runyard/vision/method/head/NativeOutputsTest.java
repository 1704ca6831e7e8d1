package dev.runyard.vision.method.head;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A head that knows airplanes does not answer for annual crops. */
class NativeOutputsTest {
    private FrozenBackbone vit;

    @BeforeEach
    void backbone() throws IOException {
        Torch.enter();
        Torch.threads(1);
        vit = FrozenBackbone.shared("small-vit");
    }

    @Test
    void classesAreBoundByName() {
        assertThat(NativeOutputs.of(vit, List.of("truck", "Airplane", "deer"))).containsExactly(9, 0, 4);
        try (NDManager manager = Torch.manager()) {
            Classifier named = Classifier.ofBackbone(manager, vit, List.of("truck", "airplane"));
            NDArray embedding = Torch.floats(
                    manager, new float[vit.shape().embedding()], 1, vit.shape().embedding());
            float[] own = vit.head(embedding).toFloatArray();
            float[] scores = named.scores(new Tensors(Map.of()), embedding).toFloatArray();
            assertThat(scores).hasSize(2);
            assertThat(scores[0]).isCloseTo(own[9], within(0f));
            assertThat(scores[1]).isCloseTo(own[0], within(0f));
        }
    }

    @Test
    void otherClassesAreRefusedByName() {
        InvalidSpec e = catchThrowableOfType(
                InvalidSpec.class, () -> NativeOutputs.of(vit, List.of("annual crop", "forest", "airplane")));
        assertThat(e.code()).isEqualTo("OTHER_CLASSES");
        assertThat(e.getMessage())
                .contains("annual crop", "airplane, automobile")
                .contains("classifier");
    }

    /** Nobody says which WordNet ids these ten outputs are. */
    @Test
    void outputsWithoutNamesMustBeAsManyAsTheClasses() {
        InvalidSpec e =
                catchThrowableOfType(InvalidSpec.class, () -> NativeOutputs.of(vit, List.of("n01440764", "n01443537")));
        assertThat(e.code()).isEqualTo("OUT_OF_RANGE");
        assertThat(e.getMessage()).contains("10 outputs for 2 classes");
    }
}
