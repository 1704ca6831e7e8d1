package dev.runyard.vision.analyse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.runyard.vision.analyse.TSne.Layout;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The numbers named reference are those of scikit-learn 1.5.2 for the same twelve points. */
class TSneTest {
    private static final Points TWELVE = new Points(12, 3, new float[] {
        0, 0, 0, 1, 0, 0, 0, 2, 0, 1, 1, 1, 10, 0, 1, 11, 1, 0, 10, 2, 2, 12, 0, 0, 0, 9, 5, 1, 10, 4, 2, 9, 6, 0, 11, 5
    });
    private static final double[] PLACES = {
        0, 0, 1, 0.5, -0.5, 1, 0.25, 0.75, 4, 0, 5, 1, 4, 2, 4.5, -1, 0, -4, 1, -5, -1, -4.5, 0.5, -3
    };
    private static final double[] REFERENCE_ROW = {
        0.0,
        0.0275051274,
        0.0254419387,
        0.0257096845,
        0.00106491924,
        0.00076196366,
        0.000824283471,
        0.000658354224,
        0.000878419729,
        0.000700034942,
        0.000615825778,
        0.000539110441
    };
    private static final double[] REFERENCE_GRADIENT = {
        0.0111839941,
        0.00984053061,
        0.00800474635,
        -0.004579641,
        0.0123232541,
        -0.00620704195,
        -0.000502687376,
        -0.0246494179,
        -0.0230589194,
        -0.0358159956,
        0.0163489337,
        0.0238574854,
        -0.0207437149,
        0.0457850036,
        -0.0147711223,
        -0.0443322548,
        -0.00635297546,
        0.0167232652,
        0.0380471577,
        -0.0331444863,
        -0.0324146079,
        -0.0037790898,
        0.0119359414,
        0.0563016426
    };
    private static final double REFERENCE_DIVERGENCE = 0.21822388293682257;

    /** Where the reference ends from twenty random starts: half of them at this or below, and all below the worst. */
    private static final double REFERENCE_MEDIAN = 0.0474;

    private static final double REFERENCE_WORST = 0.0552;

    @Test
    void affinitiesDivergenceAndGradientAreTheReferences() {
        double[] p = Affinities.of(TWELVE, 4);
        for (int j = 0; j < 12; j++) {
            // Both searches stop within 1e-5 nats of the perplexity.
            assertThat(p[j]).isCloseTo(REFERENCE_ROW[j], within(2e-6));
        }
        TSne tsne = new TSne(p, 12, PLACES.clone());
        tsne.slope(1);
        assertThat(tsne.divergence()).isCloseTo(REFERENCE_DIVERGENCE, within(2e-5));
        for (int c = 0; c < 24; c++) {
            assertThat(tsne.gradient()[c]).isCloseTo(REFERENCE_GRADIENT[c], within(2e-6));
        }
    }

    @Test
    void endsAsLowAsTheReference() {
        double[] ends = new double[20];
        for (int seed = 0; seed < ends.length; seed++) {
            ends[seed] = new TSne(Affinities.of(TWELVE, 4), 12, seed)
                    .run(1_000, done -> {})
                    .divergence();
        }
        Arrays.sort(ends);
        // Every start falls into one of several valleys; the same ones, about as often.
        assertThat(ends[5]).isLessThanOrEqualTo(REFERENCE_MEDIAN);
        assertThat(ends[10]).isLessThanOrEqualTo(REFERENCE_WORST);
    }

    @Test
    void everyPointHasTheWantedPerplexity() {
        Points points = KMeansTest.clouds(3, 20, 5);
        double[] row = new double[60];
        double[] distances = new double[60];
        for (int i = 0; i < 60; i++) {
            for (int j = 0; j < 60; j++) {
                distances[j] = points.squaredDistance(i, j);
            }
            Affinities.conditional(distances, i, 12, row, 0);
            double entropy = 0;
            for (double p : row) {
                entropy -= p == 0 ? 0 : p * Math.log(p);
            }
            assertThat(Math.exp(entropy)).isCloseTo(12, within(1e-3));
            assertThat(row[i]).isZero();
        }
        assertThatThrownBy(() -> Affinities.of(points, 60)).hasMessageContaining("from 1 to 59, got 60");
    }

    @Test
    void cloudsStayApartAndTheDivergenceFalls() {
        int each = 25;
        Points points = KMeansTest.clouds(4, each, 6);
        double[] p = Affinities.of(points, 10);
        double before = new TSne(p, points.n(), 3).divergence();
        Layout layout = new TSne(p, points.n(), 3).run(500, done -> {});
        assertThat(layout.divergence()).isLessThan(before / 3);
        // The nearest neighbour of every point is of its own cloud.
        for (int i = 0; i < points.n(); i++) {
            int nearest = -1;
            double least = Double.POSITIVE_INFINITY;
            for (int j = 0; j < points.n(); j++) {
                double dx = layout.places()[2 * i] - layout.places()[2 * j];
                double dy = layout.places()[2 * i + 1] - layout.places()[2 * j + 1];
                if (i != j && dx * dx + dy * dy < least) {
                    least = dx * dx + dy * dy;
                    nearest = j;
                }
            }
            assertThat(nearest / each).as("point " + i).isEqualTo(i / each);
        }
    }

    @Test
    void theSameSeedDrawsTheSamePicture() {
        double[] p = Affinities.of(TWELVE, 4);
        double[] first = new TSne(p, 12, 7).run(300, done -> {}).places();
        assertThat(new TSne(p, 12, 7).run(300, done -> {}).places()).containsExactly(first);
        assertThat(new TSne(p, 12, 8).run(300, done -> {}).places()).isNotEqualTo(first);
    }
}
