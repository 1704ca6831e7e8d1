package dev.runyard.spec.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.spec.InvalidSpec;
import java.io.StringReader;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.MappingEndEvent;
import org.yaml.snakeyaml.events.MappingStartEvent;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.events.SequenceEndEvent;
import org.yaml.snakeyaml.events.SequenceStartEvent;

/**
 * YAML to a JSON tree, straight from the parser's events: no tag is ever resolved and no class ever named, so a text cannot
 * make anything but maps, lists, texts, numbers, booleans and nulls. Scalars follow YAML 1.2's JSON-like rules, because under
 * 1.1 {@code 1e-3} is a text, {@code no} a boolean and {@code 1:30} ninety.
 */
final class Yaml {
    static final int MAX_BYTES = 1_000_000;
    private static final int MAX_DEPTH = 50;
    private static final int MAX_ALIASES = 100;
    /** Nodes after every alias was copied: what an alias bomb is stopped by. */
    private static final int MAX_NODES = 100_000;

    private static final Pattern INTEGER = Pattern.compile("[-+]?[0-9]+");
    private static final Pattern REAL = Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");
    /** Where the parser's words go on with what it met instead. */
    private static final Pattern FOUND = Pattern.compile(",? but found.*", Pattern.DOTALL);

    /** What is refused, without a word of it: the file may be another than was meant, and hold what nobody should read. */
    private static final Object TEXT = new Object() {
        @Override
        public String toString() {
            return "the text";
        }
    };

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final Iterator<Event> events;
    private final Map<String, Anchored> anchors = new HashMap<>();
    private int nodes;
    private int aliases;

    /** A finished node and how many nodes it holds. */
    private record Anchored(JsonNode node, int size) {}

    private Yaml(Iterator<Event> events) {
        this.events = events;
    }

    static ObjectNode read(String text) {
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_BYTES) {
            throw new InvalidSpec("TOO_LARGE", "", bytes + " bytes", "must be at most " + MAX_BYTES + " bytes", null);
        }
        String body = text.startsWith("\uFEFF") ? text.substring(1) : text;
        if (body.stripLeading().startsWith("{")) {
            // JSON may be indented with tabs, which YAML's scanner refuses even there.
            try {
                return object(Json.tree(body), null);
            } catch (MalformedJson e) {
                // Then it is YAML in its flow style, or neither: the YAML parser says where.
            }
        }
        try {
            LoaderOptions options = new LoaderOptions();
            options.setCodePointLimit(MAX_BYTES);
            options.setNestingDepthLimit(MAX_DEPTH);
            Iterator<Event> events = new org.yaml.snakeyaml.Yaml(options)
                    .parse(new StringReader(body))
                    .iterator();
            return new Yaml(events).document();
        } catch (MarkedYAMLException e) {
            String why = e.getProblem() == null
                    ? "not understood"
                    : FOUND.matcher(e.getProblem()).replaceAll("");
            throw bad(e.getProblemMark(), why.contains("TAB") ? "a tab cannot indent YAML; use spaces" : why);
        } catch (YAMLException e) {
            throw bad(null, String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
        }
    }

    private ObjectNode document() {
        JsonNode root = null;
        Mark start = null;
        while (events.hasNext()) {
            Event event = events.next();
            if (event instanceof NodeEvent) {
                if (root != null) {
                    throw bad(event.getStartMark(), "a second document; only one is read");
                }
                start = event.getStartMark();
                root = node(event, 0);
            }
        }
        if (root == null) {
            throw bad(null, "the text is empty");
        }
        return object(root, start);
    }

    private static ObjectNode object(JsonNode root, @Nullable Mark mark) {
        if (root instanceof ObjectNode object) {
            return object;
        }
        throw bad(mark, "the document must be a map of fields");
    }

    private JsonNode node(Event event, int depth) {
        if (depth > MAX_DEPTH) {
            throw bad(event.getStartMark(), "nested more than " + MAX_DEPTH + " deep");
        }
        if (event instanceof AliasEvent alias) {
            return copy(alias);
        }
        count(1, event);
        int before = nodes;
        JsonNode made;
        if (event instanceof ScalarEvent scalar) {
            refuseTag(scalar.getTag(), event);
            made = scalar.isPlain() ? scalar(scalar) : NODES.textNode(scalar.getValue());
        } else if (event instanceof SequenceStartEvent sequence) {
            refuseTag(sequence.getTag(), event);
            made = sequence(depth);
        } else if (event instanceof MappingStartEvent mapping) {
            refuseTag(mapping.getTag(), event);
            made = mapping(depth);
        } else {
            throw bad(event.getStartMark(), "unexpected " + event.getEventId());
        }
        String anchor = ((NodeEvent) event).getAnchor();
        if (anchor != null) {
            anchors.put(anchor, new Anchored(made, nodes - before + 1));
        }
        return made;
    }

    private ArrayNode sequence(int depth) {
        ArrayNode out = NODES.arrayNode();
        for (Event next = events.next(); !(next instanceof SequenceEndEvent); next = events.next()) {
            out.add(node(next, depth + 1));
        }
        return out;
    }

    private ObjectNode mapping(int depth) {
        ObjectNode out = NODES.objectNode();
        for (Event next = events.next(); !(next instanceof MappingEndEvent); next = events.next()) {
            if (!(next instanceof ScalarEvent key)) {
                throw bad(next.getStartMark(), "a key must be a text");
            }
            refuseTag(key.getTag(), key);
            if (key.getValue().equals("<<")) {
                throw bad(key.getStartMark(), "merge keys are not read; write the fields out");
            }
            JsonNode value = node(events.next(), depth + 1);
            if (out.has(key.getValue())) {
                throw bad(key.getStartMark(), "the key is given twice");
            }
            out.set(key.getValue(), value);
        }
        return out;
    }

    private JsonNode copy(AliasEvent alias) {
        Anchored anchored = anchors.get(alias.getAnchor());
        if (anchored == null) {
            throw bad(alias.getStartMark(), "the alias names no finished anchor");
        }
        if (++aliases > MAX_ALIASES) {
            throw bad(alias.getStartMark(), "more than " + MAX_ALIASES + " aliases");
        }
        count(anchored.size, alias);
        return anchored.node.deepCopy();
    }

    private void count(int more, Event event) {
        nodes += more;
        if (nodes > MAX_NODES) {
            throw bad(event.getStartMark(), "more than " + MAX_NODES + " values");
        }
    }

    private static JsonNode scalar(ScalarEvent event) {
        String s = event.getValue();
        switch (s) {
            case "", "~", "null", "Null", "NULL" -> {
                return NODES.nullNode();
            }
            case "true", "True", "TRUE" -> {
                return NODES.booleanNode(true);
            }
            case "false", "False", "FALSE" -> {
                return NODES.booleanNode(false);
            }
            case ".inf", ".Inf", "+.inf" -> {
                return NODES.numberNode(Double.POSITIVE_INFINITY);
            }
            case "-.inf", "-.Inf" -> {
                return NODES.numberNode(Double.NEGATIVE_INFINITY);
            }
            case ".nan", ".NaN", ".NAN" -> {
                return NODES.numberNode(Double.NaN);
            }
            default -> {}
        }
        if (s.length() > 400) {
            return NODES.textNode(s);
        }
        if (INTEGER.matcher(s).matches()) {
            BigInteger i = new BigInteger(s);
            if (i.bitLength() < 32) {
                return NODES.numberNode(i.intValue());
            }
            return i.bitLength() < 64 ? NODES.numberNode(i.longValue()) : NODES.numberNode(i);
        }
        return REAL.matcher(s).matches() ? NODES.numberNode(Double.parseDouble(s)) : NODES.textNode(s);
    }

    private static void refuseTag(@Nullable String tag, Event event) {
        if (tag != null) {
            throw bad(event.getStartMark(), "tags are not read");
        }
    }

    private static InvalidSpec bad(@Nullable Mark mark, String why) {
        String place = mark == null ? "" : " at line " + (mark.getLine() + 1) + ", column " + (mark.getColumn() + 1);
        return new InvalidSpec("BAD_YAML", "", TEXT, "is not a spec in YAML" + place + ": " + why, null);
    }
}
