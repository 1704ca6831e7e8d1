package dev.runyard.e2e.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class BenchOptionsTest {
    private static final List<String> KNOWN = List.of("batch", "threads");

    @Test
    void lists_and_defaults_are_read() {
        Arguments given = Arguments.of(new String[] {"--batch", "16,32"}, KNOWN);
        assertThat(given.counts("batch", "1")).containsExactly(16, 32);
        assertThat(given.counts("threads", "1,2")).containsExactly(1, 2);
        assertThat(given.count("threads", 7)).isEqualTo(7);
    }

    @Test
    void what_is_no_option_is_named_with_those_that_are() {
        for (String[] wrong : List.of(
                new String[] {"--steps", "3"}, new String[] {"16"}, new String[] {"--batch"}, new String[] {"--", "1"
                })) {
            assertThatThrownBy(() -> Arguments.of(wrong, KNOWN))
                    .hasMessageStartingWith(wrong[0] + ": is not an option")
                    .hasMessageContaining("--batch VALUE, --threads VALUE");
        }
    }

    @Test
    void numbers_that_count_nothing_are_refused() {
        for (String wrong : List.of("0", "-1", "1,,2", "two", "")) {
            Arguments given = Arguments.of(new String[] {"--batch", wrong}, KNOWN);
            assertThatThrownBy(() -> given.counts("batch", "1"))
                    .hasMessage("--batch " + wrong + ": must be whole numbers of 1 or more with commas between");
        }
    }

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
