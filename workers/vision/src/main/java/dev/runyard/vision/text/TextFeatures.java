package dev.runyard.vision.text;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import dev.runyard.vision.backbone.StoredBackbone;
import dev.runyard.vision.backbone.weights.WeightsException;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.tensor.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * One feature a class: what a text tower makes of its sentences, or what a file holds.
 *
 * @param values [classes, length] row-major; rows from sentences have length 1, rows of a file are as they stand there
 * @param logitScale ln of the scale in front of the cosine, where the weights or the file have one
 */
public record TextFeatures(float[] values, int classes, int length, OptionalDouble logitScale) {
    private static final int BATCH = 64;
    private static final int KEPT = 8;

    /** The last ones, so that the runs of a sweep make them once. */
    private static final Map<String, TextFeatures> MADE = new LinkedHashMap<>(16, 0.75f, true);

    /**
     * By the text tower of a backbone. Of several sentences a class, the mean of the normalised features, normalised again, as CLIP
     * does. Made once for the same unchanged weights and sentences.
     *
     * @param weights as {@code backbone.weights} names them
     * @throws WeightsException when the backbone has no text tower or no tokenizer
     */
    public static TextFeatures of(String weights, Sentences sentences) throws IOException {
        synchronized (MADE) {
            String key = StoredBackbone.identity(weights) + "|" + sentences;
            TextFeatures made = MADE.get(key);
            if (made == null) {
                made = make(weights, sentences);
                MADE.put(key, made);
                if (MADE.size() > KEPT) {
                    MADE.remove(MADE.keySet().iterator().next());
                }
            }
            return made;
        }
    }

    private static TextFeatures make(String weights, Sentences sentences) throws IOException {
        try (StoredBackbone stored = StoredBackbone.open(weights);
                TextTower tower = TextTower.read(stored.weights(), stored.config())) {
            Tokenizer tokenizer =
                    TokenizerFiles.beside(stored.folder(), tower.shape().vocabulary());
            List<String> all = new ArrayList<>();
            sentences.byClass().forEach(all::addAll);
            int d = tower.shape().embedding();
            float[] each = new float[all.size() * d];
            for (int from = 0; from < all.size(); from += BATCH) {
                List<String> batch = all.subList(from, Math.min(all.size(), from + BATCH));
                float[] part = encode(tower, tokenizer, batch);
                System.arraycopy(part, 0, each, from * d, part.length);
            }
            return new TextFeatures(
                    means(each, sentences, d), sentences.byClass().size(), d, tower.logitScale());
        }
    }

    private static float[] encode(TextTower tower, Tokenizer tokenizer, List<String> texts) throws WeightsException {
        long[][] ids;
        try {
            ids = tokenizer.encode(texts, tower.shape().context());
        } catch (IllegalArgumentException e) {
            throw new WeightsException("classifier.template: " + e.getMessage());
        }
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray unit = tower.encode(ids).normalize(2, 1);
            return Torch.read(unit);
        }
    }

    private static float[] means(float[] each, Sentences sentences, int d) {
        float[] out = new float[sentences.byClass().size() * d];
        int at = 0;
        for (int c = 0; c < sentences.byClass().size(); c++) {
            int texts = sentences.byClass().get(c).size();
            double[] mean = new double[d];
            for (int t = 0; t < texts; t++, at++) {
                for (int i = 0; i < d; i++) {
                    mean[i] += each[at * d + i];
                }
            }
            double squares = 0;
            for (double value : mean) {
                squares += value * value;
            }
            for (int i = 0; i < d; i++) {
                out[c * d + i] = (float) (mean[i] / Math.sqrt(squares));
            }
        }
        return out;
    }

    /** {@code text_features} [classes, d] and, if it is there, {@code logit_scale} of a safetensors file. */
    public static TextFeatures read(Path file) throws IOException {
        String name = String.valueOf(file.getFileName());
        if (!Files.isRegularFile(file)) {
            throw new WeightsException("classifier.features: there is no file " + file);
        }
        try (Safetensors in = Safetensors.open(file)) {
            if (!in.has("text_features") || in.info("text_features").shape().size() != 2) {
                throw new WeightsException(name + ": holds "
                        + (in.has("text_features")
                                ? "text_features " + in.info("text_features").shape()
                                : "no text_features")
                        + ", wanted text_features [classes, d]");
            }
            OptionalDouble scale =
                    in.has("logit_scale") && in.info("logit_scale").elements() == 1
                            ? OptionalDouble.of(in.finiteFloats("logit_scale")[0])
                            : OptionalDouble.empty();
            return new TextFeatures(
                    in.finiteFloats("text_features"),
                    in.info("text_features").axis(0),
                    in.info("text_features").axis(1),
                    scale);
        }
    }
}
