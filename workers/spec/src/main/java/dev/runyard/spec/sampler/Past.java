package dev.runyard.spec.sampler;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A point that was drawn, and what came of it. Samplers get these in the order in which they were drawn.
 *
 * @param point dotted path to value, as it was drawn; a point may hold paths that are no axes (they are not looked at)
 * @param state OPEN while a run of it goes on or waits
 * @param losses one for each objective, the mean over the point's seeds; smaller is better whatever the goal; empty while nothing is known,
 *     NaN where training broke down
 * @param budget epochs that stand behind the losses: of a pruned point, those it got
 */
public record Past(Map<String, JsonNode> point, State state, List<Double> losses, double budget) {
    /** What became of a point. */
    public enum State {
        OPEN,
        FINISHED,
        PRUNED,
        FAILED
    }

    public Past {
        point = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(point));
        losses = List.copyOf(losses);
    }

    public static Past open(Map<String, JsonNode> point) {
        return new Past(point, State.OPEN, List.of(), 0);
    }

    public static Past finished(Map<String, JsonNode> point, double loss) {
        return new Past(point, State.FINISHED, List.of(loss), Double.POSITIVE_INFINITY);
    }

    public static Past failed(Map<String, JsonNode> point) {
        return new Past(point, State.FAILED, List.of(), 0);
    }

    public static Past pruned(Map<String, JsonNode> point, double loss, double budget) {
        return new Past(point, State.PRUNED, List.of(loss), budget);
    }

    /** Whether its losses are known and finite. */
    public boolean told() {
        return state == State.FINISHED && known();
    }

    /** Whether it is over and no finite loss came of it. */
    public boolean broken() {
        return state == State.FAILED || state != State.OPEN && !known();
    }

    private boolean known() {
        return !losses.isEmpty() && losses.stream().allMatch(Double::isFinite);
    }

    /** The first objective's. */
    public double loss() {
        return losses.get(0);
    }
}
