package dev.runyard.spec.sweep;

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

/** The JSON form of an axis: a list of values, or an object with one key that names the distribution. */
final class AxisJson {
    static final List<String> KINDS = List.of("uniform", "logUniform", "integers");
    private static final String RULE =
            "must be a list of values, or {\"uniform\": [lo, hi]}, {\"logUniform\": [lo, hi]}, {\"integers\": [lo, hi]}";

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
                out.writeStartArray();
                for (JsonNode value : choice.values()) {
                    out.writeTree(value);
                }
                out.writeEndArray();
            } else if (axis instanceof Axis.Uniform uniform) {
                bounds(out, "uniform", uniform.lo(), uniform.hi());
            } else if (axis instanceof Axis.LogUniform log) {
                bounds(out, "logUniform", log.lo(), log.hi());
            } else if (axis instanceof Axis.Integers integers) {
                out.writeStartObject();
                out.writeArrayFieldStart("integers");
                out.writeNumber(integers.lo());
                out.writeNumber(integers.hi());
                out.writeEndArray();
                out.writeEndObject();
            }
        }

        private static void bounds(JsonGenerator out, String kind, double lo, double hi) throws IOException {
            out.writeStartObject();
            out.writeArrayFieldStart(kind);
            out.writeNumber(lo);
            out.writeNumber(hi);
            out.writeEndArray();
            out.writeEndObject();
        }
    }

    private static Axis read(JsonNode node) {
        if (node.isArray()) {
            List<JsonNode> values = new ArrayList<>();
            node.forEach(values::add);
            return new Axis.Choice(values);
        }
        if (!node.isObject() || node.size() != 1) {
            throw new InvalidSpec(
                    "WRONG_TYPE", "", node, RULE, node.isObject() ? null : "for one value write [" + node + "]");
        }
        String kind = node.fieldNames().next();
        JsonNode bounds = node.get(kind);
        if (!KINDS.contains(kind)) {
            throw Nearest.unknown("", kind, KINDS, "UNKNOWN_VALUE");
        }
        if (!bounds.isArray()
                || bounds.size() != 2
                || !bounds.get(0).isNumber()
                || !bounds.get(1).isNumber()) {
            throw new InvalidSpec("WRONG_TYPE", kind, bounds, "must be two numbers, [lo, hi]", null);
        }
        return switch (kind) {
            case "uniform" ->
                new Axis.Uniform(bounds.get(0).doubleValue(), bounds.get(1).doubleValue());
            case "logUniform" ->
                new Axis.LogUniform(bounds.get(0).doubleValue(), bounds.get(1).doubleValue());
            default -> new Axis.Integers(whole(bounds.get(0)), whole(bounds.get(1)));
        };
    }

    private static long whole(JsonNode bound) {
        if (!bound.canConvertToLong() || !bound.isIntegralNumber()) {
            throw new InvalidSpec("WRONG_TYPE", "integers", bound, "must be a whole number of 64 bits", null);
        }
        return bound.longValue();
    }
}
