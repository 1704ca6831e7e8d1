package dev.runyard.cli.remote;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.cli.terminal.Failure;
import dev.runyard.cli.terminal.Table;
import dev.runyard.spec.run.RunState;
import java.util.Optional;

/** How far runs are, in steps. */
public final class RunProgress {
    private RunProgress() {}

    /** @throws Failure for a word that this version does not know */
    static RunState state(String word) {
        for (RunState state : RunState.values()) {
            if (state.name().equals(word)) {
                return state;
            }
        }
        throw Failure.fault(
                "the lab speaks of a state \"" + Table.printable(word) + "\", which is unknown here",
                "install the lab's version of the command line");
    }

    /** Whether nothing more will happen to a run. */
    public static boolean over(JsonNode run) {
        return state(run.path("state").asText()).terminal();
    }

    /** Of one run, 0 to 1. */
    public static double fraction(JsonNode run) {
        if (over(run)) {
            return 1;
        }
        double steps = run.path("steps").asDouble(0);
        return steps == 0 ? 0 : Math.min(1, run.path("step").asDouble() / steps);
    }

    /** Of a sweep: the mean over its runs, those not made yet counted as 0. */
    public static double sweep(LabApi lab, String id, JsonNode sweep) {
        double sum = 0;
        for (JsonNode run : lab.items("runs?sweep=" + id, 10_000)) {
            sum += fraction(run);
        }
        return sum / Math.max(1, sweep.path("total").asInt());
    }

    public static String line(JsonNode run) {
        String waiting =
                run.path("waiting").isTextual() ? "  " + run.path("waiting").asText() : "";
        Optional<String> preparing = Shown.preparing(run);
        if (preparing.isPresent()) {
            return Table.printable(run.path("state").asText() + "  preparing " + preparing.get());
        }
        return run.path("state").asText() + "  step " + Shown.progress(run)
                + "  loss "
                + Shown.number(run.path("summary").path("train/loss").path("last"))
                + "  val/top1 "
                + Shown.number(run.path("summary").path("val/top1").path("last")) + waiting;
    }
}
