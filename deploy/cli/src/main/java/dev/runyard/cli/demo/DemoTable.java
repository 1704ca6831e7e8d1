package dev.runyard.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.cli.remote.Shown;
import dev.runyard.cli.remote.SweepTable;
import dev.runyard.cli.terminal.Table;
import java.util.List;
import java.util.Optional;

/** One line a method: mean and deviation over seeds, computed by the lab from its rows. */
final class DemoTable {
    private DemoTable() {}

    static Table of(JsonNode rows, List<JsonNode> runs) {
        Table table = new Table("METHOD", "TEST/TOP1 %", "SEEDS", "TRAINABLE PARAMETERS");
        for (JsonNode row : rows) {
            Optional<JsonNode> run = one(row, runs);
            table.row(
                    run.map(view -> method(view.path("spec").path("method")))
                            .orElse(row.path("params").toString()),
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
        return method.path("kind").asText("?") + (prompts.isNumber() ? ", " + prompts.asText() + " prompts" : "");
    }

    private static Optional<JsonNode> one(JsonNode row, List<JsonNode> runs) {
        for (JsonNode id : row.path("runs")) {
            for (JsonNode run : runs) {
                if (run.path("id").asText().equals(id.asText())) {
                    return Optional.of(run);
                }
            }
        }
        return Optional.empty();
    }

    private static String whole(JsonNode value) {
        return value.isNumber() ? String.format(java.util.Locale.ROOT, "%,d", value.asLong()) : Shown.text(value);
    }
}
