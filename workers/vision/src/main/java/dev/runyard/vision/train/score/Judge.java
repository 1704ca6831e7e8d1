package dev.runyard.vision.train.score;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.spec.judging.Judgement;
import dev.runyard.spec.judging.Predictions;
import dev.runyard.spec.report.ArtifactKind;
import dev.runyard.spec.report.Order;
import dev.runyard.spec.training.ValidateOn;
import dev.runyard.vision.data.Dataset;
import dev.runyard.vision.data.Split;
import dev.runyard.vision.evaluate.Evaluation;
import dev.runyard.vision.evaluate.Evaluator;
import dev.runyard.vision.evaluate.JudgedSets;
import dev.runyard.vision.feed.Feed;
import dev.runyard.vision.feed.Inference;
import dev.runyard.vision.image.Normalisation;
import dev.runyard.vision.method.solver.Objective;
import dev.runyard.vision.nd.Nn;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.train.input.Features;
import dev.runyard.vision.train.report.TrainingListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a model makes of val, of test and of the further data sets of its spec, as metrics. Changes nothing of the model. */
public final class Judge {
    private static final int LARGEST_BATCH = 128;

    private final Path dir;
    private final Dataset data;
    private final Split validated;
    private final Objective objective;
    private final int imageSize;
    private final int batchSize;
    private final Normalisation normalisation;
    private final @Nullable Features features;
    private final Robustness robustness;
    private final String spec;
    private final TrainingListener listener;

    private Order ordered = Order.CONTINUE;

    /**
     * @param dir of the run, for the table of the further data sets
     * @param on whether val or test is what each epoch is validated on
     * @param batchSize of the training; no larger one is used here
     * @param features what the model sees in place of the images; null for the images
     * @param spec hash of the run's, for the files of predictions
     */
    public Judge(
            Path dir,
            Dataset data,
            ValidateOn on,
            Objective objective,
            int imageSize,
            int batchSize,
            Normalisation normalisation,
            @Nullable Features features,
            Robustness robustness,
            String spec,
            TrainingListener listener) {
        this.dir = dir;
        this.data = data;
        this.validated = on == ValidateOn.TEST ? data.test() : data.val();
        this.objective = objective;
        this.imageSize = imageSize;
        this.batchSize = Math.min(LARGEST_BATCH, batchSize);
        this.normalisation = normalisation;
        this.features = features;
        this.robustness = robustness;
        this.spec = spec;
        this.listener = listener;
    }

    /**
     * @param report called after each batch
     * @return by metric key; empty when there is no val part or the model has no class scores; nothing when the listener ordered a stop
     */
    public Optional<Map<String, Double>> validation(Runnable report) throws IOException {
        Scores scores = new Scores(data);
        if (!score(validated, scores, report, (from, found, labels) -> {})) {
            return Optional.empty();
        }
        listener.judged(scores.images());
        Map<String, Double> out = new LinkedHashMap<>();
        if (scores.images() > 0) {
            out.put("val/loss", scores.loss());
            put(out, "val/", scores);
        }
        return Optional.of(out);
    }

    /** As {@link #validation}, of the test images and the further data sets, each image once; what is answered to each is kept. */
    public Optional<Map<String, Double>> test(Runnable report) throws IOException {
        try (JudgedSets kept = new JudgedSets(dir, data.classNames(), spec, data, robustness.sets())) {
            return test(kept, report);
        }
    }

    private Optional<Map<String, Double>> test(JudgedSets kept, Runnable report) throws IOException {
        Scores scores = new Scores(data);
        Map<String, Double> further = Map.of();
        long more = 0;
        if (robustness.asked()) {
            Optional<List<Evaluation>> table = new Evaluator(
                            data.classNames(),
                            imageSize,
                            normalisation,
                            batchSize,
                            Robustness.scorer(objective),
                            robustness.renaming())
                    .run(
                            data,
                            robustness.sets(),
                            (done, of) -> {
                                report.run();
                                return goesOn();
                            },
                            (set, from, found, outputs) -> {
                                if (set == 0) {
                                    scores.add(found, outputs);
                                }
                                kept.add(set, from, found, outputs);
                            });
            if (table.isEmpty()) {
                return Optional.empty();
            }
            further = further(table.get());
            more = table.get().stream().skip(1).mapToLong(Evaluation::images).sum(); // the first is the run's own
        } else if (!score(data.test(), scores, report, (from, found, labels) -> kept.add(0, from, found, labels))) {
            return Optional.empty();
        }
        listener.judged(scores.images() + more);
        Map<String, Double> out = new LinkedHashMap<>();
        if (scores.images() > 0) {
            put(out, "test/", scores);
            put(out, kept.of(0));
        }
        out.putAll(further);
        for (JudgedSets.Written written : kept.finish()) {
            listener.artifact(ArtifactKind.PREDICTIONS, written.name(), written.file());
        }
        return Optional.of(out);
    }

    private void put(Map<String, Double> out, Predictions predictions) {
        Judgement.Numbers numbers = Judgement.Numbers.of(predictions);
        if (JudgedSets.meanPerClass(data)) {
            out.put("test/mean-per-class", 100 * numbers.meanPerClass());
        }
        out.put("test/nll", numbers.nll());
        out.put("test/brier", numbers.brier());
        out.put("test/ece", numbers.calibrationError());
    }

    private Map<String, Double> further(List<Evaluation> table) throws IOException {
        robustness.sets().forEach(set -> set.data()
                .notes()
                .forEach(note -> listener.log(set.data().id() + ": " + note)));
        for (Evaluation e : table) {
            if (e.leftOut() > 0) {
                listener.log(e.id() + ": " + e.leftOut() + " images of classes without an output are left out ("
                        + String.join(", ", e.missing()) + ")");
            }
        }
        listener.artifact(ArtifactKind.REPORT, Robustness.FILE, Robustness.write(dir, table));
        return Robustness.metrics(table);
    }

    private static void put(Map<String, Double> out, String split, Scores scores) {
        out.put(split + "top1", scores.top1());
        out.put(split + "top5", scores.top5());
        scores.ofParts().forEach((key, value) -> out.put(split + key, value));
    }

    /** What stopped the last call that gave nothing. Asking the listener again could give another answer. */
    public Order ordered() {
        return ordered;
    }

    private boolean goesOn() {
        ordered = listener.order();
        return ordered == Order.CONTINUE;
    }

    /** Told what the model answers. */
    private interface Answered {
        void add(int from, float[] scores, int[] labels) throws IOException;
    }

    /** Whether it came to the end. */
    private boolean score(Split split, Scores scores, Runnable report, Answered answered) throws IOException {
        if (!objective.classifies()) {
            return goesOn();
        }
        Feed feed = features == null ? Feed.of(split, imageSize, normalisation) : features.feed(split);
        return Inference.over(feed, batchSize, done -> goesOn(), (images, from, n) -> {
            NDArray output = Objects.requireNonNull(objective.scores(images), "scores");
            int[] labels = split.labels(from, n);
            NDManager manager = images.getManager();
            NDArray classes =
                    Torch.longs(manager, Arrays.stream(labels).asLongStream().toArray(), n);
            NDArray targets = Nn.targets(manager, classes, output.getShape().get(1));
            float[] found = Torch.read(output);
            scores.add(found, labels, Torch.read(Nn.crossEntropy(output, targets))[0]);
            answered.add(from, found, labels);
            report.run();
        });
    }
}
