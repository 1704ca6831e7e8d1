package dev.runyard.vision.evaluate;

import ai.djl.ndarray.NDArray;
import dev.runyard.vision.data.Dataset;
import dev.runyard.vision.data.Split;
import dev.runyard.vision.feed.Feed;
import dev.runyard.vision.feed.Inference;
import dev.runyard.vision.image.Normalisation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Judges one model on its own test images and on further data sets: the robustness of one training (paper, ImageNet to -A, -R, -V2 and
 * -Sketch). Classes are bound by name.
 */
public final class Evaluator {
    private final List<String> outputs;
    private final int size;
    private final Normalisation normalisation;
    private final int batchSize;
    private final Scorer scorer;
    private final Renaming renaming;

    /** The model made for the classes of another data set, closed when these are judged. */
    public interface Renamed extends Scorer, AutoCloseable {
        @Override
        void close();
    }

    /** Makes the model for other classes. */
    public interface Renaming {
        /** @throws dev.runyard.spec.InvalidSpec where what was trained belongs to the classes it was trained on */
        Renamed of(Dataset other) throws IOException;
    }

    /** Asks a model. */
    public interface Scorer {
        /**
         * @param images [n, 3, H, W], normalised
         * @return [n, C] row-major
         */
        float[] scores(NDArray images) throws IOException;
    }

    /** Asked before each batch. */
    public interface Pace {
        /**
         * @param done images so far, of all sets
         * @param of images of all sets
         * @return false to stop
         */
        boolean next(long done, long of);
    }

    /** Told what the model answers, so that nobody asks it twice. */
    public interface Witness {
        /**
         * @param set 0 for the model's own, then the others in their order
         * @param from number of the first image in its set
         * @param scores [n, C] row-major
         * @param outputs [n], the right ones; -1 where the model has none
         */
        void seen(int set, int from, float[] scores, int[] outputs) throws IOException;
    }

    /**
     * @param outputs class names by output
     * @param size side of the images in px
     * @param renaming for data sets that name a half of their classes
     */
    public Evaluator(
            List<String> outputs,
            int size,
            Normalisation normalisation,
            int batchSize,
            Scorer scorer,
            Renaming renaming) {
        this.outputs = List.copyOf(outputs);
        this.size = size;
        this.normalisation = normalisation;
        this.batchSize = batchSize;
        this.scorer = scorer;
        this.renaming = renaming;
    }

    /** Names that the evaluations of further data sets get: their ids, made unique. */
    static List<String> ids(Dataset own, List<Further> others) {
        Set<String> taken = new HashSet<>(List.of(own.id()));
        own.parts().forEach(part -> taken.add(part.name()));
        return others.stream().map(other -> unique(other.name(), taken)).toList();
    }

    /**
     * @param own the data set that the model was trained on, its classes being the outputs
     * @param others judged by their test images
     * @param witness told of each image
     * @return the run's own first, then one for each of the others; empty when the pace said to stop
     */
    public Optional<List<Evaluation>> run(Dataset own, List<Further> others, Pace pace, Witness witness)
            throws IOException {
        Split test = own.test();
        List<Answers> answers = new ArrayList<>();
        long of = test.size();
        for (Further other : others) {
            answers.add(Answers.of(other.outputs(outputs), other.data()));
            of += other.data().test().size();
        }
        int[] same = new int[outputs.size()];
        for (int i = 0; i < same.length; i++) {
            same[i] = i;
        }
        // Classes of which the model has no output have no images of its own to be held against.
        List<int[]> masks = new ArrayList<>();
        for (int i = 0; i < others.size(); i++) {
            masks.add(others.get(i).half() == null ? answers.get(i).mask() : new int[0]);
        }
        Tally reference = new Tally(same, masks);
        long done = 0;
        if (!judge(test, scorer, reference, done, of, pace, witness, 0)) {
            return Optional.empty();
        }
        List<Evaluation> out = new ArrayList<>();
        List<String> ids = ids(own, others);
        out.add(new Evaluation(
                own.id(),
                reference.all().images(),
                0,
                List.of(),
                same.length,
                same.length,
                reference.all(),
                reference.all(),
                reference.all()));
        done += test.size();
        for (int i = 0; i < others.size(); i++) {
            Answers answer = answers.get(i);
            Dataset other = others.get(i).data();
            Split split = other.test();
            Tally tally = new Tally(answer.output(), List.of(answer.mask()));
            if (others.get(i).half() == null) {
                if (!judge(split, scorer, tally, done, of, pace, witness, i + 1)) {
                    return Optional.empty();
                }
            } else {
                try (Renamed renamed = renaming.of(other)) {
                    if (!judge(split, renamed, tally, done, of, pace, witness, i + 1)) {
                        return Optional.empty();
                    }
                }
            }
            done += split.size();
            out.add(new Evaluation(
                    ids.get(i),
                    tally.all().images(),
                    tally.leftOut(),
                    answer.missing(),
                    others.get(i).outputs(outputs).size(),
                    answer.mask().length,
                    tally.all(),
                    tally.masked(0),
                    reference.masked(i)));
        }
        return Optional.of(List.copyOf(out));
    }

    private boolean judge(
            Split split, Scorer asked, Tally tally, long before, long of, Pace pace, Witness witness, int set)
            throws IOException {
        boolean whole = Inference.over(
                Feed.of(split, size, normalisation),
                batchSize,
                done -> pace.next(before + done, of),
                (images, from, n) -> {
                    float[] scores = asked.scores(images);
                    int[] labels = split.labels(from, n);
                    tally.add(scores, labels);
                    witness.seen(set, from, scores, tally.outputs(labels));
                });
        return whole && pace.next(before + split.size(), of);
    }

    /** Unions report their parts by name, so those names are taken too. */
    private static String unique(String id, Set<String> taken) {
        String name = id;
        for (int i = 2; !taken.add(name); i++) {
            name = id + "-" + i;
        }
        return name;
    }
}
