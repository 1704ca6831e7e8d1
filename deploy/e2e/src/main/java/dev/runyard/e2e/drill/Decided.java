package dev.runyard.e2e.drill;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.e2e.lab.LabClient;
import java.util.ArrayList;
import java.util.List;

/**
 * What a sweep drew, saw and decided, a line each.
 *
 * @param points in the order of the draws
 * @param rungs in the order in which they were booked: run, epoch, value to the last bit, decision and why
 * @param states how each run ended, in the order of the runs
 */
public record Decided(List<String> points, List<String> rungs, List<String> states) {
    /** @param sweep that is over */
    public static Decided of(LabClient client, String sweep) {
        List<String> points = new ArrayList<>();
        for (JsonNode point : client.get("/api/v1/sweeps/" + sweep + "/points").get("points")) {
            points.add("point " + point.get("point") + " " + point.get("params") + " by " + point.path("sampler")
                    + ", of " + point.get("history"));
        }
        List<String> rungs = new ArrayList<>();
        for (JsonNode seen : client.get("/api/v1/sweeps/" + sweep + "/rungs").get("readings")) {
            rungs.add("run " + seen.get("index") + " at epoch " + seen.get("epoch") + ": " + seen.get("value") + " "
                    + seen.path("decision").asText("-") + " " + seen.path("why").asText());
        }
        List<String> states = client.runsOf(sweep).stream()
                .map(run -> "run " + run.get("index") + " " + run.get("state").asText())
                .toList();
        return new Decided(points, rungs, states);
    }

    /** The first line of each list that differs; empty when nothing does. A sweep without points differs from every other. */
    List<String> differences(Decided other) {
        List<String> faults = new ArrayList<>();
        if (points.isEmpty()) {
            faults.add("the sweep drew nothing");
        }
        first("drawn", points, other.points, faults);
        first("seen and decided", rungs, other.rungs, faults);
        first("ended", states, other.states, faults);
        return faults;
    }

    /** In a line, for people. */
    String said() {
        long decided = rungs.stream()
                .filter(line -> line.contains(" KEEP ") || line.contains(" STOP "))
                .count();
        long stops = rungs.stream().filter(line -> line.contains(" STOP ")).count();
        return points.size() + " points drawn, " + rungs.size() + " values seen, " + decided + " decisions, " + stops
                + " of them stops";
    }

    /** Whether something was stopped early and something not: else there was nothing to decide wrongly. */
    boolean pruned() {
        return states.stream().anyMatch(s -> s.endsWith("PRUNED"))
                && states.stream().anyMatch(s -> s.endsWith("FINISHED"));
    }

    private static void first(String what, List<String> calm, List<String> drill, List<String> faults) {
        for (int i = 0; i < Math.max(calm.size(), drill.size()); i++) {
            String here = i < calm.size() ? calm.get(i) : "nothing";
            String there = i < drill.size() ? drill.get(i) : "nothing";
            if (!here.equals(there)) {
                faults.add(what + ", line " + i + ": " + here + " became " + there);
                return;
            }
        }
    }
}
