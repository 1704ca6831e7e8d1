package dev.runyard.spec.sweep;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.run.RunFields;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.spec.run.SpecDocument;
import java.util.Map;

/**
 * Values by dotted path laid over a run spec. A path may name a single field ({@code optimizer.learningRate}) or a whole object
 * ({@code method: {kind: iip, prompts: 8}}), which then replaces the base's.
 */
public final class Overrides {
    private Overrides() {}

    /**
     * The spec that results; checked by its own records.
     *
     * @throws InvalidSpec for a path that is none, that overlaps another, that the method's kind does not have, and for whatever
     *     the spec itself refuses
     */
    public static RunSpec apply(ObjectNode base, Map<String, JsonNode> paths) {
        return SpecDocument.written(tree(base, paths)).spec();
    }

    /** As {@link #apply}, before it is bound to the record. The base is not changed. */
    public static ObjectNode tree(ObjectNode base, Map<String, JsonNode> paths) {
        paths.forEach(RunFields::require);
        disjoint(paths);
        ObjectNode out = laid(base, paths);
        paths.forEach((path, value) -> ofKind(out, path, value));
        return out;
    }

    /** As {@link #tree}, of paths that were checked before, by whatever grammar. */
    static ObjectNode laid(ObjectNode base, Map<String, JsonNode> paths) {
        ObjectNode out = base.deepCopy();
        paths.forEach((path, value) -> set(out, path, value));
        return out;
    }

    /** @throws InvalidSpec when one of the paths lies inside another */
    static void disjoint(Map<String, ?> paths) {
        for (String path : paths.keySet()) {
            for (int dot = path.lastIndexOf('.'); dot > 0; dot = path.lastIndexOf('.', dot - 1)) {
                String outer = path.substring(0, dot);
                if (paths.containsKey(outer)) {
                    throw new InvalidSpec(
                            "OVERLAPPING_PATHS",
                            path,
                            paths.get(path),
                            "lies inside " + outer + ", which is replaced as a whole",
                            "keep one of the two");
                }
            }
        }
    }

    private static void set(ObjectNode root, String path, JsonNode value) {
        ObjectNode at = root;
        int start = 0;
        for (int dot = path.indexOf('.'); dot > 0; dot = path.indexOf('.', start)) {
            JsonNode next = at.get(path.substring(start, dot));
            if (next == null || next.isNull()) {
                ObjectNode made = at.putObject(path.substring(start, dot));
                RunFields.defaultKind(path.substring(0, dot)).ifPresent(kind -> made.put("kind", kind));
                next = made;
            }
            if (!(next instanceof ObjectNode object)) {
                throw new InvalidSpec("WRONG_TYPE", path.substring(0, dot), next, "must be an object", null);
            }
            at = object;
            start = dot + 1;
        }
        at.set(path.substring(start), value.deepCopy());
    }

    private static void ofKind(ObjectNode root, String path, JsonNode value) {
        RunFields.Field field = RunFields.require(path, value);
        if (field.choice() == null) {
            return;
        }
        JsonNode kind = root.path(field.choice()).path("kind");
        if (kind.isTextual() && !field.kinds().contains(kind.textValue())) {
            throw new InvalidSpec(
                    "NOT_APPLICABLE",
                    path,
                    value,
                    "is for " + field.choice() + " kind " + String.join(", ", field.kinds()) + ", and here it is "
                            + kind.textValue(),
                    "give " + field.choice() + " as whole objects, one for each kind");
        }
    }
}
