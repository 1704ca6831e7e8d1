package dev.runyard.vision.text;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDScope;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.vision.backbone.StoredBackbone;
import dev.runyard.vision.backbone.weights.WeightsException;
import dev.runyard.vision.data.Dataset;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Names of classes as a frozen text tower reads them behind words that are learned: start, M vectors, the name with a full stop, end
 * (CoOp, Zhou et al. 2022, §3.1, with the name at the end; KaiyangZhou/CoOp, trainers/coop.py).
 *
 * <p>Letters: C classes, M words, D width of the text tower, d length of the embedding.
 */
public final class PromptedTexts implements AutoCloseable {
    private static final String WORDNET_ID = "n\\d{8}";

    private final TextTower tower;
    private final NDArray start; // [C, 1, D]
    private final NDArray names; // [C, T, D]
    private final int[] ends;
    private final String sha256;

    private PromptedTexts(TextTower tower, int words, long[][] ids) {
        this.tower = tower;
        sha256 = tower.weights().sha256();
        ends = tower.transformer().ends(ids);
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDList parts = tower.transformer().embed(tower.weights(), ids, ends).split(new long[] {1}, 1);
            start = parts.get(0);
            names = parts.get(1);
            NDScope.unregister(start, names);
        }
        for (int i = 0; i < ends.length; i++) {
            ends[i] += words;
        }
    }

    /**
     * @param weights of a backbone with a text tower, as {@code backbone.weights} names them
     * @param parts of a data set, whose classes are named by its own rules
     * @param words M
     * @throws WeightsException when the backbone has no text tower or no tokenizer
     * @throws InvalidSpec when the classes have no names, or no room is left for them; names the field from the run's spec on
     */
    public static PromptedTexts of(String weights, List<Dataset.Part> parts, int words) throws IOException {
        List<String> spoken = spoken(parts);
        try (StoredBackbone stored = StoredBackbone.open(weights)) {
            TextTower tower = TextTower.read(stored.weights(), stored.config());
            try {
                Tokenizer tokenizer =
                        TokenizerFiles.beside(stored.folder(), tower.shape().vocabulary());
                return new PromptedTexts(
                        tower, words, ids(tokenizer, spoken, tower.shape().context(), words));
            } catch (IOException | RuntimeException e) {
                tower.close();
                throw e;
            }
        }
    }

    private static List<String> spoken(List<Dataset.Part> parts) {
        List<String> out = new ArrayList<>();
        for (Dataset.Part part : parts) {
            for (String name : part.classNames()) {
                if (name.matches(WORDNET_ID)) {
                    throw new InvalidSpec(
                            "NO_CLASS_NAMES",
                            "dataset.id",
                            part.id(),
                            "has classes without names, such as " + name + ", and the method reads names",
                            "use a data set whose classes have names");
                }
                out.add(ClassNames.spoken(part.id(), name) + ".");
            }
        }
        return out;
    }

    private static long[][] ids(Tokenizer tokenizer, List<String> spoken, int context, int words) {
        try {
            return tokenizer.encode(spoken, Math.max(0, context - words));
        } catch (IllegalArgumentException e) {
            throw new InvalidSpec(
                    "OUT_OF_RANGE",
                    "method.contextLength",
                    words,
                    "leaves too little of the text tower's " + context + " tokens: " + e.getMessage(),
                    "use a shorter one");
        }
    }

    /** C */
    public int classes() {
        return ends.length;
    }

    /** D */
    public int width() {
        return tower.shape().width();
    }

    /** d */
    public int embedding() {
        return tower.shape().embedding();
    }

    /** CLIP's ln of the scale in front of the cosine, when the file has one. */
    public OptionalDouble logitScale() {
        return tower.logitScale();
    }

    /** Whether the frozen weights are what they were at first. */
    public boolean unchanged() {
        return tower.weights().sha256().equals(sha256);
    }

    /**
     * Reads all names behind words, once or several times.
     *
     * @param context [r·C, M, D], class by class and r times so
     * @return [r·C, d], pooled and projected, not L2-normalised
     */
    public NDArray read(NDArray context) {
        int rows = Math.toIntExact(context.getShape().get(0));
        int times = rows / ends.length;
        NDArray x = NDArrays.concat(new NDList(repeated(start, times), context, repeated(names, times)), 1);
        int[] all = new int[rows];
        for (int i = 0; i < rows; i++) {
            all[i] = ends[i % ends.length];
        }
        return tower.transformer().encode(tower.weights(), x, all);
    }

    private static NDArray repeated(NDArray array, int times) {
        long c = array.getShape().get(0);
        long t = array.getShape().get(1);
        long d = array.getShape().get(2);
        return times == 1
                ? array
                : array.reshape(1, c, t, d).broadcast(times, c, t, d).reshape(times * c, t, d);
    }

    @Override
    public void close() {
        tower.close();
    }
}
