package dev.runyard.cli.remote;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.cli.terminal.Failure;
import java.util.Optional;
import java.util.UUID;

/**
 * What an id names.
 *
 * @param kind {@code runs} or {@code sweeps}, as in the API's paths
 */
record Found(String kind, String id, JsonNode view) {
    static Found byId(LabClient lab, String id) {
        String checked = checked(id);
        return tryGet(lab, "runs", checked)
                .or(() -> tryGet(lab, "sweeps", checked))
                .orElseThrow(() -> Failure.badInput(
                        "there is no run and no sweep " + id, "\"runyard ls\" and \"runyard ls sweeps\" list them"));
    }

    static String checked(String id) {
        try {
            return UUID.fromString(id.strip()).toString();
        } catch (IllegalArgumentException e) {
            throw Failure.badInput("\"" + id + "\" is no id", "\"runyard ls\" lists the ids of runs");
        }
    }

    private static Optional<Found> tryGet(LabClient lab, String kind, String id) {
        return lab.find(kind + "/" + id).map(view -> new Found(kind, id, view));
    }

    boolean isRun() {
        return kind.equals("runs");
    }
}
