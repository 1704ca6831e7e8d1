package dev.runyard.spec.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.model.MethodSpec;
import dev.runyard.spec.training.Augment;
import dev.runyard.spec.training.PretrainSpec;
import dev.runyard.spec.training.ScheduleSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * What a document gives although nothing would come of it: such a value is refused when it is submitted, because whoever wrote it
 * believes otherwise. Documents that are stored already are read all the same; older versions wrote their defaults into them.
 */
public final class Unused {
    private Unused() {}

    /** @throws InvalidSpec NOT_APPLICABLE, the first of {@link #of} */
    static void refuse(ObjectNode document, RunSpec spec) {
        for (InvalidSpec unused : of(document, spec)) {
            throw unused;
        }
    }

    /**
     * @param document as it was written
     * @param spec what it means
     * @return a refusal for each field that is given and has no effect
     */
    public static List<InvalidSpec> of(ObjectNode document, RunSpec spec) {
        List<InvalidSpec> out = new ArrayList<>();
        if (spec.task() == Task.COMMAND) {
            document.fieldNames().forEachRemaining(field -> {
                if (!RunSpec.OF_COMMAND.contains(field) && !field.equals(SpecVersions.FIELD)) {
                    add(out, document, field, "is not used by task command");
                }
            });
            return out;
        }
        ScheduleSpec schedule = spec.schedule();
        if (schedule.per() == ScheduleSpec.Per.STEP && schedule.warmupSteps() != null) {
            add(out, document, "schedule.warmupEpochs", "is not used beside warmupSteps");
        }
        if (spec.task() == Task.PRETRAIN) {
            add(out, document, "method", "is not used by task pretrain");
            add(out, document, "backbone", "is not used by task pretrain, which makes a new one");
            if (spec.pretrain() != null && spec.pretrain().objective() == PretrainSpec.Objective.DINO) {
                augment(out, document, spec, "objective dino, which draws its own views");
            }
            return out;
        }
        MethodSpec method = spec.method();
        new TreeMap<>(method.unused()).forEach((field, why) -> add(out, document, field, why));
        if (method.classifies()) {
            add(out, document, "classifier", "is not used by method " + method.kind() + ", which scores by itself");
        }
        if (method.fit() != MethodSpec.Fit.STEPS) {
            for (String field : List.of("optimizer", "schedule", "microBatch", "select", "training", "devices")) {
                add(out, document, field, "is not used by " + method.fitted());
            }
            augment(out, document, spec, method.fitted());
        }
        return out;
    }

    private static void augment(List<InvalidSpec> out, ObjectNode document, RunSpec spec, String by) {
        if (spec.augment() != Augment.NONE) {
            add(out, document, "augment", "is not used by " + by);
        }
    }

    private static void add(List<InvalidSpec> out, ObjectNode document, String path, String why) {
        JsonNode at = document;
        for (String part : path.split("\\.", -1)) {
            at = at.path(part);
        }
        if (!at.isMissingNode() && !at.isNull() && !(at.isObject() && at.isEmpty())) {
            out.add(new InvalidSpec("NOT_APPLICABLE", path, at, why, "remove it"));
        }
    }
}
