package dev.runyard.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.cli.remote.Shown;
import dev.runyard.cli.remote.SweepTable;
import dev.runyard.cli.terminal.Table;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** One line a method: mean and deviation over seeds, computed by the lab from its rows. */
final class DemoTable {
    private DemoTable() {}

    static Table of(JsonNode rows, List<JsonNode> runs) {
        Table table = new Table("METHOD", "TEST/TOP1 %", "SEEDS", "TRAINABLE PARAMETERS");
        for (JsonNode row : rows) {
            Optional<JsonNode> run = one(row, runs);
            table.row(
                    run.map(view -> method(view.path("spec").path("method"))).orElse(point(row.path("params"))),
                    SweepTable.spread(row),
                    row.path("n").asText() + "/" + row.path("expected").asText(),
                    run.map(view -> whole(view.path("summary")
                                    .path("system/parameters")
                                    .path("last")))
                            .orElse("-"));
        }
        return table;
    }

    /** "pgn, 8 prompts". */
    static String method(JsonNode method) {
        JsonNode prompts = method.path("prompts");
        return method.path("kind").asText("?")
                + (prompts.isNumber() ? ", " + prompts.asText() + (prompts.asInt() == 1 ? " prompt" : " prompts") : "");
    }

    /** Of a point whose runs are not known: "prompts 1", or its method. */
    static String point(JsonNode params) {
        if (params.path("method").isObject()) {
            return method(params.path("method"));
        }
        return params.properties().stream()
                .map(entry -> entry.getKey().substring(entry.getKey().lastIndexOf('.') + 1) + " "
                        + Shown.text(entry.getValue()))
                .collect(Collectors.joining(", "));
    }

    /** A run of the row's point, however it ended. */
    private static Optional<JsonNode> one(JsonNode row, List<JsonNode> runs) {
        return runs.stream()
                .filter(run -> run.path("params") instanceof ObjectNode params
                        && params.deepCopy().without("seed").equals(row.path("params")))
                .findFirst();
    }

    private static String whole(JsonNode value) {
        return value.isNumber() ? String.format(java.util.Locale.ROOT, "%,d", value.asLong()) : Shown.text(value);
    }
}
