package dev.runyard.vision.evaluate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Running sums of one set of images: over all outputs, and under each of several masks. */
final class Tally {
    private final int[] output;
    private final List<int[]> masks;
    private final List<Set<Integer>> allowed = new ArrayList<>();
    private final Accuracy[] masked;
    private Accuracy all = Accuracy.NONE;
    private int leftOut;

    /**
     * @param output by label; -1 where the model has none
     * @param masks outputs that may be answered; an image counts under a mask that its own output is part of
     */
    Tally(int[] output, List<int[]> masks) {
        this.output = output;
        this.masks = masks;
        this.masked = new Accuracy[masks.size()];
        for (int m = 0; m < masked.length; m++) {
            masked[m] = Accuracy.NONE;
            Set<Integer> inside = new HashSet<>();
            for (int o : masks.get(m)) {
                inside.add(o);
            }
            allowed.add(inside);
        }
    }

    /** @param scores [n, C] row-major */
    void add(float[] scores, int[] labels) {
        int classes = scores.length / labels.length;
        for (int i = 0; i < labels.length; i++) {
            int right = output[labels[i]];
            if (right < 0) {
                leftOut++;
                continue;
            }
            all = all.and(scores, i * classes, classes, right);
            for (int m = 0; m < masked.length; m++) {
                if (allowed.get(m).contains(right)) {
                    masked[m] = masked[m].and(scores, i * classes, masks.get(m), right);
                }
            }
        }
    }

    /** The right outputs; -1 where the model has none. */
    int[] outputs(int[] labels) {
        return Arrays.stream(labels).map(label -> output[label]).toArray();
    }

    Accuracy all() {
        return all;
    }

    Accuracy masked(int mask) {
        return masked[mask];
    }

    /** Images whose class the model has no output for. */
    int leftOut() {
        return leftOut;
    }
}
