package dev.runyard.vision.pretrain;

import dev.runyard.vision.text.Merges;
import dev.runyard.vision.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The sentences that name classes while a contrastive model learns, and the tokenizer that is learned from them. Among the templates
 * are those that PGN judges with (science reference §5.1), so that a class is asked for in words that the model has met.
 */
final class ClassTexts {
    private static final List<String> TEMPLATES = List.of(
            "This is a photo of a {}",
            "A photo of a {}",
            "a photo of the {}.",
            "an image of a {}.",
            "a picture of a {}.",
            "a small photo of a {}.",
            "{}");

    private final List<String> merges;
    private final Tokenizer tokenizer;
    private final long[][][] ids; // [template][class][context]

    /**
     * @param classNames by label
     * @param count merges at most
     * @param context length of a text in tokens
     */
    ClassTexts(List<String> classNames, int count, int context) {
        List<List<String>> texts =
                TEMPLATES.stream().map(template -> filled(template, classNames)).toList();
        merges = Merges.learn(texts.stream().flatMap(List::stream).toList(), count);
        tokenizer = Tokenizer.of(merges);
        ids = texts.stream().map(t -> tokenizer.encode(t, context)).toArray(long[][][]::new);
    }

    private static List<String> filled(String template, List<String> classNames) {
        List<String> out = new ArrayList<>();
        for (String name : classNames) {
            out.add(template.replace("{}", name.toLowerCase(Locale.ROOT).replace('_', ' ')));
        }
        return out;
    }

    List<String> merges() {
        return merges;
    }

    /** Tokens that the vocabulary has. */
    int vocabulary() {
        return tokenizer.end() + 1;
    }

    static int templates() {
        return TEMPLATES.size();
    }

    /** One row of tokens. */
    long[] ids(int template, int label) {
        return ids[template][label];
    }

    /** The rows of every class, under the first template. */
    long[][] all() {
        return ids[0];
    }
}
