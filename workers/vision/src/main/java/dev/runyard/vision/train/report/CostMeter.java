package dev.runyard.vision.train.report;

import dev.runyard.spec.metric.MetricPoint;
import dev.runyard.spec.report.ArtifactKind;
import dev.runyard.spec.report.CheckpointRef;
import dev.runyard.spec.report.Notice;
import dev.runyard.spec.report.Order;
import dev.runyard.vision.device.Usage;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Measures what a training costs, by when it says what, and hands all on: seconds by phase, images a second, memory, utilisation.
 * The time since the last word belongs to the phase that the next one ends. The figures are of this process alone: an attempt that
 * goes on from a checkpoint begins at zero. They are metrics of their own, told after each validation and at the end. What the process
 * and its device take at a moment is told every few seconds of training, as of a program: the curves that begin with {@value #NOW}.
 */
public final class CostMeter implements TrainingListener, AutoCloseable {
    /** What an attempt spends its time on. */
    public enum Phase {
        /** Data, weights and caches, up to the first step. */
        PREPARING,
        TRAINING,
        /** Validations and the test. */
        JUDGING,
        CHECKPOINTING,
        /** For whoever listens: reports that have to arrive before training goes on. */
        REPORTING;

        String key() {
            return "system/seconds/" + name().toLowerCase(Locale.ROOT);
        }
    }

    static final String NOW = "system/now/";

    private static final Duration SAMPLE = Duration.ofSeconds(5);

    private final TrainingListener inner;
    private final int batchSize;
    private final Usage usage;
    private final long sampleNanos;
    private final Map<Phase, Long> nanos = new EnumMap<>(Phase.class);
    private long last = System.nanoTime();
    private boolean begun;
    private long step;
    private long steps;
    private int epoch;
    private long trained;
    private long judged;
    private long told = -1;
    private long sampled = last;
    private long sampledStep;

    /** @param batchSize images of one step */
    public CostMeter(TrainingListener inner, int batchSize, Usage usage) {
        this(inner, batchSize, usage, SAMPLE);
    }

    /** @param sample least time between what is told of a moment */
    CostMeter(TrainingListener inner, int batchSize, Usage usage, Duration sample) {
        this.inner = inner;
        this.batchSize = batchSize;
        this.usage = usage;
        this.sampleNanos = sample.toNanos();
    }

    private void spent(Phase phase) {
        long now = System.nanoTime();
        nanos.merge(phase, now - last, Long::sum);
        last = now;
    }

    /** Hands something on; what that takes is the listener's. */
    private void on(Runnable call) {
        call.run();
        spent(Phase.REPORTING);
    }

    @Override
    public void resumed(long at) {
        spent(Phase.PREPARING);
        begun = true;
        step = at;
        sampledStep = at;
        on(() -> inner.resumed(at));
    }

    @Override
    public void preparing(String what, long done, long of) {
        spent(Phase.PREPARING);
        on(() -> inner.preparing(what, done, of));
    }

    @Override
    public void progress(long now, long all, int epochNow, int epochs) {
        spent(now > step ? Phase.TRAINING : Phase.JUDGING);
        trained += (now - step) * batchSize;
        step = now;
        steps = all;
        epoch = epochNow;
        on(() -> inner.progress(now, all, epochNow, epochs));
        if (step > sampledStep && last - sampled >= sampleNanos) {
            sample();
        }
    }

    /** One point a key and step; a step that takes longer than the time between samples has one all the same. */
    private void sample() {
        sampled = last;
        sampledStep = step;
        Map<String, Double> now = new LinkedHashMap<>();
        Usage.processBytes().ifPresent(bytes -> now.put("process-memory", gibibytes(bytes)));
        usage.processors().ifPresent(busy -> now.put("processors", busy));
        usage.deviceBytes().ifPresent(bytes -> now.put("device-memory", gibibytes(bytes)));
        usage.load().ifPresent(percent -> now.put("utilisation", percent));
        points(NOW, null, now); // within an epoch: pages work out where by the step
    }

    @Override
    public void judged(long images) {
        spent(Phase.JUDGING);
        judged += images;
        on(() -> inner.judged(images));
        if (step < steps) {
            tell();
        }
    }

    @Override
    public void points(List<MetricPoint> points) {
        on(() -> inner.points(points));
    }

    @Override
    public void checkpoint(Path folder, CheckpointRef ref) {
        spent(Phase.CHECKPOINTING);
        on(() -> inner.checkpoint(folder, ref));
    }

    @Override
    public void artifact(ArtifactKind kind, String name, Path file) {
        on(() -> inner.artifact(kind, name, file));
    }

    @Override
    public void log(String line) {
        on(() -> inner.log(line));
    }

    @Override
    public void notice(Notice notice) {
        on(() -> inner.notice(notice));
    }

    @Override
    public Order order() {
        return inner.order();
    }

    /** Tells the figures of the whole; once, when training has ended. */
    public void end() {
        spent(begun ? Phase.JUDGING : Phase.PREPARING);
        tell();
    }

    /** What was measured so far, by metric key; memory in GiB. */
    public Map<String, Double> figures() {
        Map<String, Double> out = new LinkedHashMap<>();
        for (Phase phase : Phase.values()) {
            out.put(phase.key(), seconds(phase));
        }
        if (trained > 0 && seconds(Phase.TRAINING) > 0) {
            out.put("system/images-per-second", trained / seconds(Phase.TRAINING));
        }
        if (judged > 0 && seconds(Phase.JUDGING) > 0) {
            out.put("system/evaluation-images-per-second", judged / seconds(Phase.JUDGING));
        }
        Usage.processPeakBytes().ifPresent(bytes -> out.put("system/process-memory", gibibytes(bytes)));
        usage.devicePeakBytes().ifPresent(bytes -> out.put("system/device-memory", gibibytes(bytes)));
        usage.utilisation().ifPresent(percent -> out.put("system/utilisation", percent));
        return out;
    }

    /** One point a key and step. */
    private void tell() {
        if (step <= told) {
            return;
        }
        told = step;
        points("", (double) epoch, figures());
    }

    private void points(String prefix, @Nullable Double at, Map<String, Double> figures) {
        long time = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
        List<MetricPoint> points = new ArrayList<>();
        figures.forEach((key, value) -> points.add(new MetricPoint(prefix + key, step, at, value, time)));
        on(() -> inner.points(points));
    }

    private double seconds(Phase phase) {
        return nanos.getOrDefault(phase, 0L) / 1e9;
    }

    private static double gibibytes(long bytes) {
        return bytes / (double) (1L << 30);
    }

    @Override
    public void close() {
        usage.close();
    }
}
