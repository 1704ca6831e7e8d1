package dev.runyard.spec.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.sampler.Past;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** When a budget says that a sweep has found enough. */
class AimsTest {
    private static Optional<String> reached(String metric, String budget, Past... history) {
        SweepSpec sweep = Json.read(
                Json.yaml("base: {dataset: {id: shapes}}\nseeds: [1, 2]\nmetric: " + metric + "\nbudget: {" + budget
                        + "}"),
                SweepSpec.class);
        return Aims.reached(sweep, Objects.requireNonNull(sweep.budget()), List.of(history));
    }

    private static Past finished(double loss) {
        return Past.finished(Map.of(), loss);
    }

    @Test
    void aTargetIsReachedFromTheSideThatIsWorse() {
        assertThat(reached("val/top1", "target: 80", finished(-79.9))).isEmpty();
        assertThat(reached("val/top1", "target: 80", finished(-79.9), finished(-80), finished(-70)))
                .hasValue("val/top1 reached 80.0, the target is 80.0");
        assertThat(reached("val/loss", "target: 0.5", finished(0.6))).isEmpty();
        assertThat(reached("val/loss", "target: 0.5", finished(0.4)))
                .hasValue("val/loss reached 0.4, the target is 0.5");
    }

    @Test
    void whatWasStoppedOrBrokeDownReachesNothing() {
        assertThat(reached(
                        "val/loss",
                        "target: 0.5",
                        Past.pruned(Map.of(), 0.1, 3),
                        Past.failed(Map.of()),
                        finished(Double.NaN),
                        finished(Double.NEGATIVE_INFINITY),
                        Past.open(Map.of())))
                .isEmpty();
        assertThat(reached("val/loss", "target: 0.5")).isEmpty();
    }

    @Test
    void pointsInARowAreCountedFromTheBestOn() {
        List<Past> history = new ArrayList<>(List.of(finished(5), finished(5), Past.failed(Map.of()), finished(4)));
        assertThat(reached("val/loss", "noImprovement: 2", history.toArray(new Past[0])))
                .isEmpty();
        history.add(Past.open(Map.of()));
        history.add(Past.pruned(Map.of(), 1, 2));
        assertThat(reached("val/loss", "noImprovement: 2", history.toArray(new Past[0])))
                .as("one that is open is not judged")
                .isEmpty();
        history.add(finished(4));
        assertThat(reached("val/loss", "noImprovement: 2", history.toArray(new Past[0])))
                .hasValue("2 points in a row did not beat val/loss 4.0");
    }

    @Test
    void whereNothingCameOfAnythingItSaysSo() {
        assertThat(reached("val/top1", "noImprovement: 2", Past.failed(Map.of()), finished(Double.NaN)))
                .hasValue("2 points in a row have no val/top1");
    }

    private static SweepSpec program(String metric, String sampler, String rest) {
        return Json.read(
                Json.yaml("base: {task: command, command: [train]}\naxes: {params.lr: {uniform: [0, 1]}}\nmetric: "
                        + metric + "\nsampler: {kind: " + sampler + ", runs: 20}\n" + rest),
                SweepSpec.class);
    }

    /** The goal says which end of accuracy is better, and nothing of another metric. */
    @Test
    void whichEndOfWhatAPrunerLooksAtIsBetterIsNotGuessed() {
        SweepSpec guessed = program("accuracy", "tpe", "goal: max\npruner: {kind: asha, metric: val_error_rate}");
        assertThatThrownBy(() -> Aims.check(guessed)).isInstanceOfSatisfying(InvalidSpec.class, fault -> {
            assertThat(fault.field()).isEqualTo("pruner.metric");
            assertThat(fault.value()).contains("val_error_rate");
            assertThat(fault.rule()).contains("nobody says which end of it is better");
            assertThat(fault.remedy()).contains("accuracy");
        });
        SweepSpec own = program("mine/error", "tpe", "goal: min\npruner: {kind: asha, metric: mine/error}");
        SweepSpec defined = program("accuracy", "tpe", "goal: max\npruner: {kind: asha, metric: val/loss}");
        SweepSpec further = program(
                "accuracy",
                "nsga2",
                "goal: max\nfurther: [{metric: seconds, goal: min}]\npruner: {kind: asha, metric: seconds}");
        SweepSpec first = program("accuracy", "tpe", "goal: max\npruner: {kind: asha}");
        SweepSpec range = program("accuracy", "tpe", "goal: max\npruner: {kind: threshold, metric: norm, max: 9}");
        for (SweepSpec sweep : List.of(own, defined, further, first, range)) {
            assertThatCode(() -> Aims.check(sweep)).doesNotThrowAnyException();
        }
        assertThat(List.of(own, defined, further, first))
                .extracting(Aims::higher)
                .containsExactly(false, false, false, true);
    }
}
