package dev.runyard.vision.train;

import ai.djl.ndarray.NDArray;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.metric.MetricPoint;
import dev.runyard.spec.report.Order;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.report.Outcome.Cause;
import dev.runyard.spec.run.FailureReason;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.spec.training.EarlyStoppingSpec;
import dev.runyard.spec.training.Select;
import dev.runyard.spec.training.ValidateOn;
import dev.runyard.vision.data.Dataset;
import dev.runyard.vision.feed.Resident;
import dev.runyard.vision.image.Normalisation;
import dev.runyard.vision.method.FromFeatures;
import dev.runyard.vision.method.solver.Objective;
import dev.runyard.vision.train.input.Batches;
import dev.runyard.vision.train.input.Features;
import dev.runyard.vision.train.input.TrainingOptions;
import dev.runyard.vision.train.optim.Mixing;
import dev.runyard.vision.train.optim.Schedule;
import dev.runyard.vision.train.report.TrainingFailure;
import dev.runyard.vision.train.report.TrainingListener;
import dev.runyard.vision.train.score.Judge;
import dev.runyard.vision.train.state.BestWeights;
import dev.runyard.vision.train.state.Identity;
import dev.runyard.vision.train.state.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Steps, validations, checkpoints and the final test of one training, in the order that makes a resume equal. */
final class Loop {
    /** Steps in a row whose loss may be NaN or infinite; the next one ends the run. */
    private static final int NOT_FINITE_ALLOWED = 2;

    private final RunSpec spec;
    private final Path dir;
    private final Identity identity;
    private final Dataset data;
    private final Objective objective;
    private final int imageSize;
    private final Normalisation normalisation;
    private final @Nullable Features features;
    private final long full;
    private final Judge judge;
    private final TrainingOptions options;
    private final TrainingListener listener;
    private final int perEpoch;
    private final long steps;

    private Progress progress = Progress.START;
    private int notFinite;
    private String lastFinite = "there was no finite one";
    private final Readings readings = new Readings();
    private @Nullable BestWeights best;
    private Supplier<Optional<String>> choice = Optional::empty;
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
            TrainingOptions options,
            TrainingListener listener) {
        this.spec = spec;
        this.dir = dir;
        this.identity = identity;
        this.data = data;
        this.objective = objective;
        this.imageSize = imageSize;
        this.normalisation = normalisation;
        this.features = features;
        this.full = full;
        this.judge = judge;
        this.options = options;
        this.listener = listener;
        this.perEpoch = Math.max(1, (data.train().size() + spec.batchSize() - 1) / spec.batchSize());
        this.steps = (long) perEpoch * spec.schedule().epochs();
    }

    /** What is done to the model between its training and its test; tells what it did. */
    void beforeTest(Supplier<Optional<String>> what) {
        choice = what;
    }

    private Optional<Map<String, Double>> test() throws IOException {
        choice.get().ifPresent(listener::log);
        return judge.test(this::report);
    }

    Outcome run() throws IOException {
        try (readings;
                Peers peers = peers();
                Step step = new Step(spec, objective, peers, readings);
                BestWeights selected = new BestWeights(spec.select(), objective);
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
                        steps,
                        peers.own(),
                        new Mixing(spec.steadied(), spec.seed()))) {
            data.notes().forEach(listener::log);
            best = selected;
            Checkpointing checkpointing = new Checkpointing(
                    dir,
                    identity,
                    () -> {
                        Map<String, NDArray> state = new LinkedHashMap<>(selected.state());
                        state.putAll(step.state());
                        return state;
                    },
                    listener);
            progress = checkpointing.resume();
            listener.resumed(progress.step());
            if (progress.step() == 0) {
                emitSize();
            }
            report();
            while (true) {
                Order order = listener.order();
                if (order != Order.CONTINUE || !progress.validated() || over()) {
                    read(step);
                }
                if (order == Order.CONTINUE && !progress.validated()) {
                    order = validate(step, checkpointing);
                }
                if (order != Order.CONTINUE) {
                    return stop(order, step, checkpointing);
                }
                if (over()) {
                    return finish(step, checkpointing);
                }
                take(step, batches.training(progress.step()));
                if (progress.validated() && overdue(checkpointing)) {
                    save(step, checkpointing);
                }
            }
        }
    }

    private Peers peers() throws IOException {
        int devices = spec.devices() == null ? 1 : spec.devices();
        if (devices > 1 && (features != null || objective instanceof FromFeatures)) {
            throw new InvalidSpec(
                    "NOT_APPLICABLE",
                    "devices",
                    devices,
                    "is not used by what learns from features that are computed once",
                    "leave it out");
        }
        return Peers.of(devices, identity, options, objective.parameters());
    }

    /**
     * The training images on the device; null on a processor, whose memory they would only be copied in, and where they do not fit. Filling
     * it decodes what was never decoded, which has its own progress and may be stopped.
     */
    private @Nullable Resident resident() throws IOException {
        return features != null || !objective.views().isEmpty()
                ? null
                : Resident.whereItFits(data.train(), imageSize, spec.augment(), (done, of) -> {
                    listener.preparing("images of train", done, of);
                    return listener.order() == Order.CONTINUE;
                });
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
        choice.get().ifPresent(listener::log);
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

    private void take(Step step, Batches.Fed fed) {
        double rate = Schedule.rate(spec.schedule(), spec.optimizer().learningRate(), progress.step(), perEpoch);
        try (fed) {
            step.take(fed, progress.step(), steps, rate);
        }
        progress = progress.stepped((progress.step() + 1) % perEpoch == 0);
        report();
        if (readings.due()) {
            read(step);
        }
    }

    /** Waits for the device, tells what the steps since the last time measured, and stops when it is no more a number. */
    private void read(Step step) {
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
        long now = step.skipped();
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
    private Order validate(Step step, Checkpointing checkpointing) throws IOException {
        Optional<Map<String, Double>> found = step.judged(() -> judge.validation(this::report));
        if (found.isEmpty()) {
            return judge.ordered();
        }
        emit(found.get());
        progress = progress.validated(BestWeights.score(spec.select(), found.get()));
        boolean improved = progress.isBest();
        if (improved && best != null) {
            BestWeights kept = best;
            step.judged(() -> {
                kept.keep(); // those that were judged
                return true;
            });
        }
        boolean due = epoch() % spec.checkpoint().everyEpochs() == 0 || over();
        if (due || improved || overdue(checkpointing)) {
            save(step, checkpointing);
        }
        return Order.CONTINUE;
    }

    private Outcome finish(Step step, Checkpointing checkpointing) throws IOException {
        if (notFinite > 0) {
            throw notFinite(Double.NaN, progress.step());
        }
        boolean chosen = select();
        Optional<Map<String, Double>> found = chosen ? test() : step.judged(this::test);
        if (found.isEmpty()) {
            return stop(judge.ordered(), step, checkpointing);
        }
        emit(found.get());
        if (!chosen) {
            step.settle();
        }
        if (progress.step() < steps) {
            listener.log("ended after epoch " + epoch() + ": no validation was better in "
                    + (progress.step() - Math.max(0, progress.bestStep())) / perEpoch + " of them in a row");
        }
        return new Outcome.Finished(progress.step());
    }

    /** Whether the weights are the result from here on; the checkpoint of the last step is written before. */
    private boolean select() {
        if (spec.select() == Select.LAST || best == null) {
            return false;
        }
        if (progress.bestStep() < 0) {
            throw new TrainingFailure(
                    FailureReason.NOT_FINITE,
                    "select: no epoch has a validation that is a number, so there is no best one; lower"
                            + " optimizer.learningRate, or use select: last");
        }
        best.restore();
        listener.log("The result is the weights after step " + progress.bestStep() + " (epoch "
                + progress.bestStep() / perEpoch + " of " + spec.schedule().epochs() + "): "
                + (spec.select() == Select.BEST_VAL_LOSS
                        ? "val/loss " + -progress.best() + ", the lowest"
                        : "val/top1 " + progress.best() + ", the highest")
                + (spec.validateOn() == ValidateOn.TEST ? "; selected on test, as released." : "."));
        return true;
    }

    /** Whether there is no further step: after the last, or where the validations in a row without a better one are too many. */
    private boolean over() {
        EarlyStoppingSpec early = spec.steadied().earlyStopping();
        boolean validated = progress.validated() && progress.step() > 0 && progress.step() % perEpoch == 0;
        long worse = (progress.step() - Math.max(0, progress.bestStep())) / perEpoch;
        return progress.step() == steps || early != null && validated && worse >= early.patience();
    }

    private Outcome stop(Order order, Step step, Checkpointing checkpointing) throws IOException {
        Cause cause = cause(order);
        if (cause == Cause.PAUSE) {
            save(step, checkpointing);
            return new Outcome.GivenBack(checkpointing.newest(), cause);
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
    private void save(Step step, Checkpointing checkpointing) throws IOException {
        read(step);
        if (notFinite == 0) {
            checkpointing.save(progress, epoch());
        }
    }

    private boolean overdue(Checkpointing checkpointing) {
        return checkpointing.age() >= spec.checkpoint().everySeconds();
    }

    /** Parameters and statistics, with what is needed to use them again. */
    void writeWeights(Path file) throws IOException {
        TrainedRun.write(file, spec, identity, data, objective);
    }

    private int epoch() {
        return Math.toIntExact(progress.step() / perEpoch);
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
