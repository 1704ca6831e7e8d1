package dev.runyard.vision.analyse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.runyard.vision.Golden;
import dev.runyard.vision.SharedData;
import dev.runyard.vision.analyse.KMeans.Clusters;
import dev.runyard.vision.tensor.Safetensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Against scikit-learn and the authors' accuracy. */
class MetricsParityTest {
    private static final String IO = "io.safetensors";

    private static Golden golden() throws IOException {
        return new Golden("metrics");
    }

    @Test
    void mutualInformationIsNormalisedAsScikitLearnDoes() throws IOException {
        Path file = SharedData.path("golden/metrics").resolve(IO);
        try (Safetensors in = Safetensors.open(file)) {
            int pairs = in.info("labels_a").axis(0);
            int n = in.info("labels_a").axis(1);
            int[] a = ints(in.longs("labels_a"));
            int[] b = ints(in.longs("labels_b"));
            double[] arithmetic = doubles(in, "nmi_arithmetic");
            double[] geometric = doubles(in, "nmi_geometric");
            for (int i = 0; i < pairs; i++) {
                int[] left = Arrays.copyOfRange(a, i * n, (i + 1) * n);
                int[] right = Arrays.copyOfRange(b, i * n, (i + 1) * n);
                assertThat(Nmi.of(left, right, Nmi.Mean.ARITHMETIC))
                        .as("pair " + i)
                        .isCloseTo(arithmetic[i], within(1e-10));
                assertThat(Nmi.of(left, right, Nmi.Mean.GEOMETRIC))
                        .as("pair " + i)
                        .isCloseTo(geometric[i], within(1e-10));
            }
        }
    }

    @Test
    void lloydFromGivenCentresEndsWhereScikitLearnDoes() throws IOException {
        Golden golden = golden();
        Points points = points(golden);
        float[] start = golden.floats(IO, "initial_centers");
        double[] centres = new double[start.length];
        Arrays.setAll(centres, i -> start[i]);

        Clusters clusters = KMeans.from(points, centres);

        assertThat(clusters.labels()).isEqualTo(ints(golden.longs(IO, "kmeans_labels")));
        float[] expected = golden.floats(IO, "kmeans_centers");
        for (int i = 0; i < expected.length; i++) {
            assertThat(clusters.centres()[i]).isCloseTo(expected[i], within(1e-5));
        }
        double inertia = number(golden, "kmeans_inertia");
        assertThat(clusters.inertia()).isCloseTo(inertia, within(1e-6 * inertia));
    }

    @Test
    void theBestOfManyStartsIsAsGoodAsScikitLearns() throws IOException {
        Golden golden = golden();
        Points points = points(golden);
        int k = golden.floats(IO, "initial_centers").length / points.d();
        double reference = number(golden, "kmeans_best_of_50_inertia");
        assertThat(KMeans.best(points, k, 50, 0).inertia()).isLessThanOrEqualTo(1.001 * reference);
    }

    private static Points points(Golden golden) throws IOException {
        try (Safetensors in = Safetensors.open(golden.file(IO))) {
            return new Points(in.info("points").axis(0), in.info("points").axis(1), in.floats("points"));
        }
    }

    private static double number(Golden golden, String name) throws IOException {
        try (Safetensors in = Safetensors.open(golden.file(IO))) {
            return doubles(in, name)[0];
        }
    }

    /** F64 in full: the tolerances are finer than float32. */
    private static double[] doubles(Safetensors in, String name) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(in.bytes(name)).order(ByteOrder.LITTLE_ENDIAN);
        double[] out = new double[bytes.remaining() / 8];
        bytes.asDoubleBuffer().get(out);
        return out;
    }

    private static int[] ints(long[] values) {
        return Arrays.stream(values).mapToInt(Math::toIntExact).toArray();
    }
}
