package dev.runyard.vision.train;

import dev.runyard.spec.metric.MetricPoint;
import dev.runyard.spec.report.ArtifactKind;
import dev.runyard.spec.report.CheckpointRef;
import dev.runyard.spec.report.Order;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.train.report.TrainingListener;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Keeps what a training says, and orders a stop once a step was reached. */
class Recorder implements TrainingListener {
    final Map<String, Map<Long, Double>> metrics = new LinkedHashMap<>();
    final List<String> log = new ArrayList<>();
    final List<CheckpointRef> checkpoints = new ArrayList<>();
    final Map<String, Path> artifacts = new LinkedHashMap<>();
    /** Steps within which numbers went between Java and the engine, where a GPU would have made them wait. */
    final List<Long> waits = new ArrayList<>();

    /** How often, in each of them. */
    final Map<Long, Long> moved = new LinkedHashMap<>();

    long resumed = -1;
    long step;
    private long crossings;
    private final long stopAt;
    private final Order stop;

    Recorder() {
        this(Long.MAX_VALUE, Order.CONTINUE);
    }

    Recorder(long stopAt, Order stop) {
        this.stopAt = stopAt;
        this.stop = stop;
    }

    @Override
    public void resumed(long at) {
        resumed = at;
        step = at;
    }

    @Override
    public void progress(long at, long steps, int epoch, int epochs) {
        if (at > step && Torch.crossings() > crossings) {
            waits.add(at);
            moved.put(at, Torch.crossings() - crossings);
        }
        step = at;
        crossings = Torch.crossings();
    }

    @Override
    public void points(List<MetricPoint> points) {
        crossings = Torch.crossings(); // they were read to be told
        for (MetricPoint p : points) {
            metrics.computeIfAbsent(p.key(), k -> new LinkedHashMap<>()).put(p.step(), p.value());
        }
    }

    @Override
    public void checkpoint(Path folder, CheckpointRef ref) {
        checkpoints.add(ref);
        crossings = Torch.crossings();
    }

    @Override
    public void artifact(ArtifactKind kind, String name, Path file) {
        artifacts.put(name, file);
    }

    @Override
    public void log(String line) {
        log.add(line);
    }

    @Override
    public Order order() {
        crossings = Torch.crossings();
        return step >= stopAt ? stop : Order.CONTINUE;
    }
}
