package dev.runyard.vision;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.tensor.Safetensors;
import java.io.IOException;
import java.nio.file.Path;

/** One case of the reference data: its tensors and its tolerances. */
public final class Golden {
    private final Path folder;
    private final JsonNode tolerance;

    public Golden(String name) throws IOException {
        folder = SharedData.path("golden/" + name);
        tolerance = new ObjectMapper()
                .readTree(folder.resolve("case.json").toFile())
                .path("tolerance");
    }

    public Path file(String name) {
        return folder.resolve(name);
    }

    public NDArray input(NDManager manager, String name) throws IOException {
        return input(manager, "io.safetensors", name);
    }

    public NDArray input(NDManager manager, String file, String name) throws IOException {
        try (Safetensors in = Safetensors.open(folder.resolve(file))) {
            return Torch.floats(manager, in.floats(name), in.info(name).shapeArray());
        }
    }

    public float[] floats(String file, String name) throws IOException {
        try (Safetensors in = Safetensors.open(folder.resolve(file))) {
            return in.floats(name);
        }
    }

    public long[] longs(String file, String name) throws IOException {
        try (Safetensors in = Safetensors.open(folder.resolve(file))) {
            return in.longs(name);
        }
    }

    public int[] labels() throws IOException {
        long[] labels = longs("io.safetensors", "labels");
        int[] out = new int[labels.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (int) labels[i];
        }
        return out;
    }

    /** By the case's rule: |got - ref| <= atol[tensor] + rtol·|ref|. */
    public void assertClose(String name, NDArray got) throws IOException {
        assertClose(name, name, got);
    }

    public void assertClose(String name, String toleranceName, NDArray got) throws IOException {
        assertThat(tolerance.path("atol").has(toleranceName)).as(toleranceName).isTrue();
        double atol = tolerance.path("atol").path(toleranceName).doubleValue();
        double rtol = tolerance.path("rtol").doubleValue();
        float[] expected;
        try (Safetensors in = Safetensors.open(folder.resolve("io.safetensors"))) {
            expected = in.floats(name);
            assertThat(got.getShape().getShape())
                    .as(name)
                    .isEqualTo(in.info(name).shapeArray());
        }
        float[] actual = got.toFloatArray();
        for (int i = 0; i < expected.length; i++) {
            double allowed = atol + rtol * Math.abs(expected[i]);
            if (!(Math.abs((double) actual[i] - expected[i]) <= allowed)) {
                throw new AssertionError(name + "[" + i + "]: got " + actual[i] + ", reference " + expected[i]
                        + ", allowed difference " + allowed);
            }
        }
    }

    /** By the training case's rule: max|got - ref| / max|ref| of the tensor. */
    public static void assertRelativeToMax(String name, float[] expected, float[] actual, double allowed) {
        assertThat(actual).as(name).hasSameSizeAs(expected);
        double worst = 0;
        double max = 0;
        for (int i = 0; i < expected.length; i++) {
            double difference = Math.abs((double) actual[i] - expected[i]);
            worst = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(worst, difference);
            max = Math.max(max, Math.abs(expected[i]));
        }
        assertThat(max == 0 ? worst : worst / max).as(name).isLessThanOrEqualTo(allowed);
    }
}
