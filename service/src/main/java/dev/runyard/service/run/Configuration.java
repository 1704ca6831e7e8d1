package dev.runyard.service.run;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.Sha256;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.run.SpecDocument;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Every value that acts in a run, by dotted path: swept, given or default. Values are JSON text with numbers in one spelling, so that
 * equal values are equal texts. Lists are values; a path leads to no list's element.
 */
public record Configuration(SortedMap<String, String> values) {
    /** Before a program's parameters in its spec: {@code params.lr} there is the parameter {@code lr}, as one that it logs itself. */
    public static final String PROGRAM = "params.";

    /** Plain digits up to here; beyond, an exponent. */
    private static final int DIGITS = 20;

    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9]\\d*)(\\.\\d+)?([eE][-+]?\\d{1,3})?");
    private static final int LONGEST_NUMBER = 60;

    /** Who said a value. */
    enum Origin {
        @JsonProperty("axis")
        AXIS,
        @JsonProperty("base")
        BASE,
        @JsonProperty("default")
        DEFAULT
    }

    /**
     * @param document as it was written
     * @param params what the sweep set, by path
     */
    public static Configuration of(JsonNode document, JsonNode params) {
        return ofEffective(effective(document), params);
    }

    /** The same of a document that has the defaults already. */
    static Configuration ofEffective(JsonNode effective, JsonNode params) {
        SortedMap<String, String> values = new TreeMap<>();
        gather("", effective, values);
        params.properties().forEach(e -> {
            if (!values.containsKey(e.getKey())) {
                gather(e.getKey(), e.getValue(), values);
            }
        });
        return new Configuration(values);
    }

    /** With the defaults that act; as it is where this version cannot read it. */
    private static JsonNode effective(JsonNode document) {
        try {
            return SpecDocument.read(document).acting();
        } catch (InvalidSpec e) {
            return document;
        }
    }

    /** The same for the same paths, whoever makes it. */
    UUID layout() {
        byte[] hash = HexFormat.of().parseHex(Sha256.of(Json.canonical(paths())));
        ByteBuffer bytes = ByteBuffer.wrap(hash);
        return new UUID(bytes.getLong(), bytes.getLong());
    }

    List<String> paths() {
        return List.copyOf(values.keySet());
    }

    /** What people call the parameter at a path. */
    public static String name(String path) {
        return path.startsWith(PROGRAM) ? path.substring(PROGRAM.length()) : path;
    }

    /** As {@code values} are spelled. */
    public static String text(JsonNode value) {
        return value.isNumber() ? number(value.decimalValue()) : Json.canonical(value);
    }

    /** Of what a program that knows texts alone wrote: what reads as a number is one. */
    public static String text(String written) {
        return written.length() <= LONGEST_NUMBER && NUMBER.matcher(written).matches()
                ? number(new BigDecimal(written))
                : Json.canonical(written);
    }

    /** 1 for 1.0 and 1e0. */
    public static String number(BigDecimal value) {
        BigDecimal bare = value.stripTrailingZeros();
        int exponent = bare.precision() - bare.scale();
        return Math.abs(exponent) <= DIGITS && Math.abs(bare.scale()) <= DIGITS
                ? bare.toPlainString()
                : bare.toString();
    }

    /** Who said the value at the path. */
    static Origin origin(String path, JsonNode document, ObjectNode params) {
        for (String end = path; ; end = end.substring(0, end.lastIndexOf('.'))) {
            if (params.has(end)) {
                return Origin.AXIS;
            }
            if (end.indexOf('.') < 0) {
                break;
            }
        }
        return document.at("/" + path.replace("~", "~0").replace("/", "~1").replace('.', '/'))
                        .isMissingNode()
                ? Origin.DEFAULT
                : Origin.BASE;
    }

    private static void gather(String path, JsonNode node, SortedMap<String, String> values) {
        if (node instanceof ObjectNode object && (!object.isEmpty() || path.isEmpty())) {
            object.properties()
                    .forEach(e -> gather(path.isEmpty() ? e.getKey() : path + "." + e.getKey(), e.getValue(), values));
        } else if (!node.isNull() && !node.isMissingNode()) {
            values.put(path, text(node));
        }
    }
}
