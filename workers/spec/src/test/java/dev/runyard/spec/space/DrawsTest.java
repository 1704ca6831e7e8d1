package dev.runyard.spec.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DrawsTest {
    @Test
    void drawsFillTheirRangeEvenly() {
        Random seeds = new Random(1);
        for (int round = 0; round < 20; round++) {
            long seed = seeds.nextLong();
            double sum = 0;
            int n = 4_000;
            Set<Long> bits = new HashSet<>();
            int[] bins = new int[8];
            for (int i = 0; i < n; i++) {
                long b = Draws.bits(seed, "optimizer.learningRate", i);
                bits.add(b);
                double u = Draws.draw(new Axis.Uniform(-1, 1), b).doubleValue();
                assertThat(u).isBetween(-1.0, 1.0);
                sum += u;
                double log = Draws.draw(new Axis.LogUniform(1e-8, 1), b).doubleValue();
                bins[(int) Math.min(7, Math.floor(Math.log10(log) + 8))]++;
                assertThat(Draws.draw(new Axis.Integers(-3, 3), b).longValue()).isBetween(-3L, 3L);
            }
            assertThat(bits).hasSize(n);
            assertThat(sum / n).isCloseTo(0, within(0.05));
            assertThat(Arrays.stream(bins).boxed().toList())
                    .allSatisfy(count -> assertThat(count).isBetween(380, 620));
        }
    }

    @Test
    void extremeRangesAreDrawnInside() {
        for (int i = 0; i < 1_000; i++) {
            long b = Draws.bits(3, "x", i);
            assertThat(Draws.draw(new Axis.Uniform(-Double.MAX_VALUE, Double.MAX_VALUE), b)
                            .doubleValue())
                    .isFinite();
            assertThat(Draws.draw(new Axis.LogUniform(Double.MIN_VALUE, Double.MAX_VALUE), b)
                            .doubleValue())
                    .isPositive()
                    .isFinite();
            assertThat(Draws.draw(new Axis.Integers(Long.MIN_VALUE, Long.MAX_VALUE), b)
                            .canConvertToLong())
                    .isTrue();
            long near = Draws.draw(new Axis.Integers(Long.MAX_VALUE - 1, Long.MAX_VALUE), b)
                    .longValue();
            assertThat(near).isGreaterThanOrEqualTo(Long.MAX_VALUE - 1);
        }
    }
}
