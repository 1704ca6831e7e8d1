package dev.runyard.vision.evaluate;

import dev.runyard.spec.judging.About;
import dev.runyard.spec.judging.Predictions;
import dev.runyard.vision.data.Dataset;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The predictions of one model on its own test images and on further data sets, a file for each. */
public final class JudgedSets implements AutoCloseable {
    /** Judged by the mean of the classes' shares, as their benchmarks and CLIP are. */
    private static final Set<String> MEAN_PER_CLASS =
            Set.of("oxford_pets", "oxford_flowers", "caltech101", "fgvc_aircraft");

    private final List<PredictionWriter> writers = new ArrayList<>();
    private final List<String> names = new ArrayList<>();

    /** @param name of the artifact */
    public record Written(String name, Path file) {}

    /**
     * @param dir for the files
     * @param outputs class names by output
     * @param spec hash of the spec that the model was trained with
     * @param own its classes are the outputs
     * @param others see {@link Evaluator#run}
     */
    public JudgedSets(Path dir, List<String> outputs, String spec, Dataset own, List<Further> others)
            throws IOException {
        boolean good = false;
        try {
            add(dir, outputs, spec, own, "", own.id(), identity(outputs.size()), own.subset());
            List<String> ids = Evaluator.ids(own, others);
            for (int i = 0; i < others.size(); i++) {
                Dataset other = others.get(i).data();
                List<String> answering = others.get(i).outputs(outputs);
                Answers answers = Answers.of(answering, other);
                List<Integer> mask = IntStream.of(answers.mask()).boxed().toList();
                add(dir, answering, spec, other, "-" + ids.get(i), ids.get(i), answers.output(), mask);
            }
            good = true;
        } finally {
            if (!good) {
                close();
            }
        }
    }

    private void add(
            Path dir,
            List<String> outputs,
            String spec,
            Dataset data,
            String suffix,
            String id,
            int[] output,
            @Nullable List<Integer> mask)
            throws IOException {
        String name = "predictions" + suffix + ".safetensors";
        int leftOut = (int) IntStream.of(data.test().labels())
                .filter(label -> output[label] < 0)
                .count();
        writers.add(new PredictionWriter(
                dir.resolve(name),
                data.test(),
                new About(
                        id,
                        data.hash(),
                        data.test().fingerprint(),
                        data.test().part(),
                        outputs,
                        mask == null || mask.size() == outputs.size() ? null : mask,
                        leftOut,
                        meanPerClass(data),
                        spec)));
        names.add(name);
    }

    private static int[] identity(int n) {
        return IntStream.range(0, n).toArray();
    }

    /**
     * The next images of a set.
     *
     * @param set 0 for the model's own
     * @param from number of the first one
     * @param scores [n, C] row-major
     * @param outputs [n]; -1 for what is left out
     */
    public void add(int set, int from, float[] scores, int[] outputs) throws IOException {
        writers.get(set).add(from, scores, outputs);
    }

    /** What the model made of a set so far; 0 for its own. */
    public Predictions of(int set) {
        return writers.get(set).predictions();
    }

    /** Whether the benchmark of the model's own set uses the mean of the classes' shares. */
    public static boolean meanPerClass(Dataset data) {
        return MEAN_PER_CLASS.contains(data.id());
    }

    /** Writes those with an image. */
    public List<Written> finish() throws IOException {
        List<Written> out = new ArrayList<>();
        for (int i = 0; i < writers.size(); i++) {
            if (!writers.get(i).isEmpty()) {
                out.add(new Written(names.get(i), writers.get(i).finish()));
            }
        }
        return out;
    }

    @Override
    public void close() throws IOException {
        for (PredictionWriter writer : writers) {
            writer.close();
        }
    }
}
