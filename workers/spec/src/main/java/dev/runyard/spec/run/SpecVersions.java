package dev.runyard.spec.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.spec.InvalidSpec;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Which grammar and which defaults a spec's document is read by. A field that is new, with a default under which old documents mean what
 * they meant, needs no version. A default that changes, or a field that is renamed, does: the step that leads to the new version writes
 * into an older document what that one meant by saying nothing, so that old runs stay what they were.
 */
final class SpecVersions {
    /** Key of the version in a document; without it the version is 1. */
    static final String FIELD = "specVersion";

    /** Step i takes a document from version i + 1 to version i + 2. */
    static final SpecVersions OURS = new SpecVersions(List.of());

    private final List<UnaryOperator<ObjectNode>> steps;

    SpecVersions(List<UnaryOperator<ObjectNode>> steps) {
        this.steps = List.copyOf(steps);
    }

    /** The version of what is written today. */
    int current() {
        return steps.size() + 1;
    }

    /** @throws InvalidSpec WRONG_TYPE, OUT_OF_RANGE, or UNKNOWN_VERSION for one that is newer than this code */
    int of(ObjectNode document) {
        JsonNode said = document.get(FIELD);
        if (said == null || said.isNull()) {
            return 1;
        }
        if (!said.isInt()) {
            throw new InvalidSpec("WRONG_TYPE", FIELD, said, "must be a whole number", null);
        }
        if (said.intValue() < 1) {
            throw new InvalidSpec("OUT_OF_RANGE", FIELD, said, "must be at least 1", null);
        }
        if (said.intValue() > current()) {
            throw new InvalidSpec(
                    "UNKNOWN_VERSION",
                    FIELD,
                    said,
                    "is newer than this Runyard reads (" + current() + ")",
                    "install a newer Runyard, or leave it out");
        }
        return said.intValue();
    }

    /** A document as it is submitted: one that names no version is meant by today's; version 1 is told by its absence. */
    ObjectNode pinned(ObjectNode submitted) {
        int version = submitted.hasNonNull(FIELD) ? of(submitted) : current();
        ObjectNode out = submitted.deepCopy();
        out.remove(FIELD);
        return version == 1 ? out : out.put(FIELD, version);
    }

    /** The document in today's grammar, without its version. */
    ObjectNode today(ObjectNode document) {
        int version = of(document);
        ObjectNode out = document.deepCopy();
        out.remove(FIELD);
        for (UnaryOperator<ObjectNode> step : steps.subList(version - 1, steps.size())) {
            out = step.apply(out);
        }
        return out;
    }
}
