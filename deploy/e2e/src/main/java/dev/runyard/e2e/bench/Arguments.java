package dev.runyard.e2e.bench;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Options of a benchmark, each a name and a value: {@code --batch 16,32}. */
public record Arguments(Map<String, String> values) {
    /**
     * @param known names that the benchmark has, without their dashes
     * @throws IllegalArgumentException for another name, or a name without a value
     */
    public static Arguments of(String[] arguments, List<String> known) {
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 0; i < arguments.length; i += 2) {
            String name = arguments[i].startsWith("--") ? arguments[i].substring(2) : "";
            if (!known.contains(name) || i + 1 == arguments.length) {
                throw new IllegalArgumentException(arguments[i] + ": is not an option with a value; there are --"
                        + String.join(" VALUE, --", known) + " VALUE");
            }
            values.put(name, arguments[i + 1]);
        }
        return new Arguments(values);
    }

    public String text(String name, String otherwise) {
        return values.getOrDefault(name, otherwise);
    }

    public Path path(String name, Path otherwise) {
        return values.containsKey(name) ? Path.of(values.get(name)) : otherwise;
    }

    /** A whole number of 1 or more. */
    public int count(String name, int otherwise) {
        return counts(name, String.valueOf(otherwise)).get(0);
    }

    /** Whole numbers of 1 or more with commas between. */
    public List<Integer> counts(String name, String otherwise) {
        String given = text(name, otherwise);
        return Stream.of(given.split(","))
                .map(value -> {
                    if (!value.matches("[1-9]\\d{0,5}")) {
                        throw new IllegalArgumentException(
                                "--" + name + " " + given + ": must be whole numbers of 1 or more with commas between");
                    }
                    return Integer.valueOf(value);
                })
                .toList();
    }
}
