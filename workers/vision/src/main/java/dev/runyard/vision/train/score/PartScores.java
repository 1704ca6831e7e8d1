package dev.runyard.vision.train.score;

import dev.runyard.vision.data.Dataset;
import dev.runyard.vision.evaluate.Accuracy;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What a model of a union knows of each of its data sets (paper, multi-dataset training): among the classes of all of them, and when
 * it is told which set an image is from, so that only that set's classes may be answered.
 */
final class PartScores {
    private final Dataset data;
    private final List<int[]> own;
    private final Accuracy[] joint;
    private final Accuracy[] told;

    PartScores(Dataset data) {
        this.data = data;
        own = data.parts().stream()
                .map(part -> IntStream.range(part.firstLabel(), part.firstLabel() + part.classes())
                        .toArray())
                .toList();
        joint = new Accuracy[own.size()];
        told = new Accuracy[own.size()];
        Arrays.fill(joint, Accuracy.NONE);
        Arrays.fill(told, Accuracy.NONE);
    }

    /** @param scores [n, C] row-major */
    void add(float[] scores, int[] labels) {
        int classes = scores.length / labels.length;
        for (int i = 0; i < labels.length; i++) {
            int part = data.partOf(labels[i]);
            joint[part] = joint[part].and(scores, i * classes, classes, labels[i]);
            told[part] = told[part].and(scores, i * classes, own.get(part), labels[i]);
        }
    }

    /** Percent by {@code <part>/top1} and {@code <part>/own-top1}, of the parts with images; empty unless there are several. */
    Map<String, Double> percent() {
        Map<String, Double> out = new LinkedHashMap<>();
        for (int i = 0; i < own.size() && own.size() > 1; i++) {
            String name = data.parts().get(i).name();
            joint[i].top1Percent().ifPresent(value -> out.put(name + "/top1", value));
            told[i].top1Percent().ifPresent(value -> out.put(name + "/own-top1", value));
        }
        return out;
    }
}
