package dev.runyard.spec.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.spec.Bounds;
import dev.runyard.spec.Defaults;
import dev.runyard.spec.Doc;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.Only;
import dev.runyard.spec.dataset.DatasetPart;
import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.model.BackboneSpec;
import dev.runyard.spec.model.ClassifierSpec;
import dev.runyard.spec.model.MethodSpec;
import dev.runyard.spec.training.Augment;
import dev.runyard.spec.training.CheckpointSpec;
import dev.runyard.spec.training.OptimizerSpec;
import dev.runyard.spec.training.PretrainSpec;
import dev.runyard.spec.training.ScheduleSpec;
import dev.runyard.spec.training.Select;
import dev.runyard.spec.training.TrainingSpec;
import dev.runyard.spec.training.ValidateOn;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One run, whole: what is trained, on what, and how. At once REST body, JSONB column, input of the science and, as JSON schema,
 * the form of the page. Two runs with equal specs on equal data give bit-identical losses on one CPU with one thread count.
 * Components left out take the default named here, so that specs stored by older versions stay readable.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RunSpec(
        @Doc(
                "train adapts a frozen backbone; pretrain makes a small one; evaluate, analyse and invert look at a finished run; command runs any program.")
        Task task,

        @Doc("Images and labels; not used by command.") DatasetSpec dataset,

        @Doc("The frozen encoder; pretrain uses only its normalisation.")
        BackboneSpec backbone,

        @Doc("How the backbone is adapted; not used by pretrain.")
        MethodSpec method,

        @Doc("What turns an embedding into class scores.") ClassifierSpec classifier,
        @Doc("The update rule.") OptimizerSpec optimizer,
        @Doc("Epochs and the shape of the learning rate.") ScheduleSpec schedule,

        @Doc(value = "Images of one optimiser step.", min = 1, max = 65_536)
        Integer batchSize,

        @Doc("How training images are varied: pgn as in the released code.")
        Augment augment,

        @Doc("Root of every random draw: 64 bits, signed.") Long seed,
        @Doc("How often the state is made durable.") CheckpointSpec checkpoint,

        @Doc("The shape of the backbone to make; required by pretrain, refused elsewhere.") @Nullable
        PretrainSpec pretrain,

        @Doc(
                "Further data sets that the trained model is judged on at its end (robustness); classes are bound by name.")
        @Nullable
        List<DatasetPart> evaluations,

        @Doc(
                value =
                        "Images that are on the device at a time: a batch is taken in parts of so many, whose gradients are added. Left"
                                + " out, the whole batch. Statistics of a batch (batch norm) are then those of a part.",
                min = 1,
                max = 65_536)
        @Nullable
        Integer microBatch,

        @Doc(
                "Which weights are the result, tested and kept: the last, or those of the best epoch by val/loss or val/top1.")
        Select select,

        @Doc(
                "Which images the val/… metrics are of: val, or test as in the released PGN code, which is marked wherever results are shown.")
        ValidateOn validateOn,

        @Doc(
                "A published protocol whose values stand where this spec says nothing: paper, or as-released (of the PGN code).")
        @Nullable
        Preset preset,

        @Doc(
                "What keeps the training steady: clipping, smoothing, mixing, averaging, an early end; left out: none of it.")
        @Nullable
        TrainingSpec training,

        @Doc(
                "For evaluate, analyse and invert: id of the finished run that is looked at, or its beginning. All that they do not say is that run's.")
        @Nullable
        String of,

        @Doc("For analyse and invert: how.") @Nullable LookSpec look,

        @Doc(
                value =
                        "Devices of one host that share each batch; the worker must have as many. Left out, one. Statistics of a batch"
                                + " (batch norm) are then those of a share.",
                min = 1,
                max = 64)
        @Nullable
        Integer devices,

        @Doc(
                "For command: the program and its arguments; {params.NAME} and {seed} in one stand for their values. No shell reads it.")
        @Nullable
        List<String> command,

        @Doc("For command: values by name, which an axis names as params.NAME.") @Nullable
        Map<String, JsonNode> params,

        @Doc(
                "For command: environment variables beside the worker's own; {params.NAME} and {seed} stand for their values.")
        @Nullable
        Map<String, String> env,

        @Doc(
                "For command: where it runs: a folder inside code, or an absolute one; left out: the folder of code, or an empty one.")
        @Nullable
        String cwd,

        @Doc("For command: the program's files, packed; runyard submit makes it of a folder's name, such as code: .")
        @Nullable
        CodeSpec code,

        @Doc("For command: what is made once on each machine before it runs.") @Nullable
        SetupSpec setup,

        @Doc(
                "For command: names of variables of the worker's environment that it gets; their values are masked in logs.")
        @Nullable
        List<String> secrets) {

    /** What stands in for the data set of a task that has none. */
    private static final DatasetSpec NO_DATASET = new DatasetSpec("shapes", null, null, null, null);

    /** All that a command says; the rest is of tasks that train. */
    static final Set<String> OF_COMMAND =
            Set.of("task", "seed", "command", "params", "env", "cwd", "code", "setup", "secrets");

    private static final int MOST_EVALUATIONS = 32;
    private static final String WHERE = "task command";

    public RunSpec {
        task = Defaults.or(task, Task.TRAIN);
        dataset = task == Task.COMMAND ? Defaults.or(dataset, NO_DATASET) : Defaults.required("dataset", dataset);
        backbone = Defaults.or(backbone, BackboneSpec.DEFAULT);
        method = Defaults.or(method, MethodSpec.Pgn.DEFAULT);
        classifier = Defaults.or(classifier, ClassifierSpec.DEFAULT);
        optimizer = Defaults.or(optimizer, OptimizerSpec.DEFAULT);
        schedule = Defaults.or(schedule, ScheduleSpec.DEFAULT);
        batchSize = Defaults.or(batchSize, 128);
        augment = Defaults.or(augment, Augment.PGN);
        seed = Defaults.or(seed, 0L);
        checkpoint = Defaults.or(checkpoint, CheckpointSpec.DEFAULT);
        select = Defaults.or(select, Select.LAST);
        validateOn = Defaults.or(validateOn, ValidateOn.VAL);
        checkSelection(task, dataset, select, validateOn, training);
        Bounds.check(RunSpec.class, "batchSize", batchSize);
        if (microBatch != null) {
            Bounds.check(RunSpec.class, "microBatch", microBatch);
            refuseMicroBatch(task, microBatch, batchSize);
        }
        if (training != null && task == Task.PRETRAIN) {
            throw new InvalidSpec(
                    "NOT_APPLICABLE",
                    "training",
                    "{…}",
                    "belongs to task train: pretrain has its own losses",
                    "remove it");
        }
        if (devices != null) {
            Bounds.check(RunSpec.class, "devices", devices);
            refuseDevices(task, devices, batchSize);
            if (devices > 1 && training != null && training.mixes()) {
                throw new InvalidSpec(
                        "NOT_APPLICABLE",
                        "devices",
                        devices,
                        "is not used with training.mixup and training.cutmix, which mix the images of a whole batch",
                        "leave it out, or leave mixing out");
            }
        }
        if (task == Task.PRETRAIN && pretrain == null) {
            throw new InvalidSpec(
                    "MISSING_FIELD", "pretrain", null, "is required by task pretrain", "add pretrain: {}");
        }
        if (task == Task.PRETRAIN && classifier.kind() != ClassifierSpec.Kind.LINEAR) {
            throw new InvalidSpec(
                    "NOT_APPLICABLE",
                    "classifier.kind",
                    Json.mapper().valueToTree(classifier.kind()),
                    "needs a frozen backbone, and task pretrain has none",
                    "use classifier: {kind: linear}");
        }
        if (backbone.precision().reduced()) {
            refusePrecision(task, method, backbone.precision());
        }
        if (task == Task.TRAIN) {
            method.check(classifier);
            if (backbone.encoder() != null) {
                refuseWeights(backbone.encoder(), method, classifier);
            }
        }
        if (evaluations != null) {
            evaluations = List.copyOf(evaluations);
            if (task == Task.PRETRAIN) {
                throw new InvalidSpec(
                        "NOT_APPLICABLE", "evaluations", evaluations, "belongs to task train only", "remove it");
            }
            if (evaluations.size() > MOST_EVALUATIONS) {
                throw new InvalidSpec(
                        "OUT_OF_RANGE",
                        "evaluations",
                        evaluations.size() + " data sets",
                        "must be at most " + MOST_EVALUATIONS,
                        null);
            }
        }
        refuseLook(task, of, look, evaluations);
        boolean program = task == Task.COMMAND;
        command = copied(Only.with("command", command, program, WHERE, null));
        params = copied(Only.with("params", params, program, WHERE, null));
        env = copied(Only.with("env", env, program, WHERE, null));
        Only.with("cwd", cwd, program, WHERE, null);
        Only.with("code", code, program, WHERE, null);
        Only.with("setup", setup, program, WHERE, null);
        secrets = copied(Only.with("secrets", secrets, program, WHERE, null));
        if (program) {
            new Program(Defaults.required("command", command), params, env, cwd, code, setup, secrets, seed);
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

    /** Of a task that trains or looks. */
    public RunSpec(
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
            @Nullable PretrainSpec pretrain,
            @Nullable List<DatasetPart> evaluations,
            @Nullable Integer microBatch,
            Select select,
            ValidateOn validateOn,
            @Nullable Preset preset,
            @Nullable TrainingSpec training,
            @Nullable String of,
            @Nullable LookSpec look,
            @Nullable Integer devices) {
        this(
                task,
                dataset,
                backbone,
                method,
                classifier,
                optimizer,
                schedule,
                batchSize,
                augment,
                seed,
                checkpoint,
                pretrain,
                evaluations,
                microBatch,
                select,
                validateOn,
                preset,
                training,
                of,
                look,
                devices,
                null,
                null,
                null,
                null,
                null,
                null,
                null);
    }

    /**
     * The program of a task that runs one.
     *
     * @throws IllegalStateException for another task
     */
    public Program program() {
        if (task != Task.COMMAND || command == null) {
            throw new IllegalStateException("task " + task + " runs no program");
        }
        return new Program(command, params, env, cwd, code, setup, secrets, seed);
    }

    /** Every value that acts, as JSON: with the defaults of its task, and without what that has no use for. */
    public ObjectNode acting() {
        ObjectNode all = Json.mapper().valueToTree(this);
        return task == Task.COMMAND ? all.retain(OF_COMMAND) : all;
    }

    private static <T> @Nullable List<T> copied(@Nullable List<T> given) {
        return given == null ? null : List.copyOf(given);
    }

    private static <T> @Nullable Map<String, T> copied(@Nullable Map<String, T> given) {
        return given == null ? null : Collections.unmodifiableMap(new TreeMap<>(given));
    }

    /** The last weights, validated on val, on one device. */
    public RunSpec(
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
            @Nullable PretrainSpec pretrain,
            @Nullable List<DatasetPart> evaluations,
            @Nullable Integer microBatch) {
        this(
                task,
                dataset,
                backbone,
                method,
                classifier,
                optimizer,
                schedule,
                batchSize,
                augment,
                seed,
                checkpoint,
                pretrain,
                evaluations,
                microBatch,
                Select.LAST,
                ValidateOn.VAL,
                null,
                null,
                null,
                null,
                null);
    }

    /**
     * What a reader must know of every result of this spec, shown beside it; empty when there is nothing. A result that was chosen on the
     * images it is judged by does not compare with one that was not.
     */
    public Optional<String> mark() {
        if (validateOn != ValidateOn.TEST) {
            return Optional.empty();
        }
        if (select != Select.LAST) {
            return Optional.of("selects on test, as released");
        }
        return Optional.of(steadied().earlyStopping() == null ? "validates on test" : "selects on test");
    }

    private static void checkSelection(
            Task task, DatasetSpec dataset, Select select, ValidateOn on, @Nullable TrainingSpec training) {
        if (task == Task.PRETRAIN && (select != Select.LAST || on != ValidateOn.VAL)) {
            boolean chosen = select != Select.LAST;
            throw new InvalidSpec(
                    "NOT_APPLICABLE",
                    chosen ? "select" : "validateOn",
                    Json.mapper().valueToTree(chosen ? select : on),
                    "belongs to task train only",
                    "remove it");
        }
        boolean nothing = dataset.fit() == DatasetSpec.Fit.TRAIN_AND_VAL && on == ValidateOn.VAL;
        if (select != Select.LAST && nothing) {
            throw new InvalidSpec(
                    "NOT_APPLICABLE",
                    "select",
                    Json.mapper().valueToTree(select),
                    "needs images that are not trained on, and dataset.fit: train+val leaves none but test",
                    "use dataset.fit: train, or validateOn: test as the released code does");
        }
        if (task == Task.TRAIN && training != null && training.earlyStopping() != null && nothing) {
            throw new InvalidSpec(
                    "NOT_APPLICABLE",
                    "training.earlyStopping",
                    Json.mapper().valueToTree(training.earlyStopping()),
                    "needs images that are not trained on, and dataset.fit: train+val leaves none but test",
                    "remove it, or use dataset.fit: train");
        }
    }

    /** Judged on its own test images only. */
    public RunSpec(
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
        this(
                task,
                dataset,
                backbone,
                method,
                classifier,
                optimizer,
                schedule,
                batchSize,
                augment,
                seed,
                checkpoint,
                pretrain,
                null,
                null);
    }

    /** Whole batches. */
    public RunSpec(
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
            @Nullable PretrainSpec pretrain,
            @Nullable List<DatasetPart> evaluations) {
        this(
                task,
                dataset,
                backbone,
                method,
                classifier,
                optimizer,
                schedule,
                batchSize,
                augment,
                seed,
                checkpoint,
                pretrain,
                evaluations,
                null);
    }

    /** What it is trained with beside; nothing where the document says nothing. */
    public TrainingSpec steadied() {
        return training == null ? TrainingSpec.NONE : training;
    }

    private static void refuseLook(
            Task task, @Nullable String of, @Nullable LookSpec look, @Nullable List<DatasetPart> evaluations) {
        Only.with("of", of, task.looks(), "tasks evaluate, analyse and invert", null);
        Only.with("look", look, task == Task.ANALYSE || task == Task.INVERT, "tasks analyse and invert", null);
        if (task.looks() && (of == null || of.isBlank())) {
            throw new InvalidSpec(
                    "MISSING_FIELD", "of", of, "is required by tasks on a finished run", "name the run by its id");
        }
        if (look != null) {
            Only.with("look.only", look.only(), task == Task.ANALYSE, "task analyse", null);
            Only.with("look.policy", look.policy(), task == Task.INVERT, "task invert", null);
        }
        if (task == Task.INVERT && evaluations != null) {
            throw new InvalidSpec("NOT_APPLICABLE", "evaluations", evaluations, "belongs to no inversion", "remove it");
        }
    }

    private static void refuseMicroBatch(Task task, int microBatch, int batchSize) {
        if (task == Task.PRETRAIN) {
            throw new InvalidSpec(
                    "NOT_APPLICABLE",
                    "microBatch",
                    microBatch,
                    "belongs to task train: losses of pretrain compare the images of a batch with each other",
                    "remove it, or lower batchSize");
        }
        if (microBatch > batchSize) {
            throw new InvalidSpec(
                    "OUT_OF_RANGE",
                    "microBatch",
                    microBatch,
                    "is larger than batchSize (" + batchSize + ")",
                    "use at most " + batchSize + ", or leave it out");
        }
    }

    private static void refuseDevices(Task task, int devices, int batchSize) {
        if (devices > 1 && task == Task.PRETRAIN) {
            throw new InvalidSpec(
                    "NOT_APPLICABLE",
                    "devices",
                    devices,
                    "belongs to task train: losses of pretrain compare the images of a batch with each other",
                    "remove it");
        }
        if (devices > batchSize) {
            throw new InvalidSpec(
                    "OUT_OF_RANGE",
                    "devices",
                    devices,
                    "is larger than batchSize (" + batchSize + "), of which each device learns from a share",
                    "use at most " + batchSize + ", or leave it out");
        }
    }

    /** Only a backbone that stays as it is can be had in less precision. */
    private static void refusePrecision(Task task, MethodSpec method, BackboneSpec.Precision precision) {
        String rule = null;
        if (task == Task.PRETRAIN) {
            rule = "is for a frozen backbone, and task pretrain trains a new one";
        } else if (method.touches() != null) {
            rule = "is for a frozen backbone, and method " + method.kind() + " " + method.touches();
        }
        if (rule != null) {
            throw new InvalidSpec(
                    "NOT_APPLICABLE",
                    "backbone.precision",
                    Json.mapper().valueToTree(precision),
                    rule,
                    "use precision: fp32");
        }
    }

    /** What cannot be had of embeddings and gradients alone. */
    private static void refuseWeights(String encoder, MethodSpec method, ClassifierSpec classifier) {
        boolean outside = method instanceof MethodSpec.Pgn
                || method instanceof MethodSpec.Iip
                || method instanceof MethodSpec.VisualPrompt
                || method instanceof MethodSpec.Linear
                || method instanceof MethodSpec.ZeroShot;
        boolean inside = !outside;
        boolean tower = classifier.kind() == ClassifierSpec.Kind.NATIVE
                || (classifier.template() != null && classifier.features() == null);
        if (inside || tower) {
            throw new InvalidSpec(
                    "NOT_APPLICABLE",
                    "backbone.encoder",
                    encoder,
                    inside
                            ? "gives embeddings and gradients alone, and method " + method.kind() + " needs the weights"
                            : "gives embeddings and gradients alone, and the classifier needs a head or a text tower",
                    inside
                            ? "use method pgn, iip, vp, linear or zero-shot"
                            : "use classifier linear, prototypes, or text with features");
        }
    }
}
