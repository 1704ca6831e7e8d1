package dev.runyard.spec.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.spec.InvalidSpec;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/**
 * Tasks on a finished run are written short: what they do, to which run. Their whole document is that of the run with what they say laid
 * over it, so that they are found, placed and compared as the run is.
 */
public final class FinishedRun {
    /** Key of the run's id. */
    public static final String OF = "of";

    private static final String TASK = "task";

    /** All that such a task may say; the rest is the run's. */
    private static final Set<String> OWN = Set.of(TASK, OF, "look", "evaluations", SpecVersions.FIELD);

    private static final List<String> WORDS = List.of("evaluate", "analyse", "invert");

    private FinishedRun() {}

    /** Whether a document is one of such a task. */
    public static boolean looked(JsonNode written) {
        return WORDS.contains(written.path(TASK).asText()) || written.has(OF);
    }

    /**
     * @param written task, of, look and evaluations
     * @throws InvalidSpec when it says more, or is no such task
     */
    public static void check(JsonNode written) {
        if (!(written instanceof ObjectNode)
                || !WORDS.contains(written.path(TASK).asText())) {
            throw new InvalidSpec(
                    "NOT_APPLICABLE",
                    TASK,
                    written.path(TASK),
                    "is no task on a finished run",
                    "use one of " + String.join(", ", WORDS));
        }
        for (Iterator<String> names = written.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!OWN.contains(name)) {
                throw new InvalidSpec(
                        "NOT_APPLICABLE",
                        name,
                        written.get(name),
                        "is the looked-at run's own in task "
                                + written.path(TASK).asText(),
                        "remove it");
            }
        }
    }

    /**
     * @param trained the run's document
     * @param written checked
     * @return the task's whole document
     */
    public static ObjectNode over(ObjectNode trained, ObjectNode written) {
        ObjectNode out = trained.deepCopy();
        out.remove("evaluations");
        written.properties().stream()
                .filter(e -> !e.getKey().equals(SpecVersions.FIELD))
                .forEach(e -> out.set(e.getKey(), e.getValue()));
        return out;
    }
}
