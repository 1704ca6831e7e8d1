package dev.runyard.spec.table;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.Defaults;
import dev.runyard.spec.Doc;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.Nearest;
import dev.runyard.spec.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What stands beside the cells that runs fill.
 *
 * @param average the mean of a row's cells, where it has all of them
 * @param wins in how many columns the row is best
 * @param trainedParameters of the row's runs
 * @param quotes rows from elsewhere
 */
record Extra(boolean average, boolean wins, boolean trainedParameters, List<Quote> quotes) {
    private static final List<String> WORDS = List.of("average", "wins", "trainedParameters");

    /** A row that somebody else published. */
    record Quote(
            @Doc("What the row is called.") String row,

            @Doc("Values by column: by its label, or by the value that makes it.")
            Map<String, Double> values,

            @Doc("Where they stand.") String source) {
        Quote {
            row = Defaults.required("row", row);
            source = Defaults.required("source", source).strip();
            values = Map.copyOf(Defaults.required("values", values));
            if (source.isEmpty()) {
                throw new InvalidSpec(
                        "MISSING_FIELD", "source", source, "says nothing", "name the paper and its table");
            }
            if (values.isEmpty()) {
                throw new InvalidSpec("MISSING_FIELD", "values", null, "holds no value", "give one for a column");
            }
        }
    }

    static Extra read(List<JsonNode> written) {
        List<String> words = new ArrayList<>();
        List<Quote> quotes = new ArrayList<>();
        for (int i = 0; i < written.size(); i++) {
            String where = "extra[" + i + "]";
            JsonNode one = written.get(i);
            if (one.isTextual()) {
                if (!WORDS.contains(one.textValue())) {
                    throw Nearest.unknown(where, one.textValue(), WORDS, "UNKNOWN_VALUE");
                }
                if (words.contains(one.textValue())) {
                    throw new InvalidSpec("DUPLICATE_VALUE", where, one.textValue(), "stands twice", "name it once");
                }
                words.add(one.textValue());
            } else if (one.isObject() && one.size() == 1 && one.has("quote")) {
                try {
                    quotes.add(Json.read(one.get("quote"), Quote.class));
                } catch (InvalidSpec e) {
                    throw e.within(where + ".quote");
                }
            } else {
                throw new InvalidSpec(
                        "WRONG_TYPE",
                        where,
                        one,
                        "must be one of " + String.join(", ", WORDS) + " or {quote: {row, values, source}}",
                        null);
            }
        }
        return new Extra(
                words.contains("average"),
                words.contains("wins"),
                words.contains("trainedParameters"),
                List.copyOf(quotes));
    }

    /** What heads the further columns. */
    List<String> heads(Map<String, String> labels) {
        List<String> heads = new ArrayList<>();
        if (average) {
            heads.add(labels.getOrDefault("average", "average"));
        }
        if (wins) {
            heads.add(labels.getOrDefault("wins", "wins"));
        }
        if (trainedParameters) {
            heads.add(labels.getOrDefault("trainedParameters", "trained parameters"));
        }
        return heads;
    }

    /**
     * What stands there in a row.
     *
     * @param won in how many columns it is best
     * @param parameters that its runs train: one number, or least and most
     */
    List<String> of(ReportSpec spec, List<ReportTable.Cell> cells, int won, List<Double> parameters) {
        List<String> further = new ArrayList<>();
        if (average) {
            double mean = cells.stream()
                    .mapToDouble(cell -> cell.mean() == null ? Double.NaN : cell.mean())
                    .average()
                    .orElse(Double.NaN);
            further.add(
                    Double.isNaN(mean)
                            ? Values.NONE
                            : Values.number(
                                    mean,
                                    spec.cell().decimals(spec.cell().metric().get(0))));
        }
        if (wins) {
            further.add(String.valueOf(won));
        }
        if (trainedParameters) {
            further.add(
                    parameters.isEmpty()
                            ? Values.NONE
                            : parameters.stream()
                                    .map(value -> Values.number(value, 0))
                                    .collect(Collectors.joining(" to ")));
        }
        return further;
    }
}
