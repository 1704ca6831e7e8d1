package dev.runyard.service.run.list;

import dev.runyard.service.run.Configuration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/** How keys are stored. A program's parameter has its own name there too, without the word that its spec puts before it. Asked once a statement: the planner knows more of a number than of a search for one, and so is each row spared it. */
public interface StoredKeys {
    /** The number of a metric's name; one that nobody uses has none, and 0 meets no row. */
    int metric(String key);

    /** Where a path's value stands in {@code run_config.vals}, from 1 on, with the layouts where it stands there; empty for a path that no run has. */
    Map<Integer, List<UUID>> places(String path);

    /** SQL for a parameter's JSON text in {@code run_config c}; null where a run has none. It binds nothing. */
    default String value(String name) {
        Map<Integer, List<UUID>> program = places(Configuration.PROGRAM + name);
        Map<Integer, List<UUID>> own = places(name);
        if (program.isEmpty()) {
            return stored(own);
        }
        return own.isEmpty() ? stored(program) : "coalesce(" + stored(own) + ", " + stored(program) + ")";
    }

    private static String stored(Map<Integer, List<UUID>> places) {
        return places.isEmpty()
                ? "cast(null as text)"
                : places.entrySet().stream()
                        .map(place -> "when c.layout in ("
                                + place.getValue().stream()
                                        .map(layout -> "'" + layout + "'")
                                        .collect(Collectors.joining(", "))
                                + ") then c.vals[" + place.getKey() + "]")
                        .collect(Collectors.joining(" ", "case ", " end"));
    }
}
