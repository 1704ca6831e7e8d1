package dev.runyard.vision.method.solver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.vision.method.solver.LogisticRegression.Fit;
import dev.runyard.vision.nd.Torch;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a fit costs; that it finds the minimum is BaselineParityTest's. */
class LogisticRegressionTest {
    private static final int D = 24;
    private static final int CLASSES = 5;
    private static final int N = 5_000; // more than are multiplied at once

    private final float[] features = new float[N * D];
    private final int[] labels = new int[N];

    @BeforeAll
    static void engine() {
        Torch.enter();
    }

    /** Features of very different size that move together, as embeddings do. */
    LogisticRegressionTest() {
        Random random = new Random(3);
        for (int i = 0; i < N; i++) {
            labels[i] = random.nextInt(CLASSES);
            double common = random.nextGaussian();
            for (int k = 0; k < D; k++) {
                double size = Math.pow(10, -3.0 * k / D);
                double told = k % CLASSES == labels[i] ? 0.8 : 0;
                features[i * D + k] = (float) (size * (3 * common + random.nextGaussian() + told) + 1);
            }
        }
    }

    @Test
    void whatIsKnownOfTheCurvatureSavesIterations() {
        try (LogisticRegression regression = new LogisticRegression(features, D, labels, CLASSES)) {
            for (double c : new double[] {1e-3, 1, 1e3}) {
                Fit fit = regression.fit(c, new double[0], 1_000, 1e-6, (i, value) -> true);
                assertThat(fit.converged()).as("C = " + c).isTrue();
                assertThat(fit.iterations()).as("C = " + c).isLessThan(30);
            }
        }
    }

    /** Too many to be kept: read at each evaluation, with the same bits. */
    @Test
    void featuresThatAreNotKeptGiveTheSame() {
        LogisticRegression.Rows rows = (image, to, at) -> System.arraycopy(features, image * D, to, at, D);
        try (LogisticRegression kept = new LogisticRegression(rows, D, labels, CLASSES);
                LogisticRegression read = new LogisticRegression(rows, D, labels, CLASSES, 0)) {
            Fit expected = kept.fit(1, new double[0], 100, 1e-6, (i, value) -> true);
            Fit found = read.fit(1, new double[0], 100, 1e-6, (i, value) -> true);
            assertThat(found.point()).isEqualTo(expected.point());
            assertThat(read.logits(found.point())).isEqualTo(kept.logits(expected.point()));
        }
    }
}
