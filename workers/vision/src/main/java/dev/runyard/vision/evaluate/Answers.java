package dev.runyard.vision.evaluate;

import dev.runyard.vision.data.Dataset;
import java.util.ArrayList;
import java.util.List;

/**
 * Which output of a model stands for which class of a data set. The two are bound by name: folders of another data set may come in
 * another order, and may be fewer (ImageNet-A and -R have 200 of the 1,000 classes).
 *
 * @param output by label of the data set; -1 where the model has none
 * @param mask outputs that the data set has a class for, ascending
 * @param missing classes of the data set that the model has no output for
 */
@SuppressWarnings("ArrayRecordComponent")
public record Answers(int[] output, int[] mask, List<String> missing) {

    /**
     * @param outputs names by output
     * @param data judged by its test images; the mask is its subset of classes, or, where it names none, the classes with an image
     */
    public static Answers of(List<String> outputs, Dataset data) {
        List<Integer> subset = data.subset();
        int[] labels = subset == null
                ? data.test().labels()
                : subset.stream().mapToInt(Integer::intValue).toArray();
        return of(outputs, data.classNames(), labels);
    }

    /** @param labels that may be answered, in any order and number */
    static Answers of(List<String> outputs, List<String> classes, int[] labels) {
        int[] output = new int[classes.size()];
        boolean[] seen = new boolean[classes.size()];
        for (int label : labels) {
            seen[label] = true;
        }
        List<String> missing = new ArrayList<>();
        List<Integer> mask = new ArrayList<>();
        for (int i = 0; i < output.length; i++) {
            output[i] = outputs.indexOf(classes.get(i));
            if (seen[i] && output[i] < 0) {
                missing.add(classes.get(i));
            } else if (seen[i]) {
                mask.add(output[i]);
            }
        }
        int[] sorted = mask.stream().mapToInt(Integer::intValue).sorted().toArray();
        return new Answers(output, sorted, List.copyOf(missing));
    }
}
