package dev.runyard.e2e.bench.search;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The short form of {@code deploy/bench samplers}, against what Optuna 5.0.0 printed for 30 seeds; medians of 30 of ours would be noise. */
class SamplersBenchTest {
    @ParameterizedTest
    @EnumSource(names = {"BRANIN", "HARTMANN6", "MIXED", "CONDITIONAL"})
    void tpeIsNotWorseThanOptunas(Landscape landscape) throws Exception {
        Regrets ours = Regrets.ours("tpe", landscape, 200, 25, 50, 100);
        Regrets optuna = Regrets.of(SamplersBench.stored(), "tpe", landscape, 30, 25, 50, 100);
        assertThat(optuna.bySeed()).hasSize(30);
        for (int k = 0; k < 3; k++) {
            assertThat(ours.median(k)).isLessThanOrEqualTo(1.25 * optuna.median(k));
            assertThat(ours.worse(optuna, k)).isGreaterThan(0.05);
        }
    }

    /** The short form of {@code deploy/bench pruners}. */
    @ParameterizedTest
    @EnumSource
    void prunersReachTheTargetSooner(Course course) {
        for (String kind : new String[] {"asha", "hyperband"}) {
            PrunersBench.Outcome four = PrunersBench.of(course, kind, 4, 30);
            assertThat(four.hit()).as(four.toString()).isTrue();
        }
    }
}
