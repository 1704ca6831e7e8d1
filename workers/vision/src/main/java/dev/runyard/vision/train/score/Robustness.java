package dev.runyard.vision.train.score;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.dataset.DatasetPart;
import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.data.Batch;
import dev.runyard.vision.data.Dataset;
import dev.runyard.vision.data.Datasets;
import dev.runyard.vision.data.Watch;
import dev.runyard.vision.evaluate.Answers;
import dev.runyard.vision.evaluate.Evaluation;
import dev.runyard.vision.evaluate.Evaluator;
import dev.runyard.vision.evaluate.Further;
import dev.runyard.vision.image.TestTransform;
import dev.runyard.vision.method.Model;
import dev.runyard.vision.method.Models;
import dev.runyard.vision.method.solver.Objective;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.train.input.OpenDatasets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;

/** What a run's spec says it is judged on beside its own test images: opened at the start, so that a missing folder costs no training. */
public final class Robustness implements AutoCloseable {
    /** Artifact with the table of one run. */
    static final String FILE = "robustness.json";

    /** How metrics name classes that the run was not trained on. */
    private static final String NEW = "new";

    private final List<Further> sets = new ArrayList<>();
    private Evaluator.Renaming renaming = other -> {
        throw new IllegalStateException("nobody said how " + other.id() + " is answered");
    };

    private Robustness() {}

    /** @throws InvalidSpec when a set shares no class with the training data */
    public static Robustness open(RunSpec spec, Dataset data, Path cache, Watch watch) throws IOException {
        Robustness out = new Robustness();
        boolean good = false;
        try {
            for (DatasetPart part : spec.evaluations() == null ? List.<DatasetPart>of() : spec.evaluations()) {
                Dataset set = Datasets.openForEvaluation(
                        part.spec(DatasetSpec.BadImage.FAIL), cache, OpenDatasets.SPLIT_SEED, watch);
                out.sets.add(Further.of(part, set));
                if (part.classes() == null && Answers.of(data.classNames(), set).mask().length == 0) {
                    throw new InvalidSpec(
                            "NO_COMMON_CLASS",
                            "evaluations",
                            part.root() == null ? part.id() : part.root(),
                            "has no class that " + data.id() + " has too ("
                                    + set.classNames().get(0) + ", … and "
                                    + data.classNames().get(0) + ", …)",
                            "classes are bound by name: name its folders as the training's");
                }
            }
            good = true;
            return out;
        } finally {
            if (!good) {
                out.close();
            }
        }
    }

    @Override
    public void close() throws IOException {
        for (Further set : sets) {
            set.data().close();
        }
    }

    /** From here on they are shown as the model's own images are. */
    public void seenBy(TestTransform transform) {
        sets.replaceAll(set -> set.seenBy(transform));
    }

    boolean asked() {
        return !sets.isEmpty();
    }

    List<Further> sets() {
        return sets;
    }

    Evaluator.Renaming renaming() {
        return renaming;
    }

    /**
     * Says how sets that name a half of their classes are answered, and looks now whether it can be done: before it costs a training.
     *
     * @throws InvalidSpec where it cannot
     */
    public void answeredBy(Evaluator.Renaming how) throws IOException {
        renaming = how;
        for (Further set : sets) {
            if (set.half() != null) {
                how.of(set.data()).close();
            }
        }
    }

    /** A trained model for the classes of other data sets. */
    public static Evaluator.Renaming renaming(RunSpec spec, FrozenBackbone backbone, Model trained) {
        return other -> {
            Model made = Models.renamed(spec, backbone, trained, other.parts());
            Evaluator.Scorer scorer = scorer(made);
            return new Evaluator.Renamed() {
                @Override
                public float[] scores(NDArray images) throws IOException {
                    return scorer.scores(images);
                }

                @Override
                public void close() {
                    made.close();
                }
            };
        };
    }

    static Evaluator.Scorer scorer(Objective objective) {
        return images -> Torch.read(Objects.requireNonNull(objective.scores(images), "scores"));
    }

    /** Scores of a batch, in a scope of its own. */
    public static float[] scores(Objective objective, Batch batch) {
        try (NDManager manager = Torch.manager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray scores = objective.scores(Torch.floats(manager, batch.values(), batch.shape()));
            return Torch.read(Objects.requireNonNull(scores, "scores"));
        }
    }

    /**
     * Values by metric key; what has no image has no value.
     *
     * @param table the run's own test images first, of which there are metrics already
     */
    public static Map<String, Double> metrics(List<Evaluation> table) {
        Map<String, Double> out = new LinkedHashMap<>();
        for (Evaluation e : table.subList(1, table.size())) {
            String key = "test/" + e.id() + "/";
            put(out, key + "top1", e.all().top1Percent());
            put(out, key + "top5", e.all().top5Percent());
            put(out, key + "masked-top1", e.masked().top1Percent());
            put(out, key + "drop", e.drop());
            if (e.id().equals(NEW)) {
                put(
                        out,
                        "test/harmonic-mean",
                        harmonic(table.get(0).all().top1Percent(), e.all().top1Percent()));
            }
        }
        return out;
    }

    /** Of base and new, as CoCoOp (Zhou et al. 2022) sums up both. */
    private static OptionalDouble harmonic(OptionalDouble base, OptionalDouble fresh) {
        double sum = base.orElse(Double.NaN) + fresh.orElse(Double.NaN);
        return Double.isNaN(sum)
                ? OptionalDouble.empty()
                : OptionalDouble.of(sum == 0 ? 0 : 2 * base.getAsDouble() * fresh.getAsDouble() / sum);
    }

    private static void put(Map<String, Double> out, String key, OptionalDouble value) {
        value.ifPresent(v -> out.put(key, v));
    }

    /** The whole table as a file. */
    static Path write(Path dir, List<Evaluation> table) throws IOException {
        Path file = dir.resolve(FILE);
        Files.writeString(file, Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(table) + "\n");
        return file;
    }
}
