package dev.runyard.cli.remote;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.cli.terminal.Table;
import dev.runyard.spec.run.RunState;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What became of a sweep's runs. A sweep is over when every run is, however they ended, so its own state says nothing of success.
 *
 * @param runs how many are in each state
 * @param total how many there will be
 */
public record SweepOutcome(Map<RunState, Long> runs, long total) {
    private static final int SHOWN = 10;

    public static SweepOutcome of(JsonNode sweep) {
        Map<RunState, Long> runs = new EnumMap<>(RunState.class);
        sweep.path("states")
                .properties()
                .forEach(entry -> runs.merge(
                        RunProgress.state(entry.getKey()), entry.getValue().asLong(), Long::sum));
        return new SweepOutcome(runs, sweep.path("total").asLong());
    }

    long in(RunState state) {
        return runs.getOrDefault(state, 0L);
    }

    /** Whether each run did what it was made for; one that its pruner stopped did. */
    public boolean good() {
        return total > 0 && in(RunState.FINISHED) + in(RunState.PRUNED) == total;
    }

    /** "9 of 12 runs finished, 3 failed". */
    public String line() {
        StringBuilder line = new StringBuilder(in(RunState.FINISHED) + " of " + total + " runs finished");
        runs.forEach((state, n) -> {
            if (state != RunState.FINISHED && n > 0) {
                line.append(", ").append(n).append(' ').append(state.name().toLowerCase(java.util.Locale.ROOT));
            }
        });
        return line.toString();
    }

    /** Why runs failed: one line a cause, the commonest first; empty when none did. */
    public static Table causes(List<JsonNode> runs) {
        record Cause(String reason, String message) {}
        Map<Cause, List<String>> causes = new LinkedHashMap<>();
        for (JsonNode run : runs) {
            if (run.path("state").asText().equals(RunState.FAILED.name())) {
                Cause cause = new Cause(Shown.text(run.path("reason")), Shown.text(run.path("message")));
                causes.computeIfAbsent(cause, c -> new ArrayList<>())
                        .add(run.path("id").asText());
            }
        }
        Table table = new Table("FAILED", "REASON", "MESSAGE", "FOR EXAMPLE RUN");
        causes.entrySet().stream()
                .sorted((a, b) -> b.getValue().size() - a.getValue().size())
                .limit(SHOWN)
                .forEach(entry -> table.row(
                        entry.getValue().size(),
                        entry.getKey().reason(),
                        entry.getKey().message(),
                        entry.getValue().get(0)));
        return table;
    }
}
