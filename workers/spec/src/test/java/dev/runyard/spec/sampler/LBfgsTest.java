package dev.runyard.spec.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class LBfgsTest {
    private static double rosenbrock(double[] x, double[] gradient) {
        double a = 1 - x[0];
        double b = x[1] - x[0] * x[0];
        gradient[0] = -2 * a - 400 * x[0] * b;
        gradient[1] = 200 * b;
        return a * a + 100 * b * b;
    }

    @Test
    void findsTheEndOfACurvedValley() {
        LBfgs.Minimum found = LBfgs.minimise(
                LBfgsTest::rosenbrock, new double[] {-1.2, 1}, new double[] {-5, -5}, new double[] {5, 5}, 500);
        assertThat(found.x()).containsExactly(new double[] {1, 1}, within(1e-4));
        assertThat(found.value()).isCloseTo(0, within(1e-8));
    }

    @Test
    void endsAtTheEdgeOfTheBoxWhereTheMinimumLiesBeyond() {
        // Within x <= 0.5 the least of Rosenbrock's function is at (0.5, 0.25).
        LBfgs.Minimum found = LBfgs.minimise(
                LBfgsTest::rosenbrock, new double[] {-1.2, 1}, new double[] {-5, -5}, new double[] {0.5, 5}, 500);
        assertThat(found.x()).containsExactly(new double[] {0.5, 0.25}, within(1e-4));
        assertThat(found.value()).isCloseTo(0.25, within(1e-6));
    }

    @Test
    void leavesAnEdgeThatItStartedOn() {
        LBfgs.Minimum found = LBfgs.minimise(
                LBfgsTest::rosenbrock, new double[] {-5, 5}, new double[] {-5, -5}, new double[] {5, 5}, 500);
        assertThat(found.x()).containsExactly(new double[] {1, 1}, within(1e-3));
    }

    @Test
    void staysWhereItIsBest() {
        int[] asked = {0};
        LBfgs.Minimum found = LBfgs.minimise(
                (x, gradient) -> {
                    asked[0]++;
                    Arrays.setAll(gradient, i -> 2 * x[i]);
                    return Arrays.stream(x).map(v -> v * v).sum();
                },
                new double[3],
                new double[] {-1, -1, -1},
                new double[] {1, 1, 1},
                100);
        assertThat(found.x()).containsExactly(0, 0, 0);
        assertThat(asked[0]).isEqualTo(1);
    }

    @Test
    void givesTheStartBackWhereTheFunctionHasNoNumber() {
        LBfgs.Minimum found = LBfgs.minimise(
                (x, gradient) -> {
                    gradient[0] = -1;
                    return x[0] > 0.5 ? Double.NaN : 1;
                },
                new double[] {0.5},
                new double[] {0},
                new double[] {1},
                100);
        assertThat(found.x()).containsExactly(0.5);
    }
}
