package dev.runyard.vision.analyse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runyard.vision.analyse.KMeans.Clusters;
import dev.runyard.vision.image.Draws;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class KMeansTest {
    /** {@code groups} clouds of {@code each} points around corners that are 10 apart. */
    static Points clouds(int groups, int each, int d) {
        float[] values = new float[groups * each * d];
        for (int i = 0; i < groups * each; i++) {
            Draws draws = new Draws(5, 0, i);
            for (int c = 0; c < d; c++) {
                values[i * d + c] = (float) (draws.uniform(c) + (i / each == c ? 10 : 0));
            }
        }
        return new Points(groups * each, d, values);
    }

    @Test
    void findsCloudsThatAreFarApart() {
        int[] truth = new int[60];
        Arrays.setAll(truth, i -> i / 15);
        Clusters clusters = KMeans.best(clouds(4, 15, 4), 4, 5, 1);
        assertThat(Nmi.of(truth, clusters.labels(), Nmi.Mean.ARITHMETIC)).isEqualTo(1);
    }

    @Test
    void theBoundsChangeNothing() {
        Points points = clouds(1, 300, 3); // one cloud: many points lie near the borders
        double[] centres = new double[8 * 3];
        Arrays.setAll(centres, i -> points.values()[i]);
        Clusters clusters = KMeans.from(points, centres);
        assertThat(clusters.iterations()).isGreaterThan(3);
        assertThat(clusters.labels()).isEqualTo(plain(points, centres));
    }

    /** Lloyd's algorithm word by word. */
    private static int[] plain(Points points, double[] start) {
        double[] centres = start.clone();
        int k = centres.length / points.d();
        int[] labels = new int[points.n()];
        boolean moved = true;
        while (moved) {
            moved = false;
            for (int i = 0; i < points.n(); i++) {
                int best = 0;
                for (int j = 1; j < k; j++) {
                    if (points.squaredDistance(i, centres, j) < points.squaredDistance(i, centres, best)) {
                        best = j;
                    }
                }
                moved |= best != labels[i];
                labels[i] = best;
            }
            double[] sums = new double[centres.length];
            int[] counts = new int[k];
            for (int i = 0; i < points.n(); i++) {
                counts[labels[i]]++;
                for (int c = 0; c < points.d(); c++) {
                    sums[labels[i] * points.d() + c] += points.values()[i * points.d() + c];
                }
            }
            for (int c = 0; c < sums.length; c++) {
                centres[c] = sums[c] / counts[c / points.d()];
            }
        }
        return labels;
    }

    @Test
    void anEmptyClusterTakesTheFarthestPoint() {
        Points points = new Points(4, 1, new float[] {0, 1, 2, 30});
        Clusters clusters = KMeans.from(points, new double[] {1, 1000});
        assertThat(clusters.labels()).containsExactly(0, 0, 0, 1);
        assertThat(clusters.centres()).containsExactly(1, 30);
        assertThat(clusters.inertia()).isEqualTo(2);
    }

    @Test
    void theSameSeedGivesTheSameClusters() {
        Points points = clouds(1, 200, 2);
        assertThat(KMeans.best(points, 9, 3, 4).labels())
                .isEqualTo(KMeans.best(points, 9, 3, 4).labels());
        assertThat(KMeans.best(points, 9, 1, 4).labels())
                .isNotEqualTo(KMeans.best(points, 9, 1, 5).labels());
    }

    @Test
    void equalPointsAndOneClusterAreNoTrouble() {
        Points equal = new Points(5, 2, new float[10]);
        assertThat(KMeans.best(equal, 3, 2, 0).inertia()).isZero();
        assertThat(KMeans.best(clouds(2, 5, 2), 1, 1, 0).labels()).containsOnly(0);
        assertThatThrownBy(() -> KMeans.best(equal, 6, 1, 0)).hasMessageContaining("from 1 to 5, got 6");
    }

    @Test
    void theMeansDifferAsTheyShould() {
        int[] a = {0, 0, 1, 1, 2, 2};
        int[] b = {0, 0, 0, 1, 1, 1};
        double min = Nmi.of(a, b, Nmi.Mean.MIN);
        double geometric = Nmi.of(a, b, Nmi.Mean.GEOMETRIC);
        double arithmetic = Nmi.of(a, b, Nmi.Mean.ARITHMETIC);
        double max = Nmi.of(a, b, Nmi.Mean.MAX);
        assertThat(min).isGreaterThan(geometric);
        assertThat(geometric).isGreaterThan(arithmetic);
        assertThat(arithmetic).isGreaterThan(max);
        // By hand: I = ln 3 - (2/3)·... = 2/3·ln 2 beside H = ln 3 and ln 2.
        assertThat(min).isCloseTo(2 / 3.0, org.assertj.core.api.Assertions.within(1e-12));
        assertThat(max).isCloseTo(2 / 3.0 * Math.log(2) / Math.log(3), org.assertj.core.api.Assertions.within(1e-12));
    }
}
