package dev.runyard.spec.space;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.Nearest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The JSON form of an axis: a list of values, or an object whose one kind names the distribution. */
final class AxisJson {
    static final List<String> KINDS =
            List.of("uniform", "logUniform", "integers", "normal", "logNormal", "choice", "constant");
    private static final String RULE = "must be a list of values, or an object with one of " + String.join(", ", KINDS)
            + ": {\"uniform\": [lo, hi]}";
    private static final String NAMED = "name exactly one of them";
    private static final Set<String> OF_INTEGERS = Set.of("step", "log");

    private AxisJson() {}

    static final class Reader extends StdDeserializer<Axis> {
        private static final long serialVersionUID = 1L;

        Reader() {
            super(Axis.class);
        }

        @Override
        public Axis deserialize(JsonParser p, DeserializationContext context) throws IOException {
            return read(context.readTree(p));
        }
    }

    static final class Writer extends StdSerializer<Axis> {
        private static final long serialVersionUID = 1L;

        Writer() {
            super(Axis.class);
        }

        @Override
        public void serialize(Axis axis, JsonGenerator out, SerializerProvider provider) throws IOException {
            if (axis instanceof Axis.Choice choice) {
                list(out, choice);
                return;
            }
            out.writeStartObject();
            Axis plain = axis.plain();
            if (plain instanceof Axis.Choice choice) {
                out.writeFieldName("choice");
                list(out, choice);
            } else if (plain instanceof Axis.Uniform uniform) {
                pair(out, "uniform", uniform.lo(), uniform.hi());
            } else if (plain instanceof Axis.LogUniform log) {
                pair(out, "logUniform", log.lo(), log.hi());
            } else if (plain instanceof Axis.Normal normal) {
                pair(out, "normal", normal.mean(), normal.std());
            } else if (plain instanceof Axis.LogNormal log) {
                pair(out, "logNormal", log.mean(), log.std());
            } else if (plain instanceof Axis.Integers integers) {
                whole(out, integers);
            }
            if (!axis.when().isEmpty()) {
                out.writeObjectFieldStart("when");
                for (Map.Entry<String, List<JsonNode>> one : axis.when().entrySet()) {
                    out.writeFieldName(one.getKey());
                    if (one.getValue().size() == 1) {
                        out.writeTree(one.getValue().get(0));
                    } else {
                        list(out, new Axis.Choice(one.getValue()));
                    }
                }
                out.writeEndObject();
            }
            out.writeEndObject();
        }

        private static void list(JsonGenerator out, Axis.Choice choice) throws IOException {
            out.writeStartArray();
            for (JsonNode value : choice.values()) {
                out.writeTree(value);
            }
            out.writeEndArray();
        }

        private static void whole(JsonGenerator out, Axis.Integers integers) throws IOException {
            out.writeArrayFieldStart("integers");
            out.writeNumber(integers.lo());
            out.writeNumber(integers.hi());
            out.writeEndArray();
            if (integers.step() != 1) {
                out.writeNumberField("step", integers.step());
            }
            if (integers.log()) {
                out.writeBooleanField("log", true);
            }
        }

        private static void pair(JsonGenerator out, String kind, double a, double b) throws IOException {
            out.writeArrayFieldStart(kind);
            out.writeNumber(a);
            out.writeNumber(b);
            out.writeEndArray();
        }
    }

    private static Axis read(JsonNode node) {
        if (node.isArray()) {
            return choice(node);
        }
        if (!node.isObject() || node.isEmpty()) {
            throw new InvalidSpec(
                    "WRONG_TYPE", "", node, RULE, node.isObject() ? NAMED : "for one value write [" + node + "]");
        }
        String kind = kind(node);
        Axis plain = plain(kind, node.get(kind), node.get("step"), node.get("log"));
        return node.has("when") ? new Axis.Conditional(when(node.get("when")), plain) : plain;
    }

    private static String kind(JsonNode node) {
        List<String> kinds = new ArrayList<>();
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            String name = field.getKey();
            if (KINDS.contains(name)) {
                kinds.add(name);
            } else if (!name.equals("when") && !(OF_INTEGERS.contains(name) && node.has("integers"))) {
                if (OF_INTEGERS.contains(name)) {
                    throw new InvalidSpec(
                            "NOT_APPLICABLE",
                            name,
                            field.getValue(),
                            "is for integers",
                            name.equals("log") ? "write logUniform" : "list the values");
                }
                throw Nearest.unknown("", name, KINDS, "UNKNOWN_VALUE");
            }
        }
        if (kinds.size() != 1) {
            throw new InvalidSpec("WRONG_TYPE", "", node, RULE, NAMED);
        }
        return kinds.get(0);
    }

    private static Axis plain(String kind, JsonNode given, @Nullable JsonNode step, @Nullable JsonNode log) {
        if (kind.equals("constant")) {
            return new Axis.Choice(List.of(given));
        }
        if (kind.equals("choice")) {
            if (!given.isArray()) {
                throw new InvalidSpec("WRONG_TYPE", kind, given, "must be a list", "for one value write constant");
            }
            return choice(given);
        }
        if (!given.isArray()
                || given.size() != 2
                || !given.get(0).isNumber()
                || !given.get(1).isNumber()) {
            boolean spread = kind.endsWith("ormal");
            throw new InvalidSpec(
                    "WRONG_TYPE",
                    kind,
                    given,
                    "must be two numbers, " + (spread ? "[mean, std]" : "[lo, hi]"),
                    "for "
                            + (spread
                                    ? "a normal write {" + kind + ": [0, 1]}"
                                    : "a range write {" + kind + ": [1, 10]}")
                            + ", for values of your own list them");
        }
        double a = given.get(0).doubleValue();
        double b = given.get(1).doubleValue();
        return switch (kind) {
            case "uniform" -> new Axis.Uniform(a, b);
            case "logUniform" -> new Axis.LogUniform(a, b);
            case "normal" -> new Axis.Normal(a, b);
            case "logNormal" -> new Axis.LogNormal(a, b);
            default ->
                new Axis.Integers(
                        whole("integers", given.get(0)),
                        whole("integers", given.get(1)),
                        step == null ? 1 : whole("step", step),
                        log != null && truth(log));
        };
    }

    private static Axis.Choice choice(JsonNode list) {
        List<JsonNode> values = new ArrayList<>();
        list.forEach(values::add);
        return new Axis.Choice(values);
    }

    /** {@code {method.kind: pgn}}, or a list of values that will do. */
    private static Map<String, List<JsonNode>> when(JsonNode node) {
        if (!node.isObject() || node.isEmpty()) {
            throw new InvalidSpec(
                    "WRONG_TYPE", "when", node, "must map an axis to its value or values", "when: {method.kind: pgn}");
        }
        Map<String, List<JsonNode>> out = new TreeMap<>();
        node.properties()
                .forEach(e -> out.put(
                        e.getKey(),
                        e.getValue().isArray() ? choice(e.getValue()).values() : List.of(e.getValue())));
        return out;
    }

    private static boolean truth(JsonNode given) {
        if (!given.isBoolean()) {
            throw new InvalidSpec(
                    "WRONG_TYPE", "log", given, "must be true or false", "write log: true, or leave it out");
        }
        return given.booleanValue();
    }

    private static long whole(String field, JsonNode bound) {
        if (!bound.canConvertToLong() || !bound.isIntegralNumber()) {
            throw new InvalidSpec(
                    "WRONG_TYPE",
                    field,
                    bound,
                    "must be a whole number of 64 bits",
                    field.equals("step") ? "write step: 1, or leave it out" : "use uniform for fractions");
        }
        return bound.longValue();
    }
}
