package dev.runyard.vision.data.layout;

import dev.runyard.spec.dataset.DatasetSpec.Classes;
import dev.runyard.vision.data.source.DataException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * CoOp's few-shot protocol on settled parts (KaiyangZhou/CoOp, Dassl's {@code generate_fewshot_dataset} and
 * {@code subsample_classes}): K training images and min(K, 4) val images of each class, drawn by Python's generator from the
 * seed, training first, classes in the order in which the list meets them; then the first or the second half of the classes.
 */
public final class FewShot {
    private static final int MOST_VAL = 4;

    private FewShot() {}

    /**
     * @param shots K
     * @param seed CoOp's are 1, 2 and 3
     * @throws DataException CLASS_TOO_SMALL when a class has fewer than K training images
     */
    public static Found of(Found found, int shots, int seed) throws DataException {
        PythonRandom random = new PythonRandom(seed);
        List<Item> train = drawn(found, found.train(), shots, random, true);
        List<Item> val = drawn(found, found.val(), Math.min(shots, MOST_VAL), random, false);
        return found.parts(train, val, found.test());
    }

    private static List<Item> drawn(Found found, List<Item> items, int shots, PythonRandom random, boolean all)
            throws DataException {
        Map<Integer, List<Item>> byLabel = new LinkedHashMap<>();
        items.forEach(item ->
                byLabel.computeIfAbsent(item.label(), k -> new ArrayList<>()).add(item));
        List<Item> out = new ArrayList<>();
        for (Map.Entry<Integer, List<Item>> e : byLabel.entrySet()) {
            int n = e.getValue().size();
            if (n < shots && all) {
                throw new DataException(
                        "CLASS_TOO_SMALL",
                        "dataset.shots: class \"" + found.shown().get(e.getKey()) + "\" has " + n
                                + " training images, fewer than " + shots + "; use at most " + n);
            }
            out.addAll(n < shots ? e.getValue() : random.sample(e.getValue(), shots));
        }
        return out;
    }

    /**
     * The first half of the classes (rounded up), or the others, numbered anew from 0.
     *
     * @throws DataException CLASS_TOO_SMALL when there is one class only
     */
    public static Found half(Found found, Classes which) throws DataException {
        int n = found.classNames().size();
        if (which == Classes.ALL) {
            return found;
        }
        if (n < 2) {
            throw new DataException("CLASS_TOO_SMALL", "dataset.classes: one class has no halves; use classes: all");
        }
        int middle = (n + 1) / 2;
        int from = which == Classes.BASE ? 0 : middle;
        int to = which == Classes.BASE ? middle : n;
        return new Found(
                found.layout(),
                found.parted(),
                found.classNames().subList(from, to),
                of(found.train(), from, to),
                of(found.val(), from, to),
                of(found.test(), from, to),
                null,
                found.notes());
    }

    private static List<Item> of(List<Item> items, int from, int to) {
        return items.stream()
                .filter(item -> item.label() >= from && item.label() < to)
                .map(item -> item.labelled(item.label() - from))
                .toList();
    }
}
