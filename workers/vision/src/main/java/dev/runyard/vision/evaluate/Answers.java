package dev.runyard.vision.evaluate;

import dev.runyard.vision.data.Dataset;
import dev.runyard.vision.text.ClassNames;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

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
        return of(bound(outputs, data.id(), data.classNames()), data.classNames(), labels);
    }

    /**
     * One data set has one set of classes, whatever its files call them (folders "AnnualCrop", CoOp's list "annual crop land"): an output
     * that is called otherwise takes the data set's name where both are spoken alike and no other is.
     */
    private static List<String> bound(List<String> outputs, String id, List<String> classes) {
        Map<String, List<String>> spoken =
                classes.stream().collect(Collectors.groupingBy(c -> ClassNames.spoken(id, c)));
        Map<String, List<String>> told = outputs.stream().collect(Collectors.groupingBy(o -> ClassNames.spoken(id, o)));
        Set<String> exact = new HashSet<>(classes);
        return outputs.stream()
                .map(output -> {
                    String key = ClassNames.spoken(id, output);
                    List<String> alike = spoken.getOrDefault(key, List.of());
                    boolean one = alike.size() == 1
                            && told.getOrDefault(key, List.of()).size() == 1;
                    return exact.contains(output) || !one ? output : alike.get(0);
                })
                .toList();
    }

    /** Whether two lists name the same classes of a data set in the same order. */
    public static boolean same(String id, List<String> some, List<String> others) {
        return some.equals(others)
                || some.stream()
                        .map(name -> ClassNames.spoken(id, name))
                        .toList()
                        .equals(others.stream()
                                .map(name -> ClassNames.spoken(id, name))
                                .toList());
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
