package dev.runyard.service.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.service.http.Problem;
import dev.runyard.spec.Names;
import dev.runyard.spec.json.Json;
import jakarta.ws.rs.core.UriInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A message as clients of MLflow's protocol send it, as a body or as a query. Fields that nobody knows are passed over, as protobuf does;
 * whole numbers come as numbers (Python) or texts (Java); refusals are in MLflow's words, for its clients and its tests look for them.
 */
final class Wire {
    /** Bytes that MLflow lets a log-batch have, and that no other message needs. */
    static final int MOST_BYTES = 1_000_000;

    private final JsonNode node;
    private final String at;

    private Wire(JsonNode node, String at) {
        this.node = node;
        this.at = at;
    }

    /** @throws Problem 400; an empty body is an empty message */
    static Wire body(byte[] body) {
        if (body.length > MOST_BYTES) {
            throw invalid("Batched logging API requests must be at most " + MOST_BYTES + " bytes");
        }
        JsonNode tree = body.length == 0 ? Json.mapper().createObjectNode() : Json.read(body, JsonNode.class);
        if (!tree.isObject()) {
            throw invalid("The request body must be a JSON object");
        }
        return new Wire(tree, "");
    }

    static Wire query(UriInfo uri) {
        ObjectNode message = Json.mapper().createObjectNode();
        uri.getQueryParameters().forEach((name, values) -> {
            ArrayNode all = message.putArray(name);
            values.forEach(all::add);
        });
        return new Wire(message, "");
    }

    static Problem invalid(String message) {
        return Problem.of(400, "INVALID_PARAMETER_VALUE", message);
    }

    /** @throws Problem 400 where it is missing or no text */
    String text(String name) {
        String text = textOrNull(name);
        if (text == null) {
            throw missing(name);
        }
        return text;
    }

    /** Empty where it is missing. */
    String textOrEmpty(String name) {
        String text = textOrNull(name);
        return text == null ? "" : text;
    }

    @Nullable
    String textOrNull(String name) {
        JsonNode value = value(name);
        if (value.isMissingNode()) {
            return null;
        }
        if (!value.isTextual()) {
            throw wrong(name, value);
        }
        return value.textValue();
    }

    /** A name of something, which is looked at once where it comes in many messages. */
    String key(String name, Set<String> checked) {
        JsonNode value = node.path(name);
        if (value.isTextual() && checked.contains(value.textValue())) {
            return value.textValue();
        }
        String key = key(name);
        checked.add(key);
        return key;
    }

    /** A name of something: of a parameter, metric or tag. */
    String key(String name) {
        String key = text(name);
        if (key.isEmpty()) {
            throw missing(name);
        }
        Names.metric(at(name), key);
        Path path = Path.of("/", key).normalize();
        boolean itself = !key.startsWith("/") && path.toString().equals("/" + key);
        if (!itself) {
            throw invalid("Invalid value \"" + key + "\" for parameter '" + at(name)
                    + "' supplied: Names may be treated as files in"
                    + " certain cases, and must not resolve to other names when treated as such.");
        }
        return key;
    }

    @Nullable
    Long wholeOrNull(String name) {
        JsonNode value = value(name);
        if (value.isMissingNode()) {
            return null;
        }
        if (value.isIntegralNumber() && value.canConvertToLong()) {
            return value.longValue();
        }
        if (value.isTextual()) {
            try {
                return Long.parseLong(value.textValue());
            } catch (NumberFormatException e) {
                throw wrong(name, value);
            }
        }
        throw wrong(name, value);
    }

    long whole(String name) {
        Long value = wholeOrNull(name);
        if (value == null) {
            throw missing(name);
        }
        return value;
    }

    int most(String name, int otherwise, int limit) {
        Long value = wholeOrNull(name);
        if (value == null) {
            return otherwise;
        }
        if (value < 1 || value > limit) {
            throw invalid("Invalid value " + value + " for parameter '" + at(name)
                    + "' supplied: It must be at least 1 and at most " + limit + ".");
        }
        return value.intValue();
    }

    /** NaN and infinities come as texts. */
    double number(String name) {
        JsonNode value = value(name);
        if (value.isMissingNode()) {
            throw missing(name);
        }
        if (value.isNumber()) {
            return value.doubleValue();
        }
        if (value.isTextual()) {
            switch (value.textValue()) {
                case "NaN":
                    return Double.NaN;
                case "Infinity":
                    return Double.POSITIVE_INFINITY;
                case "-Infinity":
                    return Double.NEGATIVE_INFINITY;
                default:
                    break;
            }
        }
        throw wrong(name, value);
    }

    /** Messages of a list; none where it is missing. */
    List<Wire> list(String name) {
        JsonNode value = node.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return List.of();
        }
        if (!value.isArray()) {
            throw wrong(name, value);
        }
        List<Wire> list = new ArrayList<>();
        for (JsonNode one : value) {
            Wire message = new Wire(one, at(name) + "[" + list.size() + "].");
            if (!one.isObject()) {
                throw wrong(name, value);
            }
            list.add(message);
        }
        return list;
    }

    @Nullable
    Wire messageOrNull(String name) {
        JsonNode value = node.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.isObject()) {
            throw wrong(name, value);
        }
        return new Wire(value, at(name) + ".");
    }

    /** Texts of a list, or one text alone. */
    List<String> texts(String name) {
        JsonNode value = node.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return List.of();
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode one :
                value.isArray() ? value : Json.mapper().createArrayNode().add(value)) {
            if (!one.isTextual() && !one.isIntegralNumber()) {
                throw wrong(name, value);
            }
            texts.add(one.asText());
        }
        return texts;
    }

    /** The run that a message is about: older clients say run_uuid. */
    UUID run() {
        String id = textOrNull("run_id");
        String older = id == null ? textOrNull("run_uuid") : id;
        if (older == null) {
            throw missing("run_id");
        }
        return run(older);
    }

    /** @throws Problem 404 for what is no id, as for one that nobody has */
    static UUID run(String id) {
        UUID run = id(id);
        if (run == null) {
            throw dev.runyard.service.run.client.ClientRuns.missing(shown(id));
        }
        return run;
    }

    /** With or without dashes. */
    static @Nullable UUID id(String text) {
        String dashed = text.matches("[0-9a-fA-F]{32}")
                ? text.replaceFirst("(.{8})(.{4})(.{4})(.{4})(.{12})", "$1-$2-$3-$4-$5")
                : text;
        try {
            UUID id = UUID.fromString(dashed);
            return id.toString().equalsIgnoreCase(dashed) ? id : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    static String shown(String text) {
        String plain = text.replaceAll("\\p{Cntrl}", "?");
        return plain.length() > 100 ? plain.substring(0, 100) + "…" : plain;
    }

    /** Of a query it is the first of its values. */
    private JsonNode value(String name) {
        JsonNode value = node.path(name);
        if (value.isArray() && !value.isEmpty() && at.isEmpty()) {
            value = value.get(0);
        }
        return value.isNull() ? MissingNode.getInstance() : value;
    }

    private String at(String name) {
        return at + name;
    }

    Problem missing(String name) {
        return invalid("Missing value for required parameter '" + at(name)
                + "'. See the API docs for more information about request parameters.");
    }

    private Problem wrong(String name, JsonNode value) {
        return invalid(
                "Invalid value " + shown(value.toString()) + " for parameter '" + at(name)
                        + "' supplied: it is of the wrong type. See the API docs for more information about request parameters.");
    }
}
