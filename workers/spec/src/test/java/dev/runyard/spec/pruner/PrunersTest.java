package dev.runyard.spec.pruner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.spec.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrunersTest {
    private static boolean stops(Pruner pruner, List<Reading> before, int run, int epoch, double loss) {
        Reading now = new Reading(run, epoch, loss);
        boolean stop = pruner.decide(now, List.copyOf(before)).stop();
        before.add(now);
        return stop;
    }

    @Test
    void ashaDecidesAtItsRungsOnly() {
        Pruner asha = new AshaPruner(3, 2);
        List<Integer> rungs = new ArrayList<>();
        for (int epoch = 1; epoch <= 60; epoch++) {
            if (asha.decides(0, epoch, 54)) {
                rungs.add(epoch);
            }
        }
        assertThat(rungs).containsExactly(2, 6, 18);
    }

    @Test
    void whatIsReportedOverStepsCountsAtTheLastRungOrToTwoDigits() {
        Pruner asha = new AshaPruner(3, 100);
        assertThat(List.of(asha.place(0, 99), asha.place(0, 100), asha.place(0, 899), asha.place(0, Long.MAX_VALUE)))
                .containsExactly(0, 100, 300, 1_434_890_700);
        assertThat(List.of(asha.next(0, 0), asha.next(0, 300))).containsExactly(100L, 900L);
        Pruner median = new PercentilePruner(50, 1, 1);
        assertThat(List.of(median.place(0, 7), median.place(0, 99), median.place(0, 12_345)))
                .containsExactly(7, 99, 12_000);
        assertThat(List.of(median.next(0, 0), median.next(0, 99), median.next(0, 100), median.next(0, 12_000)))
                .containsExactly(1L, 100L, 110L, 13_000L);
    }

    /** The best max(1, ⌊n / 3⌋) of those that came up to now go on, whatever comes later. */
    @Test
    void ashaPromotesExactlyAThird() {
        Pruner asha = new AshaPruner(3, 1);
        List<Reading> before = new ArrayList<>();
        assertThat(stops(asha, before, 0, 1, 5)).isFalse(); // 1 of 1
        assertThat(stops(asha, before, 1, 1, 6)).isTrue(); // 2 of 2, one goes on
        assertThat(stops(asha, before, 2, 1, 4)).isFalse(); // 1 of 3
        assertThat(stops(asha, before, 3, 1, 4.5)).isTrue(); // 2 of 4, one goes on
        assertThat(stops(asha, before, 4, 1, 3)).isFalse(); // 1 of 5
        assertThat(stops(asha, before, 5, 1, 3.5)).isFalse(); // 2 of 6, two go on
        assertThat(stops(asha, before, 6, 1, 3.6)).isTrue(); // 3 of 7
        assertThat(stops(asha, before, 7, 1, 3.5)).isFalse(); // as good as the second of 8
        assertThat(stops(asha, before, 8, 1, Double.NaN)).isTrue();
        // Another rung knows nothing of this one.
        assertThat(stops(asha, before, 0, 3, 100)).isFalse();
    }

    @Test
    void hyperbandSpreadsItsRunsAndComparesWithinABracket() {
        HyperbandPruner hyperband = new HyperbandPruner(3, 1, 27);
        assertThat(hyperband.brackets()).isEqualTo(4);
        int[] runs = new int[4];
        for (int run = 0; run < 5_700; run++) {
            runs[hyperband.bracket(run)]++;
        }
        // 27 : 12 : 6 : 4, as the paper's table 1 has it for R = 27 (with n = ⌈(s_max + 1) η^s / (s + 1)⌉).
        assertThat(runs[0] / 5_700.0).isBetween(27 / 49.0 - 0.01, 27 / 49.0 + 0.01);
        assertThat(runs[1] / 5_700.0).isBetween(12 / 49.0 - 0.01, 12 / 49.0 + 0.01);
        int a = 0;
        int other = 0;
        while (hyperband.bracket(a) != 0) {
            a++;
        }
        while (hyperband.bracket(other) == 0) {
            other++;
        }
        assertThat(hyperband.decides(a, 1, 27)).isTrue();
        assertThat(hyperband.decides(other, 1, 27)).isFalse();
        List<Reading> before = new ArrayList<>(List.of(new Reading(other, 1, 0)));
        assertThat(stops(hyperband, before, a, 1, 9)).isFalse();
    }

    @Test
    void theMedianRuleLooksAtTheBestSoFar() {
        Pruner median = new PercentilePruner(50, 3, 2);
        assertThat(median.decides(0, 1, 10)).isFalse();
        assertThat(median.decides(0, 2, 10)).isTrue();
        assertThat(median.decides(0, 10, 10)).isFalse();
        List<Reading> before = new ArrayList<>();
        for (int run = 0; run < 2; run++) {
            before.add(new Reading(run, 2, run + 1));
        }
        assertThat(stops(median, new ArrayList<>(before), 9, 2, 50))
                .as("two others are too few")
                .isFalse();
        before.add(new Reading(2, 2, 3)); // 1, 2, 3
        assertThat(stops(median, new ArrayList<>(before), 9, 2, 2)).isFalse();
        assertThat(stops(median, new ArrayList<>(before), 9, 2, 2.1)).isTrue();
        before.add(new Reading(9, 1, 1.5));
        assertThat(stops(median, new ArrayList<>(before), 9, 2, 2.1))
                .as("it was at 1.5")
                .isFalse();
        assertThat(stops(new PercentilePruner(25, 3, 2), new ArrayList<>(before.subList(0, 3)), 9, 2, 1.6))
                .isTrue();
        assertThat(stops(new PercentilePruner(25, 3, 2), new ArrayList<>(before.subList(0, 3)), 9, 2, 1.4))
                .isFalse();
    }

    @Test
    void patienceEndsAfterEpochsWithoutImprovement() {
        Pruner patience = new PatiencePruner(2, 0.1);
        List<Reading> before = new ArrayList<>();
        before.add(new Reading(0, 1, 5));
        before.add(new Reading(0, 2, 4.95)); // too small to count
        assertThat(patience.decides(0, 2, 9)).isFalse();
        assertThat(stops(patience, new ArrayList<>(before), 0, 3, 4.85)).isFalse();
        assertThat(stops(patience, before, 0, 3, 4.95)).isTrue();
        assertThat(stops(patience, before, 1, 3, 9)).as("another run").isFalse();
    }

    @Test
    void aThresholdIsInTheUnitsOfTheMetric() {
        Pruner accuracy = new ThresholdPruner(0.3, null, 2, true);
        assertThat(accuracy.decide(new Reading(0, 2, -0.2), List.of()).stop()).isTrue();
        assertThat(accuracy.decide(new Reading(0, 2, -0.4), List.of()).stop()).isFalse();
        Pruner loss = new ThresholdPruner(null, 10.0, 1, false);
        assertThat(loss.decide(new Reading(0, 2, 11), List.of()).stop()).isTrue();
        assertThat(loss.decide(new Reading(0, 2, Double.NaN), List.of()).stop()).isTrue();
    }

    /**
     * Counting ones on a simulated clock: runs of 81 epochs whose loss nears the share of zeros among 16 bits, with noise that falls with the
     * epochs (Falkner et al. 2018). Device time until a run of at most 0.07 has come to its end, against the same runs without a pruner.
     */
    @Test
    void pruningReachesTheTargetSooner() {
        for (int workers : new int[] {1, 4, 16}) {
            for (Pruner pruner : List.of(new AshaPruner(3, 3), new HyperbandPruner(3, 3, 81))) {
                int sooner = 0;
                for (int seed = 0; seed < 30; seed++) {
                    long random = Clock.timeToTarget(null, workers, seed);
                    long pruned = Clock.timeToTarget(pruner, workers, seed);
                    sooner += pruned < random ? 1 : 0;
                }
                // Sign test: 23 of 30 is p = .0026.
                assertThat(sooner).as(pruner + " with " + workers + " workers").isGreaterThanOrEqualTo(23);
            }
        }
    }

    private static final Map<String, String> EVERY = Map.of(
            "asha",
            "",
            "hyperband",
            "",
            "median",
            ",\"startup\":2",
            "percentile",
            ",\"startup\":2",
            "patience",
            ",\"epochs\":2",
            "threshold",
            ",\"min\":-9");

    /** Who goes from place to place comes to an end, also at steps of which there are more than a place can say. */
    @ParameterizedTest
    @ValueSource(strings = {"asha", "hyperband", "median", "percentile", "patience", "threshold"})
    void placesGoUpUntilThereAreNoMore(String kind) {
        PrunerSpec spec = Json.read("{\"kind\":\"" + kind + "\"" + EVERY.get(kind) + "}", PrunerSpec.class);
        Pruner pruner = Pruner.of(spec, 27, false);
        for (int run = 0; run < 20; run++) {
            int place = 0;
            long next = pruner.next(run, place);
            for (int n = 0; next <= Integer.MAX_VALUE; n++) {
                assertThat(n).isLessThan(1_000);
                assertThat(pruner.place(run, next)).isGreaterThan(place);
                assertThat(pruner.place(run, next - 1)).isEqualTo(place);
                place = pruner.place(run, next);
                next = pruner.next(run, place);
            }
            for (long step : List.of(next, 5_000_000_000L, Long.MAX_VALUE)) {
                assertThat(pruner.place(run, step)).isEqualTo(place);
            }
        }
    }

    /** Of any history, also of an empty one, of one reading, of values that are none: a decision with its reason, the same each time. */
    @ParameterizedTest
    @ValueSource(strings = {"asha", "hyperband", "median", "percentile", "patience", "threshold"})
    void everyPrunerKeepsTheContract(String kind) {
        PrunerSpec spec = Json.read("{\"kind\":\"" + kind + "\"" + EVERY.get(kind) + "}", PrunerSpec.class);
        Pruner pruner = Pruner.of(spec, 27, false);
        Random random = new Random(3);
        List<Reading> before = new ArrayList<>();
        int stopped = 0;
        int kept = 0;
        for (int run = 0; run < 60; run++) {
            assertThat(pruner.decides(run, 27, 27))
                    .as("nothing is decided at the end")
                    .isFalse();
            for (int epoch = 1; epoch < 27; epoch++) {
                double loss =
                        run % 11 == 5 ? Double.NaN : run % 13 == 6 ? Double.POSITIVE_INFINITY : random.nextGaussian();
                Reading now = new Reading(run, epoch, loss);
                if (pruner.decides(run, epoch, 27)) {
                    Decision decision = pruner.decide(now, List.copyOf(before));
                    assertThat(pruner.decide(now, List.copyOf(before))).isEqualTo(decision);
                    assertThat(Pruner.of(spec, 27, false).decide(now, List.copyOf(before)))
                            .isEqualTo(decision);
                    assertThat(decision.why()).isNotBlank();
                    // What others reported at other epochs, later than this one, is no part of it.
                    List<Reading> more = new ArrayList<>(before);
                    more.add(new Reading(1_000, 26, -50));
                    if (epoch < 26) {
                        assertThat(pruner.decide(now, more).stop()).isEqualTo(decision.stop());
                    }
                    stopped += decision.stop() ? 1 : 0;
                    kept += decision.stop() ? 0 : 1;
                }
                before.add(now);
            }
        }
        assertThat(stopped).isPositive();
        assertThat(kept).isPositive();
    }
}
