package dev.runyard.vision.train;

import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.model.BackboneSpec;
import dev.runyard.spec.model.ClassifierSpec;
import dev.runyard.spec.model.MethodSpec;
import dev.runyard.spec.model.WithNet;
import dev.runyard.spec.report.ArtifactKind;
import dev.runyard.spec.report.Order;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.FailureReason;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.spec.run.SpecDocument;
import dev.runyard.spec.run.Task;
import dev.runyard.spec.training.Augment;
import dev.runyard.spec.training.PretrainSpec;
import dev.runyard.spec.training.ScheduleSpec;
import dev.runyard.spec.training.Select;
import dev.runyard.spec.training.ValidateOn;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.backbone.vit.Bf16Cpu;
import dev.runyard.vision.backbone.vit.VitShape;
import dev.runyard.vision.data.Dataset;
import dev.runyard.vision.data.Watch;
import dev.runyard.vision.device.DeviceRecord;
import dev.runyard.vision.encoder.Backbones;
import dev.runyard.vision.image.Normalisation;
import dev.runyard.vision.image.TestTransform;
import dev.runyard.vision.method.FromFeatures;
import dev.runyard.vision.method.Model;
import dev.runyard.vision.method.Models;
import dev.runyard.vision.method.head.Classifier;
import dev.runyard.vision.method.solver.Objective;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.place.Places;
import dev.runyard.vision.pretrain.NewBackbone;
import dev.runyard.vision.train.input.Features;
import dev.runyard.vision.train.input.OpenDatasets;
import dev.runyard.vision.train.input.TrainingOptions;
import dev.runyard.vision.train.optim.Schedule;
import dev.runyard.vision.train.report.TrainingFailure;
import dev.runyard.vision.train.report.TrainingListener;
import dev.runyard.vision.train.score.Judge;
import dev.runyard.vision.train.score.Robustness;
import dev.runyard.vision.train.state.Identity;
import dev.runyard.vision.train.state.Inputs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One training, from its spec to its end or to the order to stop. Run again on the same folder, it goes on behind the newest valid
 * checkpoint; on a CPU with the same number of threads the whole is bit-identical to a training that was never stopped.
 */
public final class Training {
    static final String NO_BACKBONE = "none";

    /** What takes less nobody waits for. */
    private static final long WORTH_A_WORD = 1_000_000_000L;

    private final SpecDocument document;
    private final RunSpec spec;
    private final Path dir;
    private final TrainingOptions options;

    /**
     * @param document of the run, as written: results keep it, and its hash, as given, is what checkpoints are held against
     * @param dir of the run: checkpoints and results go there
     * @param options whose places its names stand for
     * @throws InvalidSpec when this version cannot read the document
     * @throws Places.Absent when this machine has not what it names
     */
    public Training(SpecDocument document, Path dir, TrainingOptions options) {
        this(document, options.places().here(document).spec(), dir, options);
    }

    /** Of a spec that code made. */
    public Training(RunSpec spec, Path dir, TrainingOptions options) {
        this(SpecDocument.of(spec), spec, dir, options);
    }

    private Training(SpecDocument document, RunSpec spec, Path dir, TrainingOptions options) {
        this.document = document;
        this.spec = spec;
        this.dir = dir;
        this.options = options;
    }

    /**
     * Trains until the end or until the listener orders otherwise. Uses the calling thread.
     *
     * @return finished, or given back
     * @throws TrainingFailure when it cannot go on
     */
    public Outcome run(TrainingListener listener) {
        if (spec.task() == Task.COMMAND) {
            throw new TrainingFailure(
                    FailureReason.SPEC,
                    "task: command runs a program, and trains nothing here; queue it with \"runyard submit\"");
        }
        try {
            Torch.use(options.device());
            Torch.enter();
            Torch.threads(options.threads());
            arithmetic(spec.backbone().precision());
            DeviceRecord.of(options.device(), spec.backbone().precision() == BackboneSpec.Precision.TF32)
                    .ifPresent(listener::log);
            Files.createDirectories(dir);
            long begun = System.nanoTime();
            Watch watch = (what, done, of) -> {
                if (System.nanoTime() - begun > WORTH_A_WORD) {
                    listener.preparing(what, done, of);
                }
                Order order = listener.order();
                if (order != Order.CONTINUE) {
                    throw new Stopped(order);
                }
            };
            Dataset data = OpenDatasets.open(
                    dataset(), options.dataCache(), spec.method().fit() != MethodSpec.Fit.NOTHING, watch);
            check(data);
            spec.mark().ifPresent(mark -> listener.log("This run " + mark + "."));
            try (Robustness robustness = Robustness.open(spec, data, options.dataCache(), watch)) {
                return spec.task() == Task.PRETRAIN
                        ? pretrain(data, robustness, listener)
                        : adapt(data, robustness, listener);
            }
        } catch (Stopped e) {
            return new Outcome.GivenBack(0, Loop.cause(e.order));
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            throw TrainingFailure.of(e, spec.batchSize());
        } finally {
            Torch.giveBack();
        }
    }

    /** The listener ordered a stop while a data set was opened. */
    private static final class Stopped extends IOException {
        private static final long serialVersionUID = 1L;

        private final Order order;

        Stopped(Order order) {
            this.order = order;
        }
    }

    /** A solver that fits train and val by itself is handed both apart, because it chooses on val before. */
    private DatasetSpec dataset() {
        return spec.method() instanceof MethodSpec.Linear && !inSteps()
                ? spec.dataset().fitted(DatasetSpec.Fit.TRAIN)
                : spec.dataset();
    }

    /** @throws InvalidSpec when the device has it not */
    static void arithmetic(BackboneSpec.Precision precision) {
        boolean tf32 = precision == BackboneSpec.Precision.TF32;
        if (tf32 && !Torch.hasTf32()) {
            throw new InvalidSpec(
                    "NOT_AVAILABLE",
                    "backbone.precision",
                    "tf32",
                    Torch.onHost()
                            ? "is arithmetic of a GPU, and this worker computes on the CPU"
                            : "needs a GPU of compute capability 8.0 or more (Ampere, 2020)",
                    "use precision: fp32 or bf16");
        }
        Torch.tf32(tf32);
    }

    private Outcome adapt(Dataset opened, Robustness robustness, TrainingListener listener) throws IOException {
        FrozenBackbone backbone;
        try {
            backbone = Backbones.of(spec.backbone());
        } catch (java.nio.file.NoSuchFileException e) {
            throw new TrainingFailure(FailureReason.WEIGHTS, "backbone.weights: there is no file " + e.getMessage(), e);
        }
        backbone.assumption().ifPresent(listener::log);
        TestTransform transform = transform(spec, backbone.shape());
        Dataset data = opened.seenBy(transform);
        robustness.seenBy(transform);
        slow(backbone.precision()).ifPresent(listener::log);
        try (Model model = Models.ofParts(spec, backbone, data.parts())) {
            otherClasses(backbone, data.classNames()).ifPresent(listener::log);
            Normalisation normalisation = normalisation(spec, backbone.shape());
            robustness.answeredBy(Robustness.renaming(spec, backbone, model));
            boolean once = model.takesEmbedding()
                    && (!inSteps()
                            || spec.augment() == Augment.NONE
                                    && !spec.steadied().mixes());
            boolean wanted = once || model instanceof FromFeatures;
            Features all = wanted ? Features.of(data, backbone, normalisation, options, listener) : null;
            if (wanted && all == null) {
                return new Outcome.GivenBack(0, Loop.cause(listener.order()));
            }
            if (all != null && model instanceof FromFeatures begins) {
                begins.remember(all.all(data.train()), data.train().labels());
            }
            Features features = once ? all : null;
            long full = backbone.parameters() == 0 ? 0 : backbone.parameters() + Classifier.trained(model.parameters());
            Loop loop = loop(
                    data,
                    model,
                    backbone.shape(),
                    backbone.sha256(),
                    Inputs.of(spec),
                    normalisation,
                    features,
                    full,
                    robustness,
                    listener);
            if (all != null && model instanceof FromFeatures begins) {
                loop.beforeTest(() -> begins.choose(
                        data.val().size() == 0 ? new float[0] : all.all(data.val()),
                        data.val().labels()));
            }
            Outcome outcome = fit(data, model, loop, features, listener);
            if (!backbone.sha256Now().equals(backbone.sha256()) || !model.unchanged()) {
                throw new TrainingFailure(
                        FailureReason.INTERNAL, "the frozen backbone changed during the run; its results are void");
            }
            if (outcome instanceof Outcome.Finished) {
                Path weights = dir.resolve("weights.safetensors");
                loop.writeWeights(weights);
                listener.artifact(ArtifactKind.WEIGHTS, "weights.safetensors", weights);
            }
            return outcome;
        }
    }

    /** A head that is trained answers class i by output i, as released, whatever the output was for; zero-shot binds by name. */
    private Optional<String> otherClasses(FrozenBackbone backbone, List<String> classNames) {
        List<String> labels = backbone.labels();
        boolean bound = spec.classifier().kind() != ClassifierSpec.Kind.NATIVE
                || spec.classifier().policy() == ClassifierSpec.Policy.RANDOM
                || spec.method() instanceof MethodSpec.ZeroShot;
        for (int i = 0; i < classNames.size() && i < labels.size() && !bound; i++) {
            if (!labels.get(i).equalsIgnoreCase(classNames.get(i))) {
                return Optional.of("classifier.kind: native answers class i by output i, as the released code does: \""
                        + classNames.get(i) + "\" by the output that was for \"" + labels.get(i) + "\"");
            }
        }
        return Optional.empty();
    }

    /** What a processor has no instructions for takes longer than fp32. */
    private static Optional<String> slow(BackboneSpec.Precision precision) {
        if (!Torch.onHost() || !precision.reduced()) {
            return Optional.empty();
        }
        if (precision == BackboneSpec.Precision.FP16) {
            return Optional.of(
                    "backbone.precision: fp16 is made for GPUs; on a processor the run may take longer than with"
                            + " precision: fp32");
        }
        return Bf16Cpu.fast()
                ? Optional.empty()
                : Optional.of(
                        "backbone.precision: this processor has no bf16 instructions (avx512_bf16, amx_bf16), so the"
                                + " run may take longer than with precision: fp32");
    }

    private Outcome fit(Dataset data, Model model, Loop loop, @Nullable Features features, TrainingListener listener)
            throws IOException {
        if (inSteps()) {
            return loop.run();
        }
        if (features != null && spec.method() instanceof MethodSpec.Linear linear) {
            boolean both = spec.dataset().fit() == DatasetSpec.Fit.TRAIN_AND_VAL;
            return new LinearFit(linear, both, data, features, model, listener).run(loop);
        }
        listener.resumed(0);
        return loop.judge(0, true, Double.NaN);
    }

    private Outcome pretrain(Dataset data, Robustness robustness, TrainingListener listener) throws IOException {
        PretrainSpec pretrain = Objects.requireNonNull(spec.pretrain());
        try (NewBackbone backbone = NewBackbone.of(pretrain, data.classNames(), spec.seed())) {
            Outcome outcome = loop(
                            data,
                            backbone,
                            backbone.shape(),
                            NO_BACKBONE,
                            Map.of(),
                            backbone.shape().normalisation(),
                            null,
                            0,
                            robustness,
                            listener)
                    .run();
            if (outcome instanceof Outcome.Finished) {
                Path folder = dir.resolve("backbone");
                for (String name : backbone.write(folder)) {
                    listener.artifact(ArtifactKind.of(name), "backbone/" + name, folder.resolve(name));
                }
            }
            return outcome;
        }
    }

    private Loop loop(
            Dataset data,
            Objective objective,
            VitShape shape,
            String backboneHash,
            Map<String, String> inputs,
            Normalisation normalisation,
            @Nullable Features features,
            long full,
            Robustness robustness,
            TrainingListener listener) {
        Identity identity = new Identity(document, data.hash(), backboneHash, inputs);
        Judge judge = new Judge(
                dir,
                data,
                spec.validateOn(),
                objective,
                shape.imageSize(),
                spec.batchSize(),
                normalisation,
                features,
                robustness,
                document.hash(),
                listener);
        return new Loop(
                spec,
                dir,
                identity,
                data,
                objective,
                shape.imageSize(),
                normalisation,
                features,
                full,
                judge,
                options,
                listener);
    }

    /** How the images of an adapted backbone are shown to it, wherever they are not varied. */
    static TestTransform transform(RunSpec spec, VitShape shape) {
        return spec.backbone().transform() == BackboneSpec.Transform.NATIVE ? shape.transform() : TestTransform.PGN;
    }

    /** What the images of an adapted backbone are normalised with. */
    static Normalisation normalisation(RunSpec spec, VitShape shape) {
        return spec.backbone().normalisation() == BackboneSpec.Normalisation.CLIP
                ? Normalisation.CLIP
                : shape.normalisation();
    }

    /** The rules that need the data set; they are about batches, so they are not for what is trained without. */
    private void check(Dataset data) {
        if (!inSteps()) {
            return;
        }
        if (spec.select() != Select.LAST
                && spec.validateOn() == ValidateOn.VAL
                && data.val().size() == 0) {
            throw new InvalidSpec(
                    "NOT_APPLICABLE",
                    "select",
                    Json.mapper().valueToTree(spec.select()),
                    "needs a val part, and " + data.id() + " has none here",
                    "use select: last");
        }
        if (spec.steadied().earlyStopping() != null
                && spec.validateOn() == ValidateOn.VAL
                && data.val().size() == 0) {
            throw new InvalidSpec(
                    "NOT_APPLICABLE",
                    "training.earlyStopping",
                    Json.mapper().valueToTree(spec.steadied().earlyStopping()),
                    "needs a val part, and " + data.id() + " has none here",
                    "remove it");
        }
        int n = data.train().size();
        if (spec.batchSize() > n) {
            throw new InvalidSpec(
                    "OUT_OF_RANGE",
                    "batchSize",
                    spec.batchSize(),
                    "is larger than the training set of " + n + " images",
                    "use at most " + n);
        }
        int perEpoch = (n + spec.batchSize() - 1) / spec.batchSize();
        long steps = (long) perEpoch * spec.schedule().epochs();
        if (spec.schedule().per() == ScheduleSpec.Per.STEP
                && Schedule.warmupSteps(spec.schedule(), perEpoch) >= steps) {
            throw new InvalidSpec(
                    "OUT_OF_RANGE",
                    "schedule.warmupSteps",
                    spec.schedule().warmupSteps(),
                    "must be smaller than all steps (" + steps + " on these images)",
                    "use at most " + (steps - 1) + ", or more epochs");
        }
        Integer resolution = resolution(spec.method());
        int last = n % spec.batchSize();
        int devices = spec.devices() == null ? 1 : spec.devices();
        int smallest = last == 0 ? spec.batchSize() : last;
        if (smallest < devices) {
            throw new InvalidSpec(
                    "OUT_OF_RANGE",
                    "devices",
                    devices,
                    "is more than the " + smallest + " images of an epoch's last batch",
                    "use another batch size, or fewer devices");
        }
        boolean lonely = lonely(spec.batchSize(), devices) || lonely(last, devices);
        if (spec.task() == Task.TRAIN && resolution != null && resolution <= 32 && lonely) {
            throw new InvalidSpec(
                    "OUT_OF_RANGE",
                    "batchSize",
                    spec.batchSize(),
                    "leaves a batch, or a part of one by microBatch or devices, of one image, whose statistics do not exist at resolution "
                            + resolution,
                    "use another batch size, or a resolution above 32");
        }
    }

    /** Whether a device, of which each has a share of a batch, ever learns from one image alone. */
    private boolean lonely(int images, int devices) {
        Integer part = spec.microBatch();
        return IntStream.of(images / devices, (images + devices - 1) / devices)
                .anyMatch(share -> share == 1 || part != null && share > 0 && (part == 1 || share % part == 1));
    }

    /** Of what normalises by the statistics of a batch. */
    private static @Nullable Integer resolution(MethodSpec method) {
        return method instanceof WithNet with && with.net() != MethodSpec.Net.MLP ? with.resolution() : null;
    }

    private boolean inSteps() {
        return spec.method().fit() == MethodSpec.Fit.STEPS;
    }
}
