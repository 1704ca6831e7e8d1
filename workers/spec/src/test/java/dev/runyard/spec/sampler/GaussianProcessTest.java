package dev.runyard.spec.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.runyard.spec.space.Chance;
import org.junit.jupiter.api.Test;

class GaussianProcessTest {
    private static final boolean[] ORDERED = {false, false};

    private static double[][] points(int n) {
        Chance chance = new Chance(7, "points");
        double[][] out = new double[n][2];
        for (double[] point : out) {
            point[0] = chance.unit();
            point[1] = chance.unit();
        }
        return out;
    }

    /** Smooth, with a mean near 0 and a deviation near 1. */
    private static double smooth(double[] x) {
        return 1.6 * Math.sin(5 * x[0]) + 1.2 * (x[1] - 0.5) - 0.3;
    }

    private static double[] values(double[][] x) {
        double[] out = new double[x.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = smooth(x[i]);
        }
        return out;
    }

    private static GaussianProcess fitted(int n) {
        double[][] x = points(n);
        return GaussianProcess.fitted(ORDERED, x, values(x), 60);
    }

    @Test
    void passesThroughWhatItSawAndForetellsWhatLiesBetween() {
        GaussianProcess process = fitted(30);
        for (double[] seen : points(30)) {
            assertThat(process.mean(seen)).isCloseTo(smooth(seen), within(0.02));
        }
        for (double[] at : new double[][] {{0.31, 0.62}, {0.55, 0.4}, {0.72, 0.71}}) {
            assertThat(process.mean(at)).isCloseTo(smooth(at), within(0.1));
        }
    }

    @Test
    void slopeOfTheImprovementIsTheOneOfDifferences() {
        GaussianProcess process = fitted(12);
        double[] gradient = new double[2];
        double[] unused = new double[2];
        double step = 1e-5;
        // Close to the best, beside it, and where no improvement is to be expected (the far tail).
        for (double[] at : new double[][] {{0.9, 0.1}, {0.5, 0.5}, {0.33, 0.9}}) {
            for (double best : new double[] {-1.5, 0.2, -9}) {
                process.unimprovement(at, best, gradient);
                for (int k = 0; k < 2; k++) {
                    double[] above = at.clone();
                    double[] below = at.clone();
                    above[k] += step;
                    below[k] -= step;
                    double difference =
                            (process.unimprovement(above, best, unused) - process.unimprovement(below, best, unused))
                                    / (2 * step);
                    assertThat(gradient[k])
                            .as("axis %d at %s, best %s", k, java.util.Arrays.toString(at), best)
                            .isCloseTo(difference, within(1e-3 * Math.max(1, Math.abs(difference))));
                }
            }
        }
    }

    @Test
    void aPointMoreIsKnownAndOneThatIsThereAlreadyChangesNothing() {
        GaussianProcess process = fitted(12);
        double[] at = {0.05, 0.95};
        GaussianProcess knows = process.with(new double[][] {at}, new double[] {2});
        assertThat(knows.mean(at)).isCloseTo(2, within(0.1));
        double[] seen = points(12)[3];
        GaussianProcess twice = process.with(new double[][] {seen, seen}, new double[] {smooth(seen), smooth(seen)});
        assertThat(twice.mean(new double[] {0.5, 0.5})).isCloseTo(process.mean(new double[] {0.5, 0.5}), within(0.02));
    }

    @Test
    void valuesWithoutAnOrderAreOneApartWhateverTheirNumber() {
        double[][] x = {{0.1, 0.2}, {0.5, 0.2}, {0.9, 0.2}, {0.1, 0.8}, {0.5, 0.8}, {0.9, 0.8}};
        GaussianProcess process =
                GaussianProcess.fitted(new boolean[] {true, false}, x, new double[] {1, -1, 1, 1, -1, 1}, 60);
        // A value that nobody saw is as far from each of the others.
        assertThat(process.mean(new double[] {0.3, 0.5}))
                .isCloseTo(process.mean(new double[] {0.7, 0.5}), within(1e-9));
        assertThat(process.mean(new double[] {0.5, 0.5})).isLessThan(process.mean(new double[] {0.9, 0.5}));
    }
}
