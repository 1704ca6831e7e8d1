package dev.runyard.service.mlflow;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.service.run.client.ClientLog;
import dev.runyard.service.run.client.ClientRuns;
import dev.runyard.service.run.client.ClientTags;
import dev.runyard.spec.Names;

/** Tags as clients set them: the one that says the name is the name, and the one that says a step is a resumption. */
final class MlflowTags {
    private MlflowTags() {}

    static void set(ClientRuns runs, ClientLog log, ClientRuns.Kept run, ObjectNode tags) {
        String resumed = tags.path(ClientTags.RESUME_STEP).asText("");
        if (!resumed.isEmpty() && !resumed.matches("\\d{1,15}")) {
            throw Wire.invalid("Invalid value \"" + Wire.shown(resumed) + "\" of tag " + ClientTags.RESUME_STEP
                    + ": it is no step");
        }
        String name = tags.path(ClientTags.NAME).asText("");
        if (!name.isEmpty() && !name.equals(run.name())) {
            runs.rename(run.id(), Names.label(ClientTags.NAME, name), run.by());
        }
        if (!tags.isEmpty()) {
            runs.tag(run.id(), tags, run.by());
        }
        if (!resumed.isEmpty()) {
            log.resume(run, Long.parseLong(resumed));
        }
    }
}
