package dev.runyard.vision.train;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.metric.MetricPoint;
import dev.runyard.spec.model.BackboneSpec;
import dev.runyard.spec.report.CheckpointRef;
import dev.runyard.spec.report.Notice;
import dev.runyard.spec.report.Order;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.report.Outcome.Cause;
import dev.runyard.spec.run.FailureReason;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.vision.data.Dataset;
import dev.runyard.vision.data.Split;
import dev.runyard.vision.feed.Resident;
import dev.runyard.vision.image.Normalisation;
import dev.runyard.vision.method.net.StoredTensors;
import dev.runyard.vision.method.solver.Objective;
import dev.runyard.vision.method.solver.Objective.Loss;
import dev.runyard.vision.method.solver.Objective.Seen;
import dev.runyard.vision.nd.Tape;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.tensor.Safetensors;
import dev.runyard.vision.tensor.SafetensorsException;
import dev.runyard.vision.tensor.SafetensorsWriter;
import dev.runyard.vision.train.input.Batches;
import dev.runyard.vision.train.input.Features;
import dev.runyard.vision.train.optim.Gradients;
import dev.runyard.vision.train.optim.LossScale;
import dev.runyard.vision.train.optim.Optimiser;
import dev.runyard.vision.train.optim.Schedule;
import dev.runyard.vision.train.report.TrainingFailure;
import dev.runyard.vision.train.report.TrainingListener;
import dev.runyard.vision.train.score.Judge;
import dev.runyard.vision.train.state.Checkpoints;
import dev.runyard.vision.train.state.Identity;
import dev.runyard.vision.train.state.PatientSave;
import dev.runyard.vision.train.state.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Steps, validations, checkpoints and the final test of one training, in the order that makes a resume equal. */
final class Loop {
    /** Steps in a row whose loss may be NaN or infinite; the next one ends the run. */
    private static final int NOT_FINITE_ALLOWED = 2;

    /** Share of a device's free memory that the training images may take. */
    private static final double RESIDENT_SHARE = 0.4;

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
    private final Judge judge;
    private final TrainingListener listener;
    private final int perEpoch;
    private final long steps;

    private Progress progress = Progress.START;
    private @Nullable Progress saved;
    private long savedAt = System.nanoTime();
    private int notFinite;
    private String lastFinite = "there was no finite one";
    private final Readings readings = new Readings();
    private @Nullable LossScale scale;
    private long skipped;

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
            Judge judge,
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
        this.judge = judge;
        this.listener = listener;
        this.perEpoch = (data.train().size() + spec.batchSize() - 1) / spec.batchSize();
        this.steps = (long) perEpoch * spec.schedule().epochs();
    }

    Outcome run() throws IOException {
        boolean fp16 = spec.backbone().precision() == BackboneSpec.Precision.FP16;
        try (readings;
                LossScale scaling = fp16 ? new LossScale() : null;
                Optimiser optimiser = Optimiser.of(spec.optimizer(), objective.parameters());
                Resident resident = resident();
                Batches batches = new Batches(
                        data.train(),
                        features,
                        resident,
                        imageSize,
                        spec.batchSize(),
                        spec.augment(),
                        objective.views(),
                        normalisation,
                        spec.seed(),
                        steps)) {
            scale = scaling;
            data.notes().forEach(listener::log);
            resume(optimiser);
            listener.resumed(progress.step());
            if (progress.step() == 0) {
                emitSize();
            }
            report();
            while (true) {
                Order order = listener.order();
                if (order != Order.CONTINUE || !progress.validated() || progress.step() == steps) {
                    read();
                }
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
     * The training images on the device; null on a processor, whose memory they would only be copied in, and where they do not fit. Filling
     * it decodes what was never decoded, which has its own progress and may be stopped.
     */
    private @Nullable Resident resident() throws IOException {
        Split split = data.train();
        if (Torch.onHost() || features != null || !objective.views().isEmpty()) {
            return null;
        }
        long room = (long) (Torch.freeMemory() * RESIDENT_SHARE);
        return Resident.fits(split, imageSize, spec.augment(), room)
                ? Resident.of(split, imageSize, spec.augment(), (done, of) -> {
                    listener.preparing("images of train", done, of);
                    return listener.order() == Order.CONTINUE;
                })
                : null;
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
        Optional<Map<String, Double>> val = unseen ? judge.validation(this::report) : Optional.of(Map.of());
        Optional<Map<String, Double>> test = val.isEmpty() ? Optional.empty() : judge.test(this::report);
        if (val.isEmpty() || test.isEmpty()) {
            return new Outcome.GivenBack(0, cause(judge.ordered()));
        }
        emit(val.get());
        if (!Double.isNaN(valTop1)) {
            emit(Map.of("val/top1", valTop1));
        }
        emit(test.get());
        return new Outcome.Finished(step);
    }

    private void emitSize() {
        long own = objective.parameters().count();
        emit(Map.of("system/parameters", (double) own));
        if (full > 0) {
            emit(Map.of("system/parameters-ratio", (double) own / full));
        }
    }

    private void step(Batches.Fed fed, Optimiser optimiser) {
        double rate = Schedule.rate(spec.schedule(), spec.optimizer().learningRate(), progress.step(), perEpoch);
        readings.begin(progress.step() + 1, rate);
        try (fed) {
            Seen seen = new Seen(fed.views(), fed.labels(), fed.classes());
            int part = spec.microBatch() == null ? seen.size() : spec.microBatch();
            try {
                learn(seen, part, optimiser, rate);
            } catch (EngineException | OutOfMemoryError e) {
                if (TrainingFailure.memory(e)) {
                    throw outOfMemory(e, seen, part);
                }
                throw e;
            }
        }
        progress = progress.stepped((progress.step() + 1) % perEpoch == 0);
        report();
        if (readings.due()) {
            read();
        }
    }

    private void learn(Seen seen, int part, Optimiser optimiser, double rate) {
        try (NDManager manager = Torch.manager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            Tensors leaves = objective.parameters().leaves();
            try (Tape tape = new Tape()) {
                for (int from = 0; from < seen.size(); from += part) {
                    backward(manager, tape, leaves, seen, from, Math.min(seen.size(), from + part));
                }
            }
            optimiser.step(objective.parameters(), scale == null ? Gradients.at(leaves) : scale.taken(leaves), rate);
            objective.stepped(progress.step(), steps);
        }
    }

    /** Tries how many images do fit, which nothing but trying tells. The run is over, so what that does to its state is nobody's. */
    private TrainingFailure outOfMemory(Throwable fault, Seen seen, int part) {
        readings.close();
        Torch.giveBack();
        String free = (Torch.freeMemory() >> 20) + " MiB are free";
        int fits = 0;
        for (int n = part / 2; n >= 1 && fits == 0; n /= 2) {
            fits = fits(seen, n) ? n : 0;
        }
        String remedy = fits == 0
                ? "not even one image fits: lower what the method has of its own (prompts, librarySize, resolution), or use"
                        + " another device"
                : fits + " images at a time fit: set microBatch: " + fits + ", or a batchSize of as many";
        return new TrainingFailure(
                FailureReason.OUT_OF_MEMORY,
                "a step on " + part + " images at a time asked for more memory than there is ("
                        + TrainingFailure.line(fault) + "; " + free + " without it); " + remedy,
                fault);
    }

    private boolean fits(Seen seen, int n) {
        try (NDManager manager = Torch.manager();
                NDScope scope = new NDScope();
                Tape tape = new Tape()) {
            scope.suppressNotUsedWarning();
            Tensors leaves = objective.parameters().leaves();
            tape.backward(objective
                    .loss(manager, leaves, seen.part(0, n), progress.step())
                    .mean());
            return true;
        } catch (EngineException | OutOfMemoryError e) {
            return false;
        } finally {
            Torch.giveBack();
        }
    }

    /** Adds the gradients of a part of a batch, which has a share in the batch's mean by its number of images. */
    private void backward(NDManager manager, Tape tape, Tensors leaves, Seen seen, int from, int to) {
        boolean whole = to - from == seen.size();
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            Seen part = whole ? seen : seen.part(from, to);
            Loss found = objective.loss(manager, leaves, part, progress.step());
            if (!whole) {
                double share = (double) (to - from) / seen.size();
                found = new Loss(found.mean().mul(Torch.scalar(manager, share)), found.scores());
            }
            tape.backward(scale == null ? found.mean() : scale.scaled(found.mean()));
            readings.add(found, part.labels());
        }
    }

    /** Waits for the device, tells what the steps since the last time measured, and stops when it is no more a number. */
    private void read() {
        readings.readAll(reading -> {
            Map<String, Double> metrics = new LinkedHashMap<>();
            metrics.put("train/loss", reading.loss());
            metrics.put("train/lr", reading.rate());
            if (!Double.isNaN(reading.top1())) {
                metrics.put("train/top1", reading.top1());
            }
            emit(metrics, reading.step(), reading.micros());
            watch(reading.loss(), reading.step());
        });
        long now = scale == null ? 0 : scale.skipped();
        if (now > skipped) {
            emit(Map.of("system/skipped-steps", (double) now));
        }
        skipped = now;
    }

    private void watch(double loss, long step) {
        if (Double.isFinite(loss)) {
            notFinite = 0;
            lastFinite = "the last finite one was " + loss + " at step " + step;
        } else if (++notFinite > NOT_FINITE_ALLOWED) {
            throw notFinite(loss, step);
        }
    }

    private TrainingFailure notFinite(double loss, long step) {
        return new TrainingFailure(
                FailureReason.NOT_FINITE,
                "the loss was not finite in " + notFinite + " steps in a row (" + loss + " at step " + step + "); "
                        + lastFinite + "; lower optimizer.learningRate ("
                        + spec.optimizer().learningRate()
                        + ") or use a longer schedule.warmupEpochs");
    }

    /** Leaves the state untouched when it is interrupted: the epoch is then validated after the resume. */
    private Order validate(Optimiser optimiser) throws IOException {
        Optional<Map<String, Double>> found = judge.validation(this::report);
        if (found.isEmpty()) {
            return judge.ordered();
        }
        emit(found.get());
        progress = progress.validated(found.get().getOrDefault("val/top1", Double.NaN));
        boolean improved = progress.isBest();
        boolean due = epoch() % spec.checkpoint().everyEpochs() == 0 || progress.step() == steps;
        if (due || improved || elapsed() >= spec.checkpoint().everySeconds()) {
            save(optimiser);
        }
        return Order.CONTINUE;
    }

    private Outcome finish(Optimiser optimiser) throws IOException {
        if (notFinite > 0) {
            throw notFinite(Double.NaN, progress.step());
        }
        Optional<Map<String, Double>> found = judge.test(this::report);
        if (found.isEmpty()) {
            return stop(judge.ordered(), optimiser);
        }
        emit(found.get());
        return new Outcome.Finished(progress.step());
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
        read();
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
        if (scale != null) {
            out.putAll(scale.state());
        }
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
                .metadata(TrainedRun.SPEC, identity.spec().text())
                .metadata(TrainedRun.SPEC_HASH, identity.spec().hash())
                .metadata(TrainedRun.CLASSES, Json.canonical(data.classNames()))
                .metadata(TrainedRun.PARTS, Json.canonical(data.parts()))
                .metadata(TrainedRun.BACKBONE, identity.backbone())
                .metadata(TrainedRun.INPUTS, Json.canonical(identity.inputs()));
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

    private void emit(Map<String, Double> metrics) {
        emit(metrics, progress.step(), System.currentTimeMillis() * 1_000);
    }

    private void emit(Map<String, Double> metrics, long step, long micros) {
        if (metrics.isEmpty()) {
            return;
        }
        double epoch = (double) step / perEpoch;
        listener.points(metrics.entrySet().stream()
                .map(e -> new MetricPoint(e.getKey(), step, epoch, e.getValue(), micros))
                .toList());
    }
}
