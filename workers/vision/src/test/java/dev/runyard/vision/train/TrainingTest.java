package dev.runyard.vision.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.spec.Sha256;
import dev.runyard.spec.dataset.DatasetPart;
import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.model.BackboneSpec;
import dev.runyard.spec.model.ClassifierSpec;
import dev.runyard.spec.model.MethodSpec;
import dev.runyard.spec.report.CheckpointRef;
import dev.runyard.spec.report.Order;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.FailureReason;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.spec.run.SpecDocument;
import dev.runyard.spec.run.Task;
import dev.runyard.spec.training.Augment;
import dev.runyard.spec.training.CheckpointSpec;
import dev.runyard.spec.training.OptimizerSpec;
import dev.runyard.spec.training.PretrainSpec;
import dev.runyard.spec.training.ScheduleSpec;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.backbone.weights.WeightsException;
import dev.runyard.vision.data.Dataset;
import dev.runyard.vision.data.Split;
import dev.runyard.vision.evaluate.Evaluation;
import dev.runyard.vision.evaluate.Further;
import dev.runyard.vision.train.input.OpenDatasets;
import dev.runyard.vision.train.input.TrainingOptions;
import dev.runyard.vision.train.report.TrainingFailure;
import dev.runyard.vision.train.score.Scores;
import dev.runyard.vision.train.state.Checkpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole trainings on a few rendered images with a backbone that the product made itself. */
class TrainingTest {
    private static final DatasetSpec SHAPES = new DatasetSpec("shapes", null, null, 50, 10);
    private static final int STEPS = 15; // 3 epochs of 5

    @TempDir
    static Path shared;

    private static Path weights = Path.of("");

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
                10,
                Augment.FLIP_CROP,
                7L,
                null,
                new PretrainSpec(32, 8, 32, 2, 2),
                null);
        Recorder recorder = new Recorder();
        Outcome outcome = new Training(spec, shared.resolve("pretrain"), options()).run(recorder);
        assertThat(outcome).isEqualTo(new Outcome.Finished(5));
        weights = shared.resolve("pretrain/backbone");
        assertThat(recorder.artifacts).containsKeys("backbone/weights.safetensors", "backbone/config.json");
    }

    private static TrainingOptions options() {
        return TrainingOptions.cpu(shared.resolve("cache"));
    }

    private static RunSpec spec(MethodSpec method, double rate, int batchSize) {
        return new RunSpec(
                null,
                SHAPES,
                new BackboneSpec(weights.toString(), null, null),
                method,
                new ClassifierSpec(ClassifierSpec.Kind.LINEAR, null),
                new OptimizerSpec(null, rate, null, null),
                new ScheduleSpec(3, 1, 0.0),
                batchSize,
                Augment.PGN,
                0L,
                new CheckpointSpec(1, 60),
                null,
                null);
    }

    private static RunSpec pgn() {
        return spec(new MethodSpec.Pgn(null, 48, 3, 8, null, null), 0.05, 10);
    }

    static Stream<MethodSpec> methods() {
        return Stream.of(
                new MethodSpec.Pgn(null, 48, 3, 8, null, null),
                new MethodSpec.Iip(4),
                new MethodSpec.Linear(),
                new MethodSpec.BackboneAlone(null, 48));
    }

    @ParameterizedTest
    @MethodSource("methods")
    void everyMethodIsResumedBitForBit(MethodSpec method) throws IOException {
        RunSpec spec = spec(method, 0.05, 10);
        Recorder whole = new Recorder();
        assertThat(new Training(spec, dir.resolve("whole"), options()).run(whole))
                .isEqualTo(new Outcome.Finished(STEPS));
        assertThat(whole.metrics.get("train/loss")).hasSize(STEPS);
        assertThat(whole.metrics.get("val/top1")).containsOnlyKeys(5L, 10L, 15L);
        assertThat(whole.metrics.get("test/top5")).containsOnlyKeys((long) STEPS);
        assertThat(whole.resumed).isZero();

        Map<String, Map<Long, Double>> parts = new java.util.TreeMap<>();
        long from = 0;
        // Stops within an epoch, at the end of one (before it was validated), and right before the test.
        for (long stop : new long[] {3, 5, 5 + 2, STEPS, Long.MAX_VALUE}) {
            Recorder part = new Recorder(stop, Order.PAUSE);
            Outcome outcome = new Training(spec, dir.resolve("parts"), options()).run(part);
            assertThat(part.resumed).isEqualTo(from);
            part.metrics.forEach((key, values) -> {
                Map<Long, Double> all = parts.computeIfAbsent(key, k -> new java.util.TreeMap<>());
                values.forEach((step, value) ->
                        assertThat(all.put(step, value)).as(key + " once").isNull());
            });
            from = outcome.step();
            if (stop == Long.MAX_VALUE) {
                assertThat(outcome).isEqualTo(new Outcome.Finished(STEPS));
            } else {
                assertThat(outcome).isEqualTo(new Outcome.GivenBack(stop, Outcome.Cause.PAUSE));
            }
        }
        assertThat(parts).isEqualTo(new java.util.TreeMap<>(whole.metrics));
        assertThat(dir.resolve("parts/weights.safetensors"))
                .hasSameBinaryContentAs(dir.resolve("whole/weights.safetensors"));
    }

    @ParameterizedTest
    @MethodSource("methods")
    void aFinishedRunAnswersAsItDidAtItsEnd(MethodSpec method) throws IOException {
        Recorder recorder = new Recorder();
        RunSpec spec = spec(method, 0.05, 10);
        new Training(spec, dir.resolve("run"), options()).run(recorder);
        Split test = OpenDatasets.open(SHAPES, options().dataCache()).test();
        try (TrainedRun run = TrainedRun.open(dir.resolve("run"))) {
            assertThat(run.spec()).isEqualTo(spec);
            assertThat(run.classNames()).hasSize(8);
            Scores scores = new Scores();
            scores.add(run.scores(run.batch(test, 0, test.size())), test.labels(), 0);
            assertThat(scores.top1())
                    .isEqualTo(recorder.metrics.get("test/top1").get((long) STEPS));
        }
    }

    @Test
    void aRunIsJudgedOnTheFurtherDataSetsOfItsSpec() throws IOException {
        ObjectNode tree = (ObjectNode) Json.mapper().valueToTree(pgn());
        tree.putArray("evaluations").addObject().put("id", "shapes");
        Recorder recorder = new Recorder();
        RunSpec spec = Json.read(tree, RunSpec.class);
        assertThat(new Training(spec, dir.resolve("run"), options()).run(recorder))
                .isEqualTo(new Outcome.Finished(STEPS));
        assertThat(recorder.artifacts).containsKey("robustness.json");
        double own = recorder.metrics.get("test/top1").get((long) STEPS);
        double there = recorder.metrics.get("test/shapes-2/masked-top1").get((long) STEPS);
        // The same classes in both, so that the mask changes nothing and the drop is a plain difference.
        assertThat(recorder.metrics.get("test/shapes-2/top1").get((long) STEPS)).isEqualTo(there);
        assertThat(recorder.metrics.get("test/shapes-2/drop").get((long) STEPS)).isCloseTo(own - there, within(1e-9));
        DatasetSpec elsewhere = new DatasetPart("shapes", null, null).spec(DatasetSpec.BadImage.FAIL);
        try (TrainedRun run = TrainedRun.open(dir.resolve("run"));
                Dataset data = OpenDatasets.open(SHAPES, options().dataCache());
                Dataset other = OpenDatasets.open(elsewhere, options().dataCache())) {
            List<Evaluation> table = run.evaluate(
                            data, Further.of(List.of(other)), (done, of) -> true, (set, from, scores, outputs) -> {})
                    .orElseThrow();
            assertThat(table).hasSize(2);
            assertThat(table.get(1).masked().top1Percent()).hasValue(there);
        }
    }

    @Test
    void aRunThatIsNotFinishedHasNoWeightsToOpen() throws IOException {
        new Training(pgn(), dir.resolve("run"), options()).run(new Recorder(3, Order.PAUSE));
        assertThatThrownBy(() -> TrainedRun.open(dir.resolve("run")))
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining("not finished");
    }

    @Test
    void keepsTheLastTwoAndTheBest() throws IOException {
        Recorder recorder = new Recorder();
        new Training(pgn(), dir, options()).run(recorder);
        long best = recorder.checkpoints.stream()
                .filter(CheckpointRef::best)
                .mapToLong(CheckpointRef::step)
                .max()
                .orElseThrow();
        try (Stream<Path> folders = Files.list(dir.resolve("checkpoints"))) {
            assertThat(folders.map(f -> f.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(Stream.of(best, 10L, 15L)
                            .distinct()
                            .map(s -> String.format("step-%09d", s))
                            .toList());
        }
        assertThat(recorder.checkpoints).allSatisfy(c -> {
            assertThat(c.specHash()).hasSize(64);
            assertThat(c.backboneHash()).hasSize(64);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"flip", "truncate", "empty", "manifest", "swap"})
    void damagedCheckpointsAreSkipped(String damage) throws IOException {
        new Training(pgn(), dir, options()).run(new Recorder(12, Order.PAUSE));
        Path newest = dir.resolve("checkpoints/step-000000012");
        damage(newest, damage);
        Recorder second = new Recorder(13, Order.PAUSE);
        new Training(pgn(), dir, options()).run(second);
        assertThat(second.resumed).isEqualTo(10);
        assertThat(second.log).anyMatch(l -> l.startsWith("CHECKPOINT_CORRUPT step-000000012"));
    }

    @Test
    void onlyDamagedCheckpointsAreAFailureAndNeverAFreshStart() throws IOException {
        new Training(pgn(), dir, options()).run(new Recorder(3, Order.PAUSE));
        damage(dir.resolve("checkpoints/step-000000003"), "truncate");
        assertFailure(pgn(), FailureReason.NO_VALID_CHECKPOINT, "step-000000003");
    }

    @Test
    void checkpointOfAnotherSpecIsRefused() {
        new Training(pgn(), dir, options()).run(new Recorder(3, Order.PAUSE));
        assertFailure(spec(new MethodSpec.Iip(4), 0.05, 10), FailureReason.SPEC, "another spec");
    }

    /** The hash counts that the run was given, not one that a newer grammar would make of the same spec. */
    @Test
    void aRunGoesOnUnderItsFirstHashHoweverItsSpecIsWrittenOut() throws IOException {
        RunSpec spec = pgn();
        ObjectNode whole = (ObjectNode) Json.mapper().valueToTree(spec);
        ObjectNode least = whole.deepCopy();
        least.remove(List.of("task", "augment", "seed", "checkpoint"));
        assertThat(Json.read(least, RunSpec.class)).isEqualTo(spec);
        String given = Sha256.of("as the first version wrote it");
        Recorder uninterrupted = new Recorder();
        new Training(spec, dir.resolve("whole"), options()).run(uninterrupted);

        Recorder first = new Recorder(3, Order.PAUSE);
        new Training(new SpecDocument(least, given), dir.resolve("run"), options()).run(first);
        Recorder second = new Recorder();
        assertThat(new Training(new SpecDocument(whole, given), dir.resolve("run"), options()).run(second))
                .isEqualTo(new Outcome.Finished(STEPS));
        assertThat(second.resumed).isEqualTo(3);
        assertThat(second.metrics.get("test/top1")).isEqualTo(uninterrupted.metrics.get("test/top1"));
        assertThat(Stream.concat(first.checkpoints.stream(), second.checkpoints.stream()))
                .allSatisfy(c -> assertThat(c.specHash()).isEqualTo(given));
        try (TrainedRun run = TrainedRun.open(dir.resolve("run"))) {
            assertThat(run.specHash()).isEqualTo(given);
            assertThat(run.spec()).isEqualTo(spec);
        }
    }

    private static void damage(Path folder, String how) throws IOException {
        Path state = folder.resolve(Checkpoints.STATE);
        byte[] bytes = Files.readAllBytes(state);
        switch (how) {
            case "flip" -> {
                bytes[bytes.length / 2] ^= 1;
                Files.write(state, bytes);
            }
            case "truncate" -> Files.write(state, java.util.Arrays.copyOf(bytes, bytes.length - 1));
            case "empty" -> Files.write(state, new byte[0]);
            case "manifest" -> Files.write(folder.resolve(Checkpoints.MANIFEST), new byte[0]);
            default ->
                Files.copy(
                        folder.resolveSibling("step-000000010").resolve(Checkpoints.STATE),
                        state,
                        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        }
    }

    @Test
    void threeLossesThatAreNotFiniteEndTheRun() {
        TrainingFailure failure = assertFailure(
                spec(new MethodSpec.BackboneAlone(null, 48), 1_000, 10), FailureReason.NOT_FINITE, "learningRate");
        assertThat(failure).hasMessageContaining("step").hasMessageContaining("last finite");
    }

    @Test
    void batchLargerThanTheTrainingSet() {
        TrainingFailure failure =
                assertFailure(spec(new MethodSpec.Linear(), 0.1, 64), FailureReason.SPEC, "batchSize");
        assertThat(failure).hasMessageContaining("64").hasMessageContaining("use at most 50");
    }

    @Test
    void missingWeights() {
        RunSpec p = pgn();
        RunSpec spec = new RunSpec(
                p.task(),
                p.dataset(),
                new BackboneSpec("no/such/file.safetensors", null, null),
                p.method(),
                p.classifier(),
                p.optimizer(),
                p.schedule(),
                p.batchSize(),
                p.augment(),
                p.seed(),
                p.checkpoint(),
                null,
                null);
        assertFailure(spec, FailureReason.WEIGHTS, "no/such/file.safetensors");
    }

    @Test
    void cancelledAtOnceWithoutACheckpoint() {
        Recorder recorder = new Recorder(2, Order.CANCEL);
        assertThat(new Training(pgn(), dir, options()).run(recorder))
                .isEqualTo(new Outcome.GivenBack(2, Outcome.Cause.CANCEL));
        assertThat(recorder.checkpoints).isEmpty();
    }

    @Test
    void backboneStaysAsItWas() throws IOException {
        String before = FrozenBackbone.shared(weights.toString()).sha256();
        new Training(pgn(), dir, options()).run(new Recorder(2, Order.PAUSE));
        assertThat(FrozenBackbone.shared(weights.toString()).sha256Now()).isEqualTo(before);
    }

    private TrainingFailure assertFailure(RunSpec spec, FailureReason reason, @Nullable String part) {
        Throwable[] caught = new Throwable[1];
        assertThatThrownBy(() -> {
                    try {
                        new Training(spec, dir, options()).run(new Recorder());
                    } catch (TrainingFailure e) {
                        caught[0] = e;
                        throw e;
                    }
                })
                .isInstanceOf(TrainingFailure.class)
                .hasMessageContaining(part);
        TrainingFailure failure = (TrainingFailure) caught[0];
        assertThat(failure.reason()).isEqualTo(reason);
        return failure;
    }
}
