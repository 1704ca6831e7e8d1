package dev.runyard.vision.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Which strength of the linear probe is taken for what val says. */
class StrengthTest {
    private static double best(int n, Map<Double, Integer> right) {
        return LinearFit.best(new TreeMap<>(right), n);
    }

    @Test
    void ofEqualOnesTheMiddle() {
        assertThat(best(1000, Map.of(-6.0, 500, -4.0, 700, -2.0, 700, 0.0, 700, 2.0, 600, 4.0, 500, 6.0, 400)))
                .isEqualTo(-2.0);
    }

    @Test
    void anEndOnlyWhereItIsBetterForSure() {
        // EuroSAT sample: 100 images of val, the weakest strength ahead by two images of luck.
        assertThat(best(100, Map.of(-6.0, 76, -4.0, 70, -2.0, 74, 0.0, 73, 2.0, 70, 4.0, 70, 6.0, 69)))
                .isEqualTo(-2.0);
        assertThat(best(10_000, Map.of(-6.0, 7_600, -4.0, 7_000, -2.0, 7_400, 0.0, 7_300, 2.0, 70, 4.0, 70, 6.0, 69)))
                .isEqualTo(-6.0);
        assertThat(best(50, Map.of(-6.0, 50, -4.0, 50, -2.0, 50, 0.0, 50, 2.0, 50, 4.0, 50, 6.0, 50)))
                .isEqualTo(0.0);
    }
}
