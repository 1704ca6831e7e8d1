package dev.runyard.vision.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.dataset.DatasetPart;
import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.spec.model.BackboneSpec;
import dev.runyard.spec.model.BackboneSpec.Precision;
import dev.runyard.spec.model.ClassifierSpec;
import dev.runyard.spec.model.EmbeddingMethod;
import dev.runyard.spec.model.MethodSpec;
import dev.runyard.spec.model.MethodSpec.Solver;
import dev.runyard.spec.model.TextMethod;
import dev.runyard.spec.report.Order;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.FailureReason;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.spec.run.Task;
import dev.runyard.spec.training.Augment;
import dev.runyard.spec.training.CheckpointSpec;
import dev.runyard.spec.training.ClipSpec;
import dev.runyard.spec.training.EarlyStoppingSpec;
import dev.runyard.spec.training.OptimizerSpec;
import dev.runyard.spec.training.PretrainSpec;
import dev.runyard.spec.training.ScheduleSpec;
import dev.runyard.spec.training.Select;
import dev.runyard.spec.training.TrainingSpec;
import dev.runyard.vision.Golden;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.backbone.weights.WeightsException;
import dev.runyard.vision.data.Batch;
import dev.runyard.vision.data.Split;
import dev.runyard.vision.method.AllMethods;
import dev.runyard.vision.method.AllMethods.Case;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.tensor.Safetensors;
import dev.runyard.vision.tensor.SafetensorsWriter;
import dev.runyard.vision.train.input.TrainingOptions;
import dev.runyard.vision.train.report.TrainingFailure;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole runs of every method on two handfuls of rendered images: resumed, refused, failed, and from cached features. */
class MethodRunsTest {
    private static final DatasetSpec SHAPES = new DatasetSpec("shapes", null, null, 22, 10);
    private static final int BATCH = 10;
    private static final int STEPS = 6; // 2 epochs of 3, the last batch of each smaller
    private static final int WIDTH = 32;
    private static final int CLASSES = 8;

    /** Counters of a checkpoint are read where the first step needs them. */
    private static final long FIRST = 1;

    @TempDir
    static Path shared;

    private static Path weights = Path.of("");
    private static Path clip = Path.of("");

    @TempDir
    Path dir;

    @BeforeAll
    static void makeBackbone() {
        RunSpec spec = new RunSpec(
                Task.PRETRAIN,
                SHAPES,
                null,
                null,
                null,
                new OptimizerSpec(null, 0.02, null, null),
                new ScheduleSpec(1, 0, 0.0),
                BATCH,
                Augment.NONE,
                7L,
                null,
                new PretrainSpec(32, 8, WIDTH, 2, 2),
                null);
        new Training(spec, shared.resolve("pretrain"), options()).run(new Recorder());
        weights = shared.resolve("pretrain/backbone");
        RunSpec contrastive = new RunSpec(
                Task.PRETRAIN,
                SHAPES,
                null,
                null,
                null,
                new OptimizerSpec(null, 0.02, null, null),
                new ScheduleSpec(1, 0, 0.0),
                BATCH,
                Augment.NONE,
                7L,
                null,
                new PretrainSpec(
                        32,
                        8,
                        WIDTH,
                        2,
                        2,
                        PretrainSpec.Objective.CLIP,
                        new ClipSpec(WIDTH, 16, 1, 2, null, 64, null),
                        null),
                null);
        new Training(contrastive, shared.resolve("pretrain-clip"), options()).run(new Recorder());
        clip = shared.resolve("pretrain-clip/backbone");
    }

    /** A text classifier without a file needs a backbone that reads texts. */
    private static Path backbone(Case what) {
        boolean reads = what.classifier().kind() == ClassifierSpec.Kind.TEXT
                && what.classifier().features() == null;
        return reads ? clip : weights;
    }

    private static Case text(String name, MethodSpec method) {
        return new Case(name, method, new ClassifierSpec(ClassifierSpec.Kind.TEXT, null));
    }

    private static TrainingOptions options() {
        return TrainingOptions.cpu(shared.resolve("cache"));
    }

    private static RunSpec spec(Case what, Augment augment, ScheduleSpec schedule) {
        return spec(what, augment, schedule, Precision.FP32);
    }

    private static RunSpec spec(Case what, Augment augment, ScheduleSpec schedule, Precision precision) {
        return new RunSpec(
                null,
                SHAPES,
                new BackboneSpec(backbone(what).toString(), null, precision),
                what.method(),
                what.classifier(),
                new OptimizerSpec(null, 0.05, null, null),
                schedule,
                BATCH,
                augment,
                0L,
                new CheckpointSpec(1, 60),
                null,
                null);
    }

    private static RunSpec spec(Case what) {
        return spec(what, Augment.FLIP_CROP, new ScheduleSpec(2, 0, 0.0, ScheduleSpec.Per.STEP, 2));
    }

    private static Case plain(MethodSpec method) {
        return new Case("plain", method, new ClassifierSpec(ClassifierSpec.Kind.LINEAR, null));
    }

    static Stream<Case> methods() throws IOException {
        return Stream.concat(
                AllMethods.trained(),
                Stream.of(
                        AllMethods.prototypes(shared, WIDTH),
                        AllMethods.text(shared, new MethodSpec.Vpt(null, 2), CLASSES, WIDTH)));
    }

    @ParameterizedTest
    @MethodSource("methods")
    void isResumedBitForBitAndLeavesTheBackbone(Case what) throws IOException {
        // Each stop of a ResNet18 writes and reads a tenth of a gigabyte.
        long[] stops = what.name().contains("resnet18") ? new long[] {4} : new long[] {1, 3, 4, STEPS};
        Recorder whole = resumedBitForBit(spec(what), stops);
        assertThat(whole.waits).as("steps in which a GPU would wait").isSubsetOf(FIRST);
    }

    /** Each run of fresh and warm modules alike: the second has trained and judged before it is resumed. */
    @ParameterizedTest
    @MethodSource("leavingTheBackboneAsItIs")
    void inBf16TooIsResumedBitForBit(Case what) throws IOException {
        RunSpec exact = spec(what);
        RunSpec reduced = spec(what, exact.augment(), exact.schedule(), Precision.BF16);
        Recorder bf16 = resumedBitForBit(reduced, 1, 2, 3, 4, 5);
        assertThat(FrozenBackbone.shared(reduced.backbone()).sha256Now())
                .isEqualTo(FrozenBackbone.shared(weights.toString()).sha256());
        Recorder fp32 = new Recorder();
        new Training(exact, dir.resolve("exact"), options()).run(fp32);
        double loss = fp32.metrics.get("train/loss").get((long) STEPS);
        assertThat(bf16.metrics.get("train/loss").get((long) STEPS))
                .isCloseTo(loss, within(0.02 * loss))
                .isNotEqualTo(loss);
    }

    static Stream<Case> leavingTheBackboneAsItIs() {
        return AllMethods.trained()
                .filter(what -> List.of("pgn", "iip", "vp-padding", "linear", "vpt-shallow", "vpt-deep", "native")
                        .contains(what.name()));
    }

    @Test
    void embeddingsOfEachPrecisionAreKeptApart() throws IOException {
        Case linear = plain(new MethodSpec.Linear());
        ScheduleSpec schedule = new ScheduleSpec(2, 1, 0.0);
        Recorder fp32 = new Recorder();
        new Training(spec(linear, Augment.NONE, schedule), dir.resolve("fp32"), options()).run(fp32);
        List<Path> before = features();
        RunSpec reduced = spec(linear, Augment.NONE, schedule, Precision.BF16);
        Recorder bf16 = new Recorder();
        new Training(reduced, dir.resolve("bf16"), options()).run(bf16);
        assertThat(features()).hasSize(before.size() + 3).containsAll(before);
        assertThat(bf16.metrics.get("train/loss")).isNotEqualTo(fp32.metrics.get("train/loss"));
        try (TrainedRun run = TrainedRun.open(dir.resolve("bf16"))) {
            assertThat(run.backbone().precision()).isEqualTo(Precision.FP32);
            Split test = run.ownData(options().dataCache()).test();
            float[] own = run.scores(run.batch(test, 0, 4));
            float[] through = exactScores(run, run.batch(test, 0, 4));
            assertThat(own).isNotEqualTo(through);
            Golden.assertRelativeToMax("scores", through, own, 0.03);
        }
    }

    /** The trained classifier on fp32 embeddings. */
    private static float[] exactScores(TrainedRun run, Batch batch) {
        try (NDManager manager = Torch.manager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray pixels = Torch.floats(manager, batch.values(), batch.shape());
            NDArray embedding = run.backbone().encode(pixels, null, false).embedding();
            return run.model()
                    .scores(run.model().parameters(), embedding, false)
                    .toFloatArray();
        }
    }

    @Test
    void linearOnCachedFeaturesIsResumedBitForBit() throws IOException {
        Recorder whole = resumedBitForBit(
                spec(plain(new MethodSpec.Linear()), Augment.NONE, new ScheduleSpec(2, 1, 0.0)), 2, 3, 5);
        assertThat(whole.metrics.get("train/loss")).hasSize(STEPS);
        assertThat(shared.resolve("cache/features")).isNotEmptyDirectory();
    }

    /** Those that begin with texts or with the embeddings of all images: by augmented images and by cached embeddings. */
    @ParameterizedTest
    @MethodSource
    void whatBeginsWithTextsIsResumedBitForBit(Case what) throws IOException {
        resumedBitForBit(spec(what), 1, 4, STEPS);
        dir = dir.resolve("cached");
        ScheduleSpec schedule = new ScheduleSpec(2, 0, 0.0);
        Recorder cached = resumedBitForBit(spec(what, Augment.NONE, schedule), 2, 3);
        assertThat(cached.metrics.get("train/loss")).hasSize(STEPS);
        try (TrainedRun run = TrainedRun.open(dir.resolve("whole"))) {
            Split test = run.ownData(options().dataCache()).test();
            assertThat(run.scores(run.batch(test, 0, 4))).hasSize(4 * CLASSES);
        }
    }

    @ParameterizedTest
    @MethodSource
    void whatBeginsWithTextsLearns(Case what) {
        Recorder longer = new Recorder();
        new Training(spec(what, Augment.NONE, new ScheduleSpec(20, 0, 0.0)), dir.resolve("longer"), options())
                .run(longer);
        List<Double> losses = List.copyOf(longer.metrics.get("train/loss").values());
        assertThat(mean(losses.subList(losses.size() - 3, losses.size()))).isLessThan(mean(losses.subList(0, 3)));
    }

    static Stream<Case> whatBeginsWithTextsLearns() {
        return whatBeginsWithTextsIsResumedBitForBit().filter(what -> !what.name()
                .equals("clip-adapter")); // an adapter alone hardly moves so poor a backbone
    }

    static Stream<Case> whatBeginsWithTextsIsResumedBitForBit() {
        return Stream.of(
                text("tip-adapter-f", new EmbeddingMethod.TipAdapterF(null, null, true)),
                text("clip-adapter", new EmbeddingMethod.ClipAdapter(null, null)),
                text("coop", new TextMethod.CoOp(3, null)),
                text("coop-by-class", new TextMethod.CoOp(2, true)),
                text("cocoop", new TextMethod.CoCoOp(3)));
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }

    @ParameterizedTest
    @MethodSource
    void whatTakesAllImagesAtOnceIsJudgedAndReadAgain(Case what) throws IOException {
        RunSpec few = spec(what);
        RunSpec spec = new RunSpec(
                null,
                new DatasetSpec("shapes", null, null, 90, 10), // an image of every class
                few.backbone(),
                few.method(),
                few.classifier(),
                null,
                null,
                null,
                null,
                0L,
                null,
                null);
        Recorder recorder = new Recorder();
        assertThat(new Training(spec, dir.resolve("run"), options()).run(recorder))
                .isEqualTo(new Outcome.Finished(0));
        assertThat(recorder.metrics.get("system/parameters")).containsEntry(0L, 0.0);
        assertThat(recorder.metrics).containsKeys("val/top1", "test/top1").doesNotContainKey("train/loss");
        double right = recorder.metrics.get("test/top1").get(0L);
        try (TrainedRun run = TrainedRun.open(dir.resolve("run"))) {
            Split test = run.ownData(options().dataCache()).test();
            float[] scores = run.scores(run.batch(test, 0, test.size()));
            int same = 0;
            for (int i = 0; i < test.size(); i++) {
                int best = 0;
                for (int c = 1; c < CLASSES; c++) {
                    best = scores[i * CLASSES + c] > scores[i * CLASSES + best] ? c : best;
                }
                same += best == test.label(i) ? 1 : 0;
            }
            assertThat(100.0 * same / test.size()).isCloseTo(right, within(1e-9));
        }
        Recorder stopped = new Recorder(0, Order.PAUSE);
        assertThat(new Training(spec, dir.resolve("stopped"), options()).run(stopped))
                .isEqualTo(new Outcome.GivenBack(0, Outcome.Cause.PAUSE));
    }

    @Test
    void aClassWithoutAnImageHasNoMean() {
        assertFailure(spec(plain(new EmbeddingMethod.Prototypes())), FailureReason.SPEC, "8 shapes has none");
    }

    static Stream<Case> whatTakesAllImagesAtOnceIsJudgedAndReadAgain() {
        return Stream.of(
                plain(new EmbeddingMethod.Prototypes()),
                text("tip-adapter", new EmbeddingMethod.TipAdapter(null, null, null)),
                text("tip-adapter-searched", new EmbeddingMethod.TipAdapter(null, null, true)));
    }

    private static RunSpec with(RunSpec spec, TrainingSpec training) {
        return with(spec, training, spec.select());
    }

    private static RunSpec with(RunSpec spec, TrainingSpec training, Select select) {
        return new RunSpec(
                spec.task(),
                spec.dataset(),
                spec.backbone(),
                spec.method(),
                spec.classifier(),
                spec.optimizer(),
                spec.schedule(),
                spec.batchSize(),
                spec.augment(),
                spec.seed(),
                spec.checkpoint(),
                spec.pretrain(),
                spec.evaluations(),
                null,
                select,
                spec.validateOn(),
                null,
                training,
                null,
                null,
                null);
    }

    @ParameterizedTest
    @MethodSource
    void whatSteadiesATrainingIsResumedBitForBit(String name, TrainingSpec training) throws IOException {
        RunSpec plain = spec(plain(new MethodSpec.Iip(2)));
        Recorder steadied = resumedBitForBit(with(plain, training), 1, 3, 4, STEPS);
        assertThat(steadied.waits).as("steps in which a GPU would wait").isSubsetOf(FIRST);
        Recorder without = new Recorder();
        new Training(plain, dir.resolve("without"), options()).run(without);
        assertThat(steadied.metrics).as(name).isNotEqualTo(without.metrics);
    }

    static Stream<Arguments> whatSteadiesATrainingIsResumedBitForBit() {
        return Stream.of(
                arguments("clipGradient", new TrainingSpec(0.01, null, null, null, null, null)),
                arguments("labelSmoothing", new TrainingSpec(null, 0.1, null, null, null, null)),
                arguments("mixup", new TrainingSpec(null, null, 0.4, null, null, null)),
                arguments("cutmix", new TrainingSpec(null, null, null, 1.0, null, null)),
                arguments("ema", new TrainingSpec(null, null, null, null, 0.8, null)),
                arguments("all", new TrainingSpec(1.0, 0.1, 0.4, 1.0, 0.8, new EarlyStoppingSpec(100))));
    }

    /** What is judged and kept is the average, and the run goes on from the parameters themselves. */
    @Test
    void averagesAreJudgedAndKept() throws IOException {
        RunSpec plain = spec(plain(new MethodSpec.Iip(2)));
        Recorder without = new Recorder();
        new Training(plain, dir.resolve("without"), options()).run(without);
        Recorder averaged = new Recorder();
        new Training(with(plain, new TrainingSpec(null, null, null, null, 0.8, null)), dir.resolve("ema"), options())
                .run(averaged);
        assertThat(averaged.metrics.get("train/loss")).isEqualTo(without.metrics.get("train/loss"));
        assertThat(averaged.metrics.get("val/loss")).isNotEqualTo(without.metrics.get("val/loss"));
        try (Safetensors kept = Safetensors.open(dir.resolve("ema/weights.safetensors"));
                Safetensors state = Safetensors.open(dir.resolve("ema/checkpoints/step-000000006/state.safetensors"))) {
            assertThat(kept.floats("prompts"))
                    .isEqualTo(state.floats("ema.prompts"))
                    .isNotEqualTo(state.floats("prompts"));
        }
    }

    /** The best of them is the best average, not what the parameters were then. */
    @Test
    void averagesAreSelectedFrom() throws IOException {
        RunSpec plain = spec(plain(new MethodSpec.Iip(2)));
        TrainingSpec averaged = new TrainingSpec(null, null, null, null, 0.8, null);
        resumedBitForBit(with(plain, averaged, Select.BEST_VAL_LOSS), 1, 3, 4, STEPS);
        try (Safetensors kept = Safetensors.open(dir.resolve("whole/weights.safetensors"));
                Safetensors state =
                        Safetensors.open(dir.resolve("whole/checkpoints/step-000000006/state.safetensors"))) {
            assertThat(kept.floats("prompts"))
                    .isEqualTo(state.floats("best.prompts"))
                    .isNotEqualTo(state.floats("prompts"));
        }
    }

    /** With a rate of nearly nothing no validation is better than the first, so the run ends so many epochs behind it, resumed or not. */
    @Test
    void withoutABetterValidationItEndsEarlyAndAtTheSameStepWhenResumed() throws IOException {
        RunSpec idle = spec(plain(new MethodSpec.Iip(2)), Augment.NONE, new ScheduleSpec(9, 0, 0.0));
        RunSpec spec = new RunSpec(
                null,
                idle.dataset(),
                idle.backbone(),
                idle.method(),
                idle.classifier(),
                new OptimizerSpec(null, 1e-12, null, null),
                idle.schedule(),
                BATCH,
                Augment.NONE,
                0L,
                idle.checkpoint(),
                null,
                null);
        spec = with(spec, new TrainingSpec(null, null, null, null, null, new EarlyStoppingSpec(3)));
        Recorder whole = new Recorder();
        long end = 3 * 4; // the first of 4 epochs is the best
        assertThat(new Training(spec, dir.resolve("whole"), options()).run(whole))
                .isEqualTo(new Outcome.Finished(end));
        assertThat(whole.metrics.get("test/top1")).containsOnlyKeys(end);
        assertThat(whole.log).anyMatch(line -> line.contains("3 of them in a row"));
        Map<String, Map<Long, Double>> parts = new TreeMap<>();
        for (long stop : new long[] {4, 9, 11}) {
            run(spec, new Recorder(stop, Order.PAUSE), new Outcome.GivenBack(stop, Outcome.Cause.PAUSE), parts);
        }
        run(spec, new Recorder(), new Outcome.Finished(end), parts);
        assertThat(parts).isEqualTo(new TreeMap<>(whole.metrics));
        assertThat(dir.resolve("parts/weights.safetensors"))
                .hasSameBinaryContentAs(dir.resolve("whole/weights.safetensors"));
    }

    private Recorder resumedBitForBit(RunSpec spec, long... stops) throws IOException {
        String before = FrozenBackbone.shared(weights.toString()).sha256Now();
        Recorder whole = new Recorder();
        assertThat(new Training(spec, dir.resolve("whole"), options()).run(whole))
                .isEqualTo(new Outcome.Finished(STEPS));
        Map<String, Map<Long, Double>> parts = new TreeMap<>();
        for (long stop : stops) {
            run(spec, new Recorder(stop, Order.PAUSE), new Outcome.GivenBack(stop, Outcome.Cause.PAUSE), parts);
        }
        run(spec, new Recorder(), new Outcome.Finished(STEPS), parts);
        assertThat(parts).isEqualTo(new TreeMap<>(whole.metrics));
        assertThat(dir.resolve("parts/weights.safetensors"))
                .hasSameBinaryContentAs(dir.resolve("whole/weights.safetensors"));
        assertThat(FrozenBackbone.shared(weights.toString()).sha256Now()).isEqualTo(before);
        return whole;
    }

    private void run(RunSpec spec, Recorder part, Outcome end, Map<String, Map<Long, Double>> all) {
        assertThat(new Training(spec, dir.resolve("parts"), options()).run(part))
                .isEqualTo(end);
        part.metrics.forEach(
                (key, values) -> all.computeIfAbsent(key, k -> new TreeMap<>()).putAll(values));
    }

    @Test
    void cachedFeaturesLearnAsTheImagesDo() throws IOException {
        RunSpec spec = spec(plain(new MethodSpec.Linear()), Augment.NONE, new ScheduleSpec(2, 1, 0.0));
        Recorder first = new Recorder();
        new Training(spec, dir.resolve("first"), options()).run(first);
        for (Path file : features()) { // damaged, they are made again
            byte[] bytes = Files.readAllBytes(file);
            bytes[bytes.length - 3] ^= 0x40;
            Files.write(file, bytes);
        }
        Recorder second = new Recorder();
        new Training(spec, dir.resolve("second"), options()).run(second);
        assertThat(second.metrics).isEqualTo(first.metrics);
        Recorder images = new Recorder();
        new Training(spec(plain(new MethodSpec.Iip(1)), Augment.NONE, new ScheduleSpec(2, 1, 0.0)), dir, options())
                .run(images);
        assertThat(images.metrics.get("train/loss").get(1L))
                .isCloseTo(first.metrics.get("train/loss").get(1L), within(0.5));
    }

    private static List<Path> features() throws IOException {
        try (Stream<Path> files = Files.list(shared.resolve("cache/features"))) {
            return files.toList();
        }
    }

    @Test
    void zeroShotIsJudgedAndNothingElse() throws IOException {
        Recorder recorder = new Recorder();
        Case text = AllMethods.text(shared, new MethodSpec.ZeroShot(), CLASSES, WIDTH);
        assertThat(new Training(spec(text), dir, options()).run(recorder)).isEqualTo(new Outcome.Finished(0));
        assertThat(recorder.metrics)
                .containsOnlyKeys(
                        "system/parameters",
                        "system/parameters-ratio",
                        "val/loss",
                        "val/top1",
                        "val/top5",
                        "test/top1",
                        "test/top5",
                        "test/nll",
                        "test/brier",
                        "test/ece");
        assertThat(recorder.metrics.get("system/parameters")).containsEntry(0L, 0.0);
        assertThat(recorder.checkpoints).isEmpty();
        Recorder stopped = new Recorder(0, Order.PAUSE);
        assertThat(new Training(spec(text), dir, options()).run(stopped))
                .isEqualTo(new Outcome.GivenBack(0, Outcome.Cause.PAUSE));
    }

    @Test
    void aGivenStrengthIsFittedAgainToTheSameBits() throws IOException {
        RunSpec spec = spec(plain(new MethodSpec.Linear(Solver.LBFGS, 0.316, null)));
        Recorder whole = new Recorder();
        Outcome outcome = new Training(spec, dir.resolve("whole"), options()).run(whole);
        assertThat(outcome).isInstanceOf(Outcome.Finished.class);
        assertThat(outcome.step()).isPositive();
        Recorder part = new Recorder(1, Order.PAUSE);
        assertThat(new Training(spec, dir.resolve("parts"), options()).run(part))
                .isEqualTo(new Outcome.GivenBack(0, Outcome.Cause.PAUSE));
        new Training(spec, dir.resolve("parts"), options()).run(new Recorder());
        assertThat(dir.resolve("parts/weights.safetensors"))
                .hasSameBinaryContentAs(dir.resolve("whole/weights.safetensors"));
        List<Double> losses = List.copyOf(whole.metrics.get("train/loss").values());
        assertThat(losses.get(losses.size() - 1)).isLessThan(losses.get(0));
        assertThat(whole.metrics.get("test/top1")).containsOnlyKeys(outcome.step());
        assertThat(whole.metrics.get("system/parameters")).containsValue((double) WIDTH * CLASSES + CLASSES);
    }

    @Test
    void aStrengthIsChosenOnVal() {
        Recorder recorder = new Recorder();
        RunSpec spec = spec(plain(new MethodSpec.Linear(Solver.LBFGS, null, 50)));
        Outcome outcome = new Training(spec, dir, options()).run(recorder);
        double c = recorder.metrics.get("train/inverse-regularisation").get(outcome.step());
        double eighths = Math.log10(c) * 8;
        assertThat(eighths).isCloseTo(Math.rint(eighths), within(1e-9));
        assertThat(c).isBetween(1e-6, 1e6);
        assertThat(recorder.log).anyMatch(line -> line.contains("is best on val"));
    }

    @Test
    void aUnionIsJudgedByPart() throws IOException {
        for (String name : List.of("land/forest", "land/river", "sky/cloud", "sky/river")) {
            for (int i = 0; i < 10; i++) {
                Path file = dir.resolve(name).resolve(i + ".png");
                Files.createDirectories(file.getParent());
                BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
                image.setRGB(i, i, name.hashCode());
                ImageIO.write(image, "png", file.toFile());
            }
        }
        List<DatasetPart> parts = List.of(
                new DatasetPart("folder", dir.resolve("land").toString(), null),
                new DatasetPart("folder", dir.resolve("sky").toString(), null));
        RunSpec shapes = spec(plain(new MethodSpec.Iip(1)));
        RunSpec spec = new RunSpec(
                null,
                new DatasetSpec("union", null, null, null, null, parts, null),
                shapes.backbone(),
                shapes.method(),
                shapes.classifier(),
                shapes.optimizer(),
                shapes.schedule(),
                BATCH,
                shapes.augment(),
                0L,
                null,
                null);
        Recorder recorder = new Recorder();
        Outcome outcome = new Training(spec, dir.resolve("union"), options()).run(recorder);
        assertThat(recorder.metrics.keySet())
                .contains("test/folder/top1", "test/folder/own-top1", "test/folder-2/top1", "test/folder-2/own-top1");
        double first = recorder.metrics.get("test/folder/top1").get(outcome.step());
        double second = recorder.metrics.get("test/folder-2/top1").get(outcome.step());
        // Both parts have as many test images.
        assertThat((first + second) / 2)
                .isCloseTo(recorder.metrics.get("test/top1").get(outcome.step()), within(1e-9));
        assertThat(recorder.metrics.get("test/folder/own-top1").get(outcome.step()))
                .isGreaterThanOrEqualTo(first);
    }

    @Test
    void ratioToFullFineTuning() {
        Recorder full = new Recorder(0, Order.CANCEL);
        new Training(spec(plain(new MethodSpec.Full())), dir.resolve("full"), options()).run(full);
        assertThat(full.metrics.get("system/parameters-ratio")).containsEntry(0L, 1.0);
        Recorder linear = new Recorder(0, Order.CANCEL);
        new Training(spec(plain(new MethodSpec.Linear())), dir.resolve("linear"), options()).run(linear);
        double all = full.metrics.get("system/parameters").get(0L);
        assertThat(linear.metrics.get("system/parameters-ratio").get(0L))
                .isCloseTo((WIDTH * CLASSES + CLASSES) / all, within(1e-12));
    }

    @Test
    void networkBeginsFromTorchvisionsWeights() throws IOException {
        Path file = dir.resolve("resnet18.safetensors");
        MethodSpec random = new MethodSpec.BackboneAlone(MethodSpec.Net.RESNET18, 48);
        new Training(spec(plain(random)), dir.resolve("made"), options()).run(new Recorder(1, Order.PAUSE));
        SafetensorsWriter bare = new SafetensorsWriter();
        try (Safetensors in = Safetensors.open(dir.resolve("made/checkpoints/step-000000001/state.safetensors"))) {
            for (String name : in.tensors().keySet()) {
                if (name.startsWith("model.") && !name.startsWith("model.fc") && !name.endsWith("_tracked")) {
                    bare.floats(name.substring("model.".length()), in.info(name).shapeArray(), in.floats(name));
                }
            }
        }
        bare.floats("fc.weight", new long[] {2, 512}, new float[1_024]);
        bare.write(file);
        MethodSpec begun = new MethodSpec.BackboneAlone(MethodSpec.Net.RESNET18, 48, null, null, file.toString());
        assertThat(new Training(spec(plain(begun)), dir.resolve("begun"), options()).run(new Recorder()))
                .isEqualTo(new Outcome.Finished(STEPS));
        new SafetensorsWriter()
                .floats("conv1.weight", new long[] {1}, new float[1])
                .write(file);
        assertFailure(spec(plain(begun)), FailureReason.WEIGHTS, "torchvision's ResNet18");
    }

    @Test
    void aClassifiersFileThatChangedIsNoticed() throws IOException {
        RunSpec spec = spec(AllMethods.text(dir, new MethodSpec.Iip(1), CLASSES, WIDTH));
        Path file = Path.of(String.valueOf(spec.classifier().features()));
        byte[] then = Files.readAllBytes(file);
        byte[] now = then.clone();
        now[now.length - 1] ^= 1;
        new Training(spec, dir.resolve("run"), options()).run(new Recorder(3, Order.PAUSE));
        Files.write(file, now);
        assertThatThrownBy(() -> new Training(spec, dir.resolve("run"), options()).run(new Recorder()))
                .isInstanceOfSatisfying(
                        TrainingFailure.class, f -> assertThat(f.reason()).isEqualTo(FailureReason.WEIGHTS))
                .hasMessageContaining("file of classifier.features");
        Files.write(file, then);
        assertThat(new Training(spec, dir.resolve("run"), options()).run(new Recorder()))
                .isEqualTo(new Outcome.Finished(STEPS));
        TrainedRun.open(dir.resolve("run")).close();
        Files.write(file, now);
        assertThatThrownBy(() -> TrainedRun.open(dir.resolve("run")))
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining("classifier.features");
    }

    @Test
    void whatDoesNotFitIsRefusedByName() throws IOException {
        assertFailure(spec(plain(new MethodSpec.VisualPrompt(null, 16))), FailureReason.SPEC, "method.size");
        Case text = AllMethods.text(dir, new MethodSpec.Iip(1), CLASSES + 1, WIDTH);
        assertFailure(spec(text), FailureReason.WEIGHTS, "text_features");
        Case head = AllMethods.prototypes(dir, WIDTH + 1);
        assertFailure(spec(head), FailureReason.WEIGHTS, "DINO head");
        assertFailure(
                spec(new Case(
                        "absent",
                        new MethodSpec.Iip(1),
                        new ClassifierSpec(
                                ClassifierSpec.Kind.PROTOTYPES, null, null, null, null, "no/such.safetensors"))),
                FailureReason.WEIGHTS,
                "classifier.head");
        assertFailure(
                spec(
                        plain(new MethodSpec.Linear()),
                        Augment.NONE,
                        new ScheduleSpec(2, 0, 0.0, ScheduleSpec.Per.STEP, 6)),
                FailureReason.SPEC,
                "schedule.warmupSteps");
        assertThatThrownBy(() -> spec(plain(new MethodSpec.ZeroShot())))
                .isInstanceOf(InvalidSpec.class)
                .hasMessageContaining("classifier.kind");
    }

    /** A last layer that alone is larger than this process may be. */
    @Test
    void outOfMemoryNamesTheBatchAndLeavesTheCheckpoint() throws IOException {
        RunSpec spec = spec(plain(new MethodSpec.Pgn(null, 48, 256, 60_000, null, null)));
        assertFailure(spec, FailureReason.OUT_OF_MEMORY, "batchSize (10)");
        RunSpec larger = spec(plain(new MethodSpec.Pgn(null, 48, 256, 65_536, null, null)));
        assertFailure(larger, FailureReason.SPEC, "method.librarySize");
    }

    private void assertFailure(RunSpec spec, FailureReason reason, String part) {
        assertThatThrownBy(() -> new Training(spec, dir.resolve("failing"), options()).run(new Recorder()))
                .isInstanceOfSatisfying(
                        TrainingFailure.class, e -> assertThat(e.reason()).isEqualTo(reason))
                .hasMessageContaining(part);
    }
}
