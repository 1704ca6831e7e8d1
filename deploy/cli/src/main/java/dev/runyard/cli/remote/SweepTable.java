package dev.runyard.cli.remote;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.cli.terminal.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/** A sweep's points with mean and deviation over their seeds, as the lab computed them from its rows. */
public final class SweepTable {
    private SweepTable() {}

    public static Table of(LabApi lab, String sweep, String metric) {
        JsonNode rows = lab.get("sweeps/" + sweep + "/table?metric=" + LabApi.encode(metric))
                .path("rows");
        TreeSet<String> paths = new TreeSet<>();
        rows.forEach(row -> row.path("params").fieldNames().forEachRemaining(paths::add));
        List<String> head = new ArrayList<>(paths);
        head.add(metric);
        head.add("n");
        head.add("min");
        head.add("max");
        Table table = new Table(head.toArray(new String[0]));
        for (JsonNode row : rows) {
            List<Object> cells = new ArrayList<>();
            paths.forEach(path -> cells.add(Shown.text(row.path("params").path(path))));
            cells.add(spread(row));
            cells.add(row.path("n").asText() + "/" + row.path("expected").asText());
            cells.add(Shown.number(row.path("min")));
            cells.add(Shown.number(row.path("max")));
            table.row(cells.toArray());
        }
        return table;
    }

    /** "84.4 ± 1.7"; without a deviation where one seed is all there is. */
    public static String spread(JsonNode row) {
        if (!row.path("mean").isNumber()) {
            return "-";
        }
        String mean = String.format(Locale.ROOT, "%.2f", row.path("mean").asDouble());
        return row.path("std").isNumber()
                ? mean + String.format(Locale.ROOT, " ± %.2f", row.path("std").asDouble())
                : mean;
    }
}
