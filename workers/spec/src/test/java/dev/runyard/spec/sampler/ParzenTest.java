package dev.runyard.spec.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.space.Axis;
import dev.runyard.spec.space.Chance;
import dev.runyard.spec.space.Dimension;
import dev.runyard.spec.space.Space;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ParzenTest {
    private static final int CELLS = 400;

    private static Space space(String axes) {
        return Space.of(Json.mapper().convertValue(Json.tree(axes), new TypeReference<Map<String, Axis>>() {}));
    }

    private static Parzen density(Space space, double[]... points) {
        double[] weights = new double[points.length];
        Arrays.fill(weights, 1);
        return new Parzen(space, List.of(points), weights, 0.05);
    }

    private static double[] densities(Parzen parzen, List<double[]> at) {
        return Arrays.stream(parzen.logs(at)).map(Math::exp).toArray();
    }

    @Test
    void isADensityOverRealNumbers() {
        Parzen parzen = density(space("{\"x\":{\"uniform\":[-5,10]}}"), new double[] {0.02}, new double[] {0.6});
        List<double[]> grid = IntStream.range(0, CELLS)
                .mapToObj(i -> new double[] {(i + 0.5) / CELLS})
                .toList();
        assertThat(Arrays.stream(densities(parzen, grid)).sum() / CELLS).isCloseTo(1, within(1e-3));
    }

    @Test
    void isADensityOverWholeNumbersAndListsTogether() {
        Space space = space("{\"kind\":[\"a\",\"b\",\"c\"],\"n\":{\"integers\":[1,7]}}");
        Dimension kind = space.dimensions().get(0);
        Dimension n = space.dimensions().get(1);
        Parzen parzen = density(space, new double[] {kind.of(Json.tree("\"b\"")), n.of(Json.tree("2"))}, new double[] {
            kind.of(Json.tree("\"b\"")), n.of(Json.tree("6"))
        });
        double all = 0;
        double[] ofKind = new double[3];
        for (int k = 0; k < 3; k++) {
            for (int i = 1; i <= 7; i++) {
                double[] at = {kind.of(Json.tree("\"" + "abc".charAt(k) + "\"")), n.of(Json.tree("" + i))};
                ofKind[k] += densities(parzen, List.of(at))[0];
            }
            all += ofKind[k];
        }
        assertThat(all).isCloseTo(1, within(1e-3));
        assertThat(ofKind[1]).isGreaterThan(ofKind[0]);
        assertThat(ofKind[0]).isCloseTo(ofKind[2], within(1e-9));
    }

    @Test
    void drawsWhatItSaysIsLikely() {
        Parzen parzen = density(space("{\"x\":{\"uniform\":[0,1]}}"), new double[] {0.2}, new double[] {0.25});
        Chance chance = new Chance(3, "draws");
        int draws = 20_000;
        int[] counts = new int[10];
        for (int i = 0; i < draws; i++) {
            counts[(int) (parzen.draw(chance)[0] * 10)]++;
        }
        for (int bin = 0; bin < 10; bin++) {
            int from = bin;
            List<double[]> cells = IntStream.range(0, 40)
                    .mapToObj(i -> new double[] {(from + (i + 0.5) / 40) / 10})
                    .toList();
            double expected = Arrays.stream(densities(parzen, cells)).sum() / 400;
            // Four deviations of a count: one in a thousand runs of ten bins, and the seed is fixed.
            assertThat(counts[bin] / (double) draws)
                    .as("part %d", bin)
                    .isCloseTo(expected, within(4 * Math.sqrt(expected / draws)));
        }
    }

    @Test
    void anAxisThatItsPointDoesNotHaveIsEven() {
        Space space = space("{\"kind\":[\"a\",\"b\"],\"x\":{\"uniform\":[0,1],\"when\":{\"kind\":\"a\"}}}");
        double a = space.dimensions().get(0).of(Json.tree("\"a\""));
        double b = space.dimensions().get(0).of(Json.tree("\"b\""));
        Parzen without = density(space, new double[] {b, Double.NaN});
        Parzen with = density(space, new double[] {a, 0.1});
        double[] near = {a, 0.1};
        double[] far = {a, 0.9};
        double evenly = densities(without, List.of(near))[0] / densities(without, List.of(far))[0];
        double told = densities(with, List.of(near))[0] / densities(with, List.of(far))[0];
        assertThat(evenly).isLessThan(told);
    }
}
