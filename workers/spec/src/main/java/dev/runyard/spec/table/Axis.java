package dev.runyard.spec.table;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The rows or the columns of a table: every combination of values that a run has, in order. */
record Axis(List<List<JsonNode>> entries) {
    /**
     * Field by field: by number where all values are numbers, else as the runs were made, which is how a sweep names them.
     *
     * @param of the values of a cell on this axis
     */
    static Axis of(List<Measured.Cell> cells, Function<Measured.Cell, List<JsonNode>> of) {
        Map<List<String>, List<JsonNode>> entries = new LinkedHashMap<>();
        List<Map<String, Long>> first = new ArrayList<>();
        cells.forEach(cell -> {
            List<JsonNode> values = of.apply(cell);
            entries.putIfAbsent(keys(values), values);
            for (int i = 0; i < values.size(); i++) {
                if (first.size() <= i) {
                    first.add(new HashMap<>());
                }
                first.get(i).merge(Values.key(values.get(i)), cell.first(), Math::min);
            }
        });
        Comparator<List<JsonNode>> order = (a, b) -> 0;
        for (int i = 0; i < first.size(); i++) {
            int field = i;
            boolean numbers = entries.values().stream()
                    .allMatch(values ->
                            values.get(field).isNumber() || values.get(field).isNull());
            Comparator<List<JsonNode>> byField = numbers
                    ? Comparator.comparingDouble(values -> values.get(field).isNull()
                            ? Double.NEGATIVE_INFINITY
                            : values.get(field).asDouble())
                    : Comparator.<List<JsonNode>>comparingLong(
                                    values -> first.get(field).getOrDefault(Values.key(values.get(field)), 0L))
                            .thenComparing(values -> Values.key(values.get(field)));
            order = order.thenComparing(byField);
        }
        return new Axis(entries.values().stream().sorted(order).toList());
    }

    static List<String> keys(List<JsonNode> values) {
        return values.stream().map(Values::key).toList();
    }

    /** Whether these values of the fields are the ones that are named. */
    static boolean matches(List<String> fields, List<JsonNode> values, Map<String, JsonNode> named) {
        return named.entrySet().stream().allMatch(e -> Values.key(values.get(fields.indexOf(e.getKey())))
                .equals(Values.key(e.getValue())));
    }
}
