package dev.runyard.vision.method.head;

import dev.runyard.spec.InvalidSpec;
import dev.runyard.vision.backbone.FrozenBackbone;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Which outputs of a backbone's own head the classes of a data set are, where nothing is trained that could bring them together: by
 * name, so that no class is answered by another one's output.
 */
final class NativeOutputs {
    private static final String WORDNET = "n\\d{8}";

    private NativeOutputs() {}

    /**
     * The output of each class, from 0.
     *
     * @throws InvalidSpec OTHER_CLASSES when the head has no output of a class's name; OUT_OF_RANGE when nobody names its outputs and
     *     there are more or fewer of them than classes
     */
    static int[] of(FrozenBackbone backbone, List<String> classNames) {
        List<String> labels = backbone.labels();
        int own = backbone.shape().classes();
        boolean wordNet = classNames.stream().allMatch(name -> name.matches(WORDNET));
        if (labels.isEmpty() || wordNet && labels.stream().noneMatch(label -> label.matches(WORDNET))) {
            if (own != classNames.size()) {
                throw new InvalidSpec(
                        "OUT_OF_RANGE",
                        "classifier.kind",
                        "native",
                        "has " + own + " outputs for " + classNames.size()
                                + " classes, and nothing says which is which",
                        "add \"labels\" to the config.json beside the weights, or use kind: linear");
            }
            return ascending(own);
        }
        Map<String, Integer> outputs = new HashMap<>();
        for (int i = 0; i < labels.size(); i++) {
            for (String name : names(labels.get(i))) {
                outputs.putIfAbsent(name, i);
            }
        }
        int[] out = new int[classNames.size()];
        for (int c = 0; c < out.length; c++) {
            Integer output = outputs.get(word(classNames.get(c)));
            if (output == null) {
                throw new InvalidSpec(
                        "OTHER_CLASSES",
                        "classifier.kind",
                        "native",
                        "has no output for class \"" + classNames.get(c) + "\"; its outputs are " + shown(labels),
                        "train something (method linear, or classifier linear), or use classifier text");
            }
            out[c] = output;
        }
        return out;
    }

    private static int[] ascending(int n) {
        int[] out = new int[n];
        for (int i = 0; i < n; i++) {
            out[i] = i;
        }
        return out;
    }

    /** ImageNet's labels list synonyms: "tench, Tinca tinca". */
    private static List<String> names(String label) {
        List<String> out = new ArrayList<>(List.of(word(label)));
        for (String part : label.split(",")) {
            out.add(word(part));
        }
        return out;
    }

    private static String word(String name) {
        return name.replace('_', ' ').replace('-', ' ').strip().toLowerCase(Locale.ROOT);
    }

    private static String shown(List<String> labels) {
        return labels.size() <= 12
                ? String.join(", ", labels)
                : String.join(", ", labels.subList(0, 10)) + " and " + (labels.size() - 10) + " more";
    }
}
