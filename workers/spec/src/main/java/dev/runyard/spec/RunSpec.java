package dev.runyard.spec;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * One run, whole: what is trained, on what, and how. At once REST body, JSONB column, input of the science and, as JSON schema,
 * the form of the page. Two runs with equal specs on equal data give bit-identical losses on one CPU with one thread count.
 * Components left out take the default named here, so that specs stored by older versions stay readable.
 *
 * @param task what to do; default {@code train}: adapt a frozen backbone. {@code pretrain} makes a small backbone
 * @param dataset images and labels; required
 * @param backbone the frozen encoder; for {@code pretrain} only its normalisation is used
 * @param method how the backbone is adapted; default PGN; not used by {@code pretrain}
 * @param classifier what turns an embedding into class scores; default linear
 * @param optimizer the update rule; default SGD, momentum 0.9 (official code)
 * @param schedule epochs and learning-rate shape
 * @param batchSize images per optimiser step, 1 to 65,536; default 128
 * @param augment how training images are varied; default pgn
 * @param seed root of every random draw, default 0
 * @param checkpoint how often the state is made durable
 * @param pretrain the shape of the backbone to make; required by {@code pretrain}, refused elsewhere
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RunSpec(
        Task task,
        DatasetSpec dataset,
        BackboneSpec backbone,
        MethodSpec method,
        ClassifierSpec classifier,
        OptimizerSpec optimizer,
        ScheduleSpec schedule,
        Integer batchSize,
        Augment augment,
        Long seed,
        CheckpointSpec checkpoint,
        @Nullable PretrainSpec pretrain) {

    public RunSpec {
        task = Defaults.or(task, Task.TRAIN);
        dataset = Defaults.required("dataset", dataset);
        backbone = Defaults.or(backbone, BackboneSpec.DEFAULT);
        method = Defaults.or(method, MethodSpec.Pgn.DEFAULT);
        classifier = Defaults.or(classifier, ClassifierSpec.DEFAULT);
        optimizer = Defaults.or(optimizer, OptimizerSpec.DEFAULT);
        schedule = Defaults.or(schedule, ScheduleSpec.DEFAULT);
        batchSize = Defaults.or(batchSize, 128);
        augment = Defaults.or(augment, Augment.PGN);
        seed = Defaults.or(seed, 0L);
        checkpoint = Defaults.or(checkpoint, CheckpointSpec.DEFAULT);
        InvalidSpec.range("batchSize", batchSize, 1, 65_536);
        if (task == Task.PRETRAIN && pretrain == null) {
            throw new InvalidSpec(
                    "MISSING_FIELD", "pretrain", null, "is required by task pretrain", "add pretrain: {}");
        }
        boolean plain = task == Task.PRETRAIN || method instanceof MethodSpec.BackboneAlone;
        if (plain && classifier.kind() != ClassifierSpec.Kind.LINEAR) {
            throw new InvalidSpec(
                    "NOT_APPLICABLE",
                    "classifier.kind",
                    Json.mapper().valueToTree(classifier.kind()),
                    "needs a frozen backbone, and "
                            + (task == Task.PRETRAIN ? "task pretrain" : "method backbone-alone") + " has none",
                    "use classifier: {kind: linear}");
        }
        if (task != Task.PRETRAIN && pretrain != null) {
            throw new InvalidSpec(
                    "NOT_APPLICABLE",
                    "pretrain",
                    "{…}",
                    "belongs to task pretrain only",
                    "remove it or set task: pretrain");
        }
    }
}
