package dev.runyard.spec.table;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What runs measured, for tests. */
final class Made {
    private final List<Measured.Cell> cells = new ArrayList<>();

    Made cell(String row, String column, double... values) {
        return cell(row, column, List.of("data-" + column), List.of(), values);
    }

    Made cell(String row, String column, List<String> data, List<String> differing, double... values) {
        List<Double> list =
                IntStream.range(0, values.length).mapToObj(i -> values[i]).toList();
        double mean = list.stream().mapToDouble(v -> v).average().orElse(0);
        double std = Math.sqrt(
                list.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum() / (values.length - 1));
        @Nullable Double spread = values.length > 1 ? std : null;
        cells.add(new Measured.Cell(
                List.of(text(row)),
                List.of(text(column)),
                0,
                cells.size(),
                values.length,
                values.length,
                values.length == 0 ? null : mean,
                spread,
                list,
                IntStream.range(0, values.length).mapToObj(String::valueOf).toList(),
                IntStream.range(0, values.length)
                        .mapToObj(i -> new UUID(row.hashCode(), column.hashCode() * 100L + i))
                        .toList(),
                0,
                values.length == 0 ? List.of() : data,
                0,
                List.of(),
                differing));
        return this;
    }

    private static JsonNode text(String value) {
        return Json.mapper().getNodeFactory().textNode(value);
    }

    Measured measured(int expected) {
        return new Measured(
                List.copyOf(cells), cells.size(), expected, List.of(), 0, Map.of(), List.of(), Map.of(), List.of());
    }
}
