package dev.runyard.service.experiment;

import dev.runyard.spec.Nearest;
import dev.runyard.spec.json.Json;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What people keep in order: the table of each, and the column of its events. */
public enum Curated {
    RUN("run", "run_id"),
    SWEEP("sweep", "sweep_id"),
    EXPERIMENT("experiment", "experiment_id");

    final String table;
    final String event;

    Curated(String table, String event) {
        this.table = table;
        this.event = event;
    }

    /**
     * Which rows a list has, as SQL without values.
     *
     * @param alias of the table
     * @param archived null or false: none of these; true: these too; only: none but these
     * @param deleted null or false: none of these; only: none but these, archived or not
     * @throws dev.runyard.service.http.Problem 422 UNKNOWN_VALUE
     */
    public static String shown(String alias, @Nullable String archived, @Nullable String deleted) {
        String put = known("archived", archived, List.of("true", "only"));
        if (known("deleted", deleted, List.of("only")) != null) {
            return alias + ".deleted_at is not null";
        }
        return alias + ".deleted_at is null"
                + (put == null
                        ? " and not " + alias + ".archived"
                        : put.equals("only") ? " and " + alias + ".archived" : "");
    }

    private static @Nullable String known(String field, @Nullable String text, List<String> words) {
        if (text == null || text.isEmpty() || text.equals("false")) {
            return null;
        }
        if (!words.contains(text)) {
            throw Nearest.unknown(field, text, words, "UNKNOWN_VALUE");
        }
        return text;
    }

    /** Tags as they are stored: texts by name. */
    public static SortedMap<String, String> tags(String json) {
        SortedMap<String, String> texts = new TreeMap<>();
        Json.tree(json)
                .properties()
                .forEach(e -> texts.put(e.getKey(), e.getValue().asText()));
        return texts;
    }

    /** As people say it. */
    public String word() {
        return table;
    }
}
