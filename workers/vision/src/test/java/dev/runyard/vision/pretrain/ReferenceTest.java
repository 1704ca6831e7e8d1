package dev.runyard.vision.pretrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runyard.vision.nd.Tape;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The losses and the head beside PyTorch's numbers. */
class ReferenceTest {
    private static final double ALLOWED = 3e-6;

    private final NDManager manager = open();
    private final NDScope scope = new NDScope();
    private JsonNode reference = new ObjectMapper().createObjectNode();

    private static NDManager open() {
        Torch.enter();
        Torch.threads(1);
        return Torch.manager();
    }

    @BeforeEach
    void read() throws IOException {
        scope.suppressNotUsedWarning();
        try (InputStream in = ReferenceTest.class.getResourceAsStream("reference.json")) {
            reference = new ObjectMapper().readTree(in);
        }
    }

    @AfterEach
    void close() {
        scope.close();
        manager.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 6})
    void positionsOfSmallViews(int to) {
        NDArray resized = new PositionResize(manager, 4, to).apply(array(reference.path("positions")));
        assertClose(resized, reference.path("positions_to_" + to));
    }

    @Test
    void head() {
        Map<String, NDArray> weights = new LinkedHashMap<>();
        reference.path("head").fields().forEachRemaining(e -> weights.put("h." + e.getKey(), array(e.getValue())));
        NDArray out = DinoHead.forward(new Tensors(weights), "h.", array(reference.path("head_in")));
        assertClose(out, reference.path("head_out"));
    }

    @Test
    void distillation() {
        JsonNode wanted = reference.path("dino");
        NDArray teacher = array(wanted.path("teacher"));
        NDArray shares = teacher.sub(array(wanted.path("centre")))
                .mul(Torch.scalar(manager, 1 / 0.04))
                .softmax(1);
        NDArray sharpness = Torch.scalar(manager, 1 / 0.1);
        gradient(
                wanted.path("student"),
                wanted,
                student -> Distillation.crossViews(manager, student.mul(sharpness), shares, 3));
    }

    @Test
    void contrastiveWithSeveralImagesOfAClass() {
        JsonNode wanted = reference.path("contrastive");
        int[] labels = ints(wanted.path("labels"));
        int[] present = ints(wanted.path("present"));
        gradient(wanted.path("scores"), wanted, scores -> Contrastive.bothWays(manager, scores, labels, present));
    }

    private void gradient(JsonNode input, JsonNode wanted, Function<NDArray, NDArray> loss) {
        NDArray leaf = array(input);
        leaf.setRequiresGradient(true);
        try (Tape tape = new Tape()) {
            NDArray value = loss.apply(leaf);
            tape.backward(value);
            double expected = wanted.path("loss").doubleValue();
            assertThat((double) value.toFloatArray()[0]).isCloseTo(expected, within(ALLOWED * expected));
            assertClose(leaf.getGradient(), wanted.path("gradient"));
        }
    }

    private NDArray array(JsonNode tensor) {
        long[] shape = new long[tensor.path("shape").size()];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = tensor.path("shape").get(i).longValue();
        }
        return Torch.floats(manager, values(tensor), shape);
    }

    private static float[] values(JsonNode tensor) {
        float[] out = new float[tensor.path("values").size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = tensor.path("values").get(i).floatValue();
        }
        return out;
    }

    private static int[] ints(JsonNode list) {
        int[] out = new int[list.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = list.get(i).intValue();
        }
        return out;
    }

    private static void assertClose(NDArray got, JsonNode tensor) {
        float[] expected = values(tensor);
        float[] actual = got.toFloatArray();
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) actual[i]).as("element " + i).isCloseTo(expected[i], within(ALLOWED));
        }
    }
}
