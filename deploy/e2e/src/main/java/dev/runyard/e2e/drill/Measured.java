package dev.runyard.e2e.drill;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.e2e.lab.LabClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What must be the same of two runs with one spec, whatever was done to them.
 *
 * @param bits of each metric that training measures (not {@code system/…}), by step
 * @param weights SHA-256 of the files of weights that the run left, by name
 */
public record Measured(Map<String, TreeMap<Long, Long>> bits, Map<String, String> weights) {
    /** @throws IllegalStateException when the run is not FINISHED, or a step stands twice */
    public static Measured of(LabClient client, String run) {
        JsonNode view = client.get("/api/v1/runs/" + run);
        if (!view.get("state").asText().equals("FINISHED")) {
            throw new IllegalStateException("run " + run + " is "
                    + view.get("state").asText() + ": " + view.path("message").asText());
        }
        Map<String, TreeMap<Long, Long>> bits = new TreeMap<>();
        for (JsonNode key : client.get("/api/v1/runs/" + run + "/metrics").get("keys")) {
            String name = key.get("key").asText();
            if (name.startsWith("system/")) {
                continue;
            }
            TreeMap<Long, Long> steps = new TreeMap<>();
            for (JsonNode point : client.history(run, name)) {
                long step = point.get("step").asLong();
                if (steps.put(
                                step,
                                Double.doubleToRawLongBits(point.get("value").asDouble()))
                        != null) {
                    throw new IllegalStateException("run " + run + " shows " + name + " of step " + step + " twice");
                }
            }
            bits.put(name, steps);
        }
        Map<String, String> weights = new TreeMap<>();
        for (JsonNode file : client.get("/api/v1/runs/" + run + "/artifacts")) {
            if (file.get("kind").asText().equals("weights")) {
                weights.put(file.get("name").asText(), file.get("sha256").asText());
            }
        }
        return new Measured(bits, weights);
    }

    /** What differs, each in a line; empty when nothing does. A run that measured or left nothing differs from every other. */
    public List<String> differences(String what, Measured other) {
        List<String> faults = new ArrayList<>();
        if (bits.isEmpty() || weights.isEmpty()) {
            faults.add(what + " measured " + bits.keySet() + " and left " + weights.keySet());
        }
        if (!bits.keySet().equals(other.bits.keySet())) {
            faults.add(what + " measured " + other.bits.keySet() + " instead of " + bits.keySet());
        }
        bits.forEach((key, steps) -> {
            TreeMap<Long, Long> theirs = other.bits.getOrDefault(key, new TreeMap<>());
            if (!steps.keySet().equals(theirs.keySet())) {
                faults.add(what + ": " + key + " has " + theirs.size() + " steps instead of " + steps.size());
            }
            steps.forEach((step, value) -> {
                Long found = theirs.get(step);
                if (found != null && !found.equals(value)) {
                    faults.add(what + ", step " + step + ": " + key + " " + Double.longBitsToDouble(value) + " became "
                            + Double.longBitsToDouble(found));
                }
            });
        });
        if (!weights.equals(other.weights)) {
            faults.add(what + ": the weights " + weights + " became " + other.weights);
        }
        return faults;
    }
}
