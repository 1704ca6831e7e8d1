package dev.runyard.e2e.bench.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RatiosTest {
    @Test
    void ratios_are_taken_turn_by_turn() {
        Ratios ratios = Ratios.of(List.of(3.0, 8.0, 5.0, 1.0), List.of(1.0, 2.0, 5.0, 2.0));
        assertThat(ratios).isEqualTo(new Ratios(2, 0.5, 4));
        assertThat(ratios.inverse()).isEqualTo(new Ratios(0.5, 0.25, 2));
        assertThat(ratios.atMost(0.8)).isEqualTo("2.000 [0.500, 4.000] (goal at most 0.80: missed)");
        assertThat(Ratios.of(0.8).atMost(0.8)).isEqualTo("0.800 (goal at most 0.80: held)");
        assertThat(ratios.atLeast(1.9)).endsWith("(goal at least 1.90: held)");
    }
}
