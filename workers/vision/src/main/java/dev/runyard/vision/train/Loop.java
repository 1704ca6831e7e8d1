package dev.runyard.vision.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import dev.runyard.spec.FailureReason;
import dev.runyard.spec.Json;
import dev.runyard.spec.RunSpec;
import dev.runyard.spec.report.CheckpointRef;
import dev.runyard.spec.report.MetricPoint;
import dev.runyard.spec.report.Notice;
import dev.runyard.spec.report.Order;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.report.Outcome.Cause;
import dev.runyard.vision.data.Batch;
import dev.runyard.vision.data.Dataset;
import dev.runyard.vision.data.Split;
import dev.runyard.vision.evaluate.Evaluation;
import dev.runyard.vision.evaluate.Evaluator;
import dev.runyard.vision.image.Normalisation;
import dev.runyard.vision.method.Objective;
import dev.runyard.vision.method.Objective.Loss;
import dev.runyard.vision.method.StoredTensors;
import dev.runyard.vision.nd.Nn;
import dev.runyard.vision.nd.Tape;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.tensor.Safetensors;
import dev.runyard.vision.tensor.SafetensorsException;
import dev.runyard.vision.tensor.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Steps, validations, checkpoints and the final test of one training, in the order that makes a resume equal. */
final class Loop {
    /** Steps in a row whose loss may be NaN or infinite; the next one ends the run. */
    private static final int NOT_FINITE_ALLOWED = 2;

    private static final int EVALUATION_BATCH = 128;
    private static final String PROGRESS = "run.progress";

    private final RunSpec spec;
    private final Checkpoints checkpoints;
    private final Identity identity;
    private final Dataset data;
    private final Objective objective;
    private final int imageSize;
    private final Normalisation normalisation;
    private final @Nullable Features features;
    private final long full;
    private final Robustness robustness;
    private final Path dir;
    private final TrainingListener listener;
    private final int perEpoch;
    private final long steps;

    private Progress progress = Progress.START;
    private @Nullable Progress saved;
    private long savedAt = System.nanoTime();
    private int notFinite;
    private String lastFinite = "there was no finite one";

    /**
     * @param features what the model sees in place of the images; null for the images
     * @param full number of parameters that full fine-tuning would train; 0 when there is nothing to compare with
     */
    Loop(
            RunSpec spec,
            Path dir,
            Identity identity,
            Dataset data,
            Objective objective,
            int imageSize,
            Normalisation normalisation,
            @Nullable Features features,
            long full,
            Robustness robustness,
            TrainingListener listener) {
        this.spec = spec;
        this.checkpoints = new Checkpoints(dir);
        this.identity = identity;
        this.data = data;
        this.objective = objective;
        this.imageSize = imageSize;
        this.normalisation = normalisation;
        this.features = features;
        this.full = full;
        this.robustness = robustness;
        this.dir = dir;
        this.listener = listener;
        this.perEpoch = (data.train().size() + spec.batchSize() - 1) / spec.batchSize();
        this.steps = (long) perEpoch * spec.schedule().epochs();
    }

    Outcome run() throws IOException {
        try (Optimiser optimiser = Optimiser.of(spec.optimizer(), objective.parameters());
                Batches batches = new Batches(
                        data.train(),
                        features,
                        imageSize,
                        spec.batchSize(),
                        spec.augment(),
                        objective.views(),
                        normalisation,
                        spec.seed(),
                        steps)) {
            data.notes().forEach(listener::log);
            resume(optimiser);
            listener.resumed(progress.step());
            if (progress.step() == 0) {
                emitSize();
            }
            report();
            while (true) {
                Order order = listener.order();
                if (order == Order.CONTINUE && !progress.validated()) {
                    order = validate(optimiser);
                }
                if (order != Order.CONTINUE) {
                    return stop(order, optimiser);
                }
                if (progress.step() == steps) {
                    return finish(optimiser);
                }
                step(batches.training(progress.step()), optimiser);
                if (progress.validated() && elapsed() >= spec.checkpoint().everySeconds()) {
                    save(optimiser);
                }
            }
        }
    }

    /**
     * The end of what is not trained in steps of the optimiser: one validation and one test of the model as it is.
     *
     * @param step that the points get: 0, or the number of iterations of a solver
     * @param unseen whether the model was not fitted on val, which is then evaluated
     * @param valTop1 what val showed before the model was fitted on it too; NaN for nothing
     */
    Outcome judge(long step, boolean unseen, double valTop1) throws IOException {
        progress = new Progress(step, true, -1, Double.NEGATIVE_INFINITY);
        data.notes().forEach(listener::log);
        emitSize();
        Scores val = new Scores(data);
        Scores test = new Scores(data);
        Order order = unseen ? evaluate(data.val(), val) : Order.CONTINUE;
        if (order == Order.CONTINUE) {
            order = evaluate(data.test(), test);
        }
        if (order != Order.CONTINUE) {
            return new Outcome.GivenBack(0, cause(order));
        }
        List<Evaluation> table = judgeElsewhere();
        if (table == null) {
            return new Outcome.GivenBack(0, cause(listener.order()));
        }
        emitValidation(val);
        if (!Double.isNaN(valTop1)) {
            emit(List.of(point("val/top1", valTop1)));
        }
        emitTest(test);
        emitElsewhere(table);
        return new Outcome.Finished(step);
    }

    private void emitSize() {
        long own = objective.parameters().count();
        emit(List.of(point("system/parameters", own)));
        if (full > 0) {
            emit(List.of(point("system/parameters-ratio", (double) own / full)));
        }
    }

    private void step(List<Batch> batch, Optimiser optimiser) {
        double rate = Schedule.rate(spec.schedule(), spec.optimizer().learningRate(), progress.step(), perEpoch);
        int[] labels = batch.get(0).labels();
        double loss;
        Scores scores = new Scores();
        try (NDManager manager = Torch.manager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            Tensors leaves = objective.parameters().leaves();
            List<NDArray> views = batch.stream()
                    .map(view -> Torch.floats(manager, view.values(), view.shape()))
                    .toList();
            try (Tape tape = new Tape()) {
                Loss found = objective.loss(manager, leaves, views, labels, progress.step());
                tape.backward(found.mean());
                loss = found.mean().toFloatArray()[0];
                if (found.scores() != null) {
                    scores.add(found.scores().toFloatArray(), labels, loss);
                }
            }
            optimiser.step(objective.parameters(), leaves, rate);
            objective.stepped(progress.step(), steps);
        }
        progress = progress.stepped((progress.step() + 1) % perEpoch == 0);
        List<MetricPoint> points = new ArrayList<>(List.of(point("train/loss", loss), point("train/lr", rate)));
        if (scores.images() > 0) {
            points.add(point("train/top1", scores.top1()));
        }
        emit(points);
        report();
        watch(loss);
    }

    private void watch(double loss) {
        if (Double.isFinite(loss)) {
            notFinite = 0;
            lastFinite = "the last finite one was " + loss + " at step " + progress.step();
        } else if (++notFinite > NOT_FINITE_ALLOWED) {
            throw notFinite(loss);
        }
    }

    private TrainingFailure notFinite(double loss) {
        return new TrainingFailure(
                FailureReason.NOT_FINITE,
                "the loss was not finite in " + notFinite + " steps in a row (" + loss + " at step " + progress.step()
                        + "); " + lastFinite + "; lower optimizer.learningRate ("
                        + spec.optimizer().learningRate()
                        + ") or use a longer schedule.warmupEpochs");
    }

    /** Leaves the state untouched when it is interrupted: the epoch is then validated after the resume. */
    private Order validate(Optimiser optimiser) throws IOException {
        double top1 = Double.NaN;
        if (data.val().size() > 0) {
            Scores scores = new Scores(data);
            Order order = evaluate(data.val(), scores);
            if (order != Order.CONTINUE) {
                return order;
            }
            emitValidation(scores);
            top1 = scores.top1();
        }
        progress = progress.validated(top1);
        boolean improved = progress.isBest();
        boolean due = epoch() % spec.checkpoint().everyEpochs() == 0 || progress.step() == steps;
        if (due || improved || elapsed() >= spec.checkpoint().everySeconds()) {
            save(optimiser);
        }
        return Order.CONTINUE;
    }

    private void emitValidation(Scores scores) {
        if (scores.images() > 0) {
            emit(List.of(
                    point("val/loss", scores.loss()),
                    point("val/top1", scores.top1()),
                    point("val/top5", scores.top5())));
            emitParts("val/", scores);
        }
    }

    private void emitTest(Scores scores) {
        if (scores.images() > 0) {
            emit(List.of(point("test/top1", scores.top1()), point("test/top5", scores.top5())));
            emitParts("test/", scores);
        }
    }

    private void emitParts(String split, Scores scores) {
        List<MetricPoint> points = new ArrayList<>();
        scores.ofParts().forEach((key, value) -> points.add(point(split + key, value)));
        if (!points.isEmpty()) {
            emit(points);
        }
    }

    private Order evaluate(Split split, Scores scores) throws IOException {
        int size = Math.min(EVALUATION_BATCH, spec.batchSize());
        for (int from = 0; from < split.size(); from += size) {
            Order order = listener.order();
            if (order != Order.CONTINUE) {
                return order;
            }
            int n = Math.min(size, split.size() - from);
            Batch batch = features == null
                    ? Batch.of(split, from, n, imageSize, normalisation)
                    : features.batch(split, IntStream.range(from, from + n).toArray());
            try (NDManager manager = Torch.manager();
                    NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                NDArray output = objective.scores(Torch.floats(manager, batch.values(), batch.shape()));
                if (output == null) {
                    return Order.CONTINUE;
                }
                int classes = (int) output.getShape().get(1);
                NDArray targets = Torch.floats(manager, Nn.targets(batch.labels(), classes), n, classes);
                scores.add(
                        output.toFloatArray(),
                        batch.labels(),
                        Nn.crossEntropy(output, targets).toFloatArray()[0]);
            }
            report();
        }
        return Order.CONTINUE;
    }

    private Outcome finish(Optimiser optimiser) throws IOException {
        if (notFinite > 0) {
            throw notFinite(Double.NaN);
        }
        if (data.test().size() > 0) {
            Scores scores = new Scores(data);
            Order order = evaluate(data.test(), scores);
            if (order != Order.CONTINUE) {
                return stop(order, optimiser);
            }
            List<Evaluation> table = judgeElsewhere();
            if (table == null) {
                return stop(listener.order(), optimiser);
            }
            emitTest(scores);
            emitElsewhere(table);
        }
        return new Outcome.Finished(progress.step());
    }

    /** On the further data sets of the spec; null when the listener ordered a stop. */
    private @Nullable List<Evaluation> judgeElsewhere() throws IOException {
        if (!robustness.asked()) {
            return List.of();
        }
        int size = Math.min(EVALUATION_BATCH, spec.batchSize());
        return new Evaluator(data.classNames(), imageSize, normalisation, size, Robustness.scorer(objective))
                .run(data, robustness.sets(), (done, of) -> {
                    report();
                    return listener.order() == Order.CONTINUE;
                })
                .orElse(null);
    }

    private void emitElsewhere(List<Evaluation> table) throws IOException {
        if (table.isEmpty()) {
            return;
        }
        robustness.sets().forEach(set -> set.notes().forEach(note -> listener.log(set.id() + ": " + note)));
        for (Evaluation e : table) {
            if (e.leftOut() > 0) {
                listener.log(e.id() + ": " + e.leftOut() + " images of classes without an output are left out ("
                        + String.join(", ", e.missing()) + ")");
            }
        }
        List<MetricPoint> points = new ArrayList<>();
        Robustness.metrics(table).forEach((key, value) -> points.add(point(key, value)));
        emit(points);
        listener.artifact(Robustness.FILE, Robustness.write(dir, table));
    }

    private Outcome stop(Order order, Optimiser optimiser) throws IOException {
        Cause cause = cause(order);
        if (cause == Cause.PAUSE) {
            save(optimiser);
            return new Outcome.GivenBack(saved == null ? 0 : saved.step(), cause);
        }
        return new Outcome.GivenBack(progress.step(), cause);
    }

    /** @param order to stop */
    static Cause cause(Order order) {
        return switch (order) {
            case PAUSE, CONTINUE -> Cause.PAUSE;
            case CANCEL -> Cause.CANCEL;
            case STALE -> Cause.STALE;
        };
    }

    /** Nothing is saved behind a loss that is not finite: the last good checkpoint stays the newest. */
    private void save(Optimiser optimiser) throws IOException {
        if (notFinite > 0 || progress.equals(saved)) {
            return;
        }
        SafetensorsWriter out = new SafetensorsWriter();
        state(optimiser).forEach((name, array) -> StoredTensors.put(out, name, array));
        long[] longs = progress.toLongs();
        out.longs(PROGRESS, new long[] {longs.length}, longs);
        CheckpointRef ref =
                PatientSave.of(progress.step(), () -> checkpoints.write(progress, epoch(), identity, out), listener);
        if (ref == null) {
            return; // told to stop while the disk is full: the checkpoint before is the newest
        }
        saved = progress;
        savedAt = System.nanoTime();
        listener.checkpoint(checkpoints.folder(progress.step()), ref);
    }

    /** All that a step changes, by its name in a checkpoint. */
    private Map<String, NDArray> state(Optimiser optimiser) {
        Map<String, NDArray> out = new LinkedHashMap<>(objective.parameters().byName());
        out.putAll(optimiser.state());
        out.putAll(objective.buffers().byName());
        return out;
    }

    private void resume(Optimiser optimiser) throws IOException {
        List<Checkpoints.Candidate> candidates = checkpoints.candidates();
        for (Checkpoints.Candidate candidate : candidates) {
            String fault = candidate.fault();
            if (candidate.ref() != null) {
                Checkpoints.refuseOther(candidate.ref(), identity);
                fault = load(candidate.folder().resolve(Checkpoints.STATE), optimiser);
            }
            if (fault == null) {
                saved = progress;
                listener.log("goes on behind step " + progress.step());
                return;
            }
            listener.notice(new Notice(
                    Notice.Kind.CHECKPOINT_CORRUPT, candidate.folder().getFileName() + ": " + fault));
        }
        if (!candidates.isEmpty()) {
            throw new TrainingFailure(
                    FailureReason.NO_VALID_CHECKPOINT,
                    "all " + candidates.size() + " checkpoints are damaged ("
                            + candidates.get(0).folder().getFileName() + ": "
                            + candidates.get(0).fault() + "); retry in an empty folder to begin again");
        }
    }

    /** Returns the fault, or null when everything was taken over. */
    private @Nullable String load(Path file, Optimiser optimiser) throws IOException {
        List<String> differences = new ArrayList<>();
        try (Safetensors in = Safetensors.open(file)) {
            if (!in.has(PROGRESS)) {
                return PROGRESS + " is missing";
            }
            Progress found = Progress.of(in.longs(PROGRESS));
            for (var e : state(optimiser).entrySet()) {
                StoredTensors.fill(in, e.getKey(), e.getKey(), e.getValue(), differences);
            }
            if (!differences.isEmpty()) {
                return differences.get(0);
            }
            progress = found;
            return null;
        } catch (SafetensorsException e) {
            return e.getMessage();
        }
    }

    /** Parameters and statistics under the authors' names, with what is needed to use them again. */
    void writeWeights(Path file) throws IOException {
        SafetensorsWriter out = new SafetensorsWriter()
                .metadata(TrainedRun.METHOD, Json.canonical(spec.method()))
                .metadata(TrainedRun.SPEC, Json.canonical(spec))
                .metadata(TrainedRun.CLASSES, Json.canonical(data.classNames()))
                .metadata(TrainedRun.PARTS, Json.canonical(data.parts()))
                .metadata(TrainedRun.BACKBONE, identity.backbone());
        objective.parameters().byName().forEach((name, array) -> StoredTensors.put(out, name, array));
        objective.buffers().byName().forEach((name, array) -> {
            if (!name.equals("one")) {
                StoredTensors.put(out, name, array);
            }
        });
        out.write(file);
    }

    private int epoch() {
        return Math.toIntExact(progress.step() / perEpoch);
    }

    private long elapsed() {
        return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - savedAt);
    }

    private void report() {
        listener.progress(progress.step(), steps, epoch(), spec.schedule().epochs());
    }

    private MetricPoint point(String key, double value) {
        long micros = System.currentTimeMillis() * 1_000;
        return new MetricPoint(key, progress.step(), (double) progress.step() / perEpoch, value, micros);
    }

    private void emit(List<MetricPoint> points) {
        listener.points(points);
    }
}
