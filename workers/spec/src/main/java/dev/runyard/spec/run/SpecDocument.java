package dev.runyard.spec.run;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.spec.Defaults;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.Sha256;
import dev.runyard.spec.json.Json;
import java.util.TreeMap;

/**
 * A run's spec as somebody wrote it, with its identity. This is what is stored and sent. Defaults are not in it: {@link #spec} applies
 * those of the document's version where a value acts. So a grammar that learns a new field changes neither the document nor the hash of
 * a run that exists.
 *
 * @param document keys sorted; what was left out is left out
 * @param hash SHA-256 (hex), made once, when the document was submitted; never made anew from what was stored
 */
public record SpecDocument(ObjectNode document, String hash) {
    /** Whole numbers beyond this cannot be told from their neighbours as doubles. */
    private static final double EXACT = 0x1p53;

    public SpecDocument {
        document = Defaults.required("spec", document);
        hash = Defaults.required("specHash", hash);
    }

    /**
     * What a person hands in: checked, in its normal form, and hashed. One that names no version gets today's.
     *
     * @throws InvalidSpec when it breaks a rule; also for what would be without effect
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static SpecDocument submitted(ObjectNode written) {
        ObjectNode pinned = SpecVersions.OURS.pinned(written);
        Unused.refuse(pinned, read(pinned));
        return written(pinned);
    }

    /** A document of a known version, not checked: in its normal form (no nulls, 1 for 1.0, keys sorted), and hashed. */
    public static SpecDocument written(ObjectNode document) {
        return of(normal(document));
    }

    /** The document with its version in it: today's, where it names none. */
    public static ObjectNode pinned(ObjectNode written) {
        return SpecVersions.OURS.pinned(written);
    }

    /** What was written to a file by {@link #text}, or by an older version with its defaults: its hash is that of the text. */
    public static SpecDocument stored(String text) {
        JsonNode tree = Json.tree(text);
        if (!(tree instanceof ObjectNode object)) {
            throw new InvalidSpec("WRONG_TYPE", "", tree, "must be an object", null);
        }
        return of(object);
    }

    /** A spec that code made, written out whole. */
    public static SpecDocument of(RunSpec spec) {
        return of(spec.acting());
    }

    private static SpecDocument of(ObjectNode document) {
        return new SpecDocument(document, Sha256.of(Json.canonical(document)));
    }

    /**
     * What the document means.
     *
     * @throws InvalidSpec when this version cannot read it
     */
    public RunSpec spec() {
        return read(document);
    }

    /** Which grammar and defaults the document names; also one that this code does not know. */
    public int version() {
        return version(document);
    }

    /** @see #version() */
    public static int version(JsonNode document) {
        return document.path(SpecVersions.FIELD).asInt(1);
    }

    /**
     * Whether another writing asks for the same. One that names no version is meant by this one's.
     *
     * @throws InvalidSpec when this version cannot read one of the two
     */
    public boolean means(ObjectNode written) {
        ObjectNode here = written.deepCopy();
        if (!here.hasNonNull(SpecVersions.FIELD)) {
            here.put(SpecVersions.FIELD, version());
        }
        return read(here).equals(spec());
    }

    /** As JSON it is its document alone. */
    @Override
    @JsonValue
    public ObjectNode document() {
        return document;
    }

    /** JSON without spaces, for a file. */
    public String text() {
        return Json.canonical(document);
    }

    /**
     * What a stored document means, where its identity does not matter.
     *
     * @throws InvalidSpec when this version cannot read it
     */
    public static RunSpec read(JsonNode document) {
        if (document.path("code").isTextual()) {
            throw new InvalidSpec(
                    "WRONG_TYPE",
                    "code",
                    document.path("code"),
                    "is a folder of one machine, whose files have to be packed",
                    "submit the file with \"runyard submit\", which packs them");
        }
        return document instanceof ObjectNode object
                ? Json.read(Presets.filled(SpecVersions.OURS.today(object)), RunSpec.class)
                : Json.read(document, RunSpec.class);
    }

    private static ObjectNode normal(ObjectNode object) {
        TreeMap<String, JsonNode> fields = new TreeMap<>();
        object.properties().forEach(e -> {
            if (!e.getValue().isNull()) {
                fields.put(e.getKey(), normal(e.getValue()));
            }
        });
        ObjectNode out = Json.mapper().createObjectNode();
        out.setAll(fields);
        return out;
    }

    private static JsonNode normal(JsonNode node) {
        if (node instanceof ObjectNode object) {
            return normal(object);
        }
        if (node instanceof ArrayNode array) {
            ArrayNode out = Json.mapper().createArrayNode();
            array.forEach(item -> out.add(normal(item)));
            return out;
        }
        boolean whole = node.isFloatingPointNumber()
                && node.doubleValue() == Math.rint(node.doubleValue())
                && Math.abs(node.doubleValue()) < EXACT;
        if (!whole) {
            return node;
        }
        long value = (long) node.doubleValue();
        return value == (int) value
                ? Json.mapper().getNodeFactory().numberNode((int) value)
                : Json.mapper().getNodeFactory().numberNode(value);
    }
}
