package dev.runyard.vision.invert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runyard.spec.InvalidSpec;
import dev.runyard.vision.client.PatchLayout;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The pseudo-inverse of matrices whose answer is known. */
class PatchInverseTest {

    private static float[] random(int width, int length, double condition) {
        Random random = new Random(1);
        float[] w = new float[width * length];
        for (int i = 0; i < w.length; i++) {
            double row = Math.pow(condition, -(double) (i / length) / (width - 1));
            w[i] = (float) (random.nextGaussian() * row);
        }
        return w;
    }

    @ParameterizedTest
    @CsvSource({"1e0, 1e-13", "1e3, 1e-12", "1e6, 1e-9"})
    void isExactWhereRowsAreIndependent(double condition, double allowed) {
        float[] w = random(24, 75, condition);
        PatchInverse inverse = PatchInverse.of(w, 24, 75);
        assertThat(inverse.residual(w)).isLessThan(allowed);
        assertThat(inverse.condition()).isBetween(condition / 3 + 0.5, condition * 10);
    }

    @Test
    void conditionOfADiagonal() {
        float[] w = new float[3 * 12];
        w[0] = 4;
        w[12 + 1] = -2;
        w[24 + 2] = 0.5f;
        PatchInverse inverse = PatchInverse.of(w, 3, 12);
        assertThat(inverse.condition()).isEqualTo(8.0, org.assertj.core.data.Offset.offset(1e-9));
        assertThat(inverse.patch(new double[] {1, 1, 1})).startsWith(0.25, -0.5, 2.0);
    }

    @Test
    void dependentRowsAndTooManyAreRefused() {
        float[] w = random(8, 27, 1);
        System.arraycopy(w, 0, w, 7 * 27, 27);
        assertThatThrownBy(() -> PatchInverse.of(w, 8, 27))
                .isInstanceOf(InvalidSpec.class)
                .hasMessageContaining("row (7)");
        assertThatThrownBy(() -> PatchInverse.of(new float[28 * 27], 28, 27))
                .isInstanceOf(InvalidSpec.class)
                .hasMessageContaining("27 numbers a patch");
    }

    @Test
    void sixteenPromptsDoNotFillRowsOfSeven() {
        assertThatThrownBy(() -> new PatchLayout(224, 32, 16))
                .isInstanceOf(InvalidSpec.class)
                .hasMessageContaining("16 is not a multiple of G = 7")
                .hasMessageContaining("prompts: 21 or 14")
                .hasMessageContaining("ViT-B/32");
        assertThat(new PatchLayout(224, 32, 14).height()).isEqualTo(288);
        assertThatThrownBy(() -> new PatchLayout(224, 14, 14)).hasMessageContaining("prompts: 16");
    }
}
