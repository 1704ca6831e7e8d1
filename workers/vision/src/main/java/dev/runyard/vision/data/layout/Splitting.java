package dev.runyard.vision.data.layout;

import dev.runyard.vision.data.source.DataException;
import dev.runyard.vision.image.Draws;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Seeded splits. An image's place depends on the seed and its position within its class only. */
public final class Splitting {
    /** Fewest images of a class that leave each part one. */
    public static final int FEWEST = 4;

    private Splitting() {}

    /** Images of the smallest class that has any. */
    public static int smallest(Found found) {
        int[] counts = new int[found.classNames().size()];
        found.all().forEach(item -> counts[item.label()]++);
        return Arrays.stream(counts).filter(n -> n > 0).min().orElse(0);
    }

    /** Images that stay and images that are split off. */
    public record Two(List<Item> rest, List<Item> off) {}

    /**
     * CoOp's rule: a class is shuffled; half is train, a fifth val, the rest test (rounded half to even).
     *
     * @throws DataException CLASS_TOO_SMALL when a class leaves a part without an image (fewer than four images do)
     */
    public static Found own(Found found, long seed) throws DataException {
        List<Item> train = new ArrayList<>();
        List<Item> val = new ArrayList<>();
        List<Item> test = new ArrayList<>();
        List<List<Item>> classes = shuffled(found.all(), found.classNames().size(), seed);
        for (int label = 0; label < classes.size(); label++) {
            List<Item> shuffled = classes.get(label);
            int n = shuffled.size();
            int toTrain = (int) Math.rint(n * 0.5);
            int toVal = (int) Math.rint(n * 0.2);
            if (toTrain == 0 || toVal == 0 || toTrain + toVal >= n) {
                throw new DataException(
                        "CLASS_TOO_SMALL",
                        "class \"" + found.shown().get(label) + "\" has " + n
                                + " images; a split into train, val and test needs at least " + FEWEST);
            }
            train.addAll(shuffled.subList(0, toTrain));
            val.addAll(shuffled.subList(toTrain, toTrain + toVal));
            test.addAll(shuffled.subList(toTrain + toVal, n));
        }
        return found.parts(byName(train), byName(val), byName(test));
    }

    /** A tenth of the images, spread over the classes; where a class has one image, it stays. */
    public static Two tenth(List<Item> items, int classes, long seed) {
        Set<Item> off = new HashSet<>();
        int before = 0;
        for (List<Item> shuffled : shuffled(items, classes, seed)) {
            int after = before + shuffled.size();
            // Rounding the running total instead of each class gives a tenth also where classes have few images.
            int quota = (int) (Math.rint(after * 0.1) - Math.rint(before * 0.1));
            off.addAll(shuffled.subList(0, Math.max(0, Math.min(quota, shuffled.size() - 1))));
            before = after;
        }
        List<Item> rest = new ArrayList<>(items);
        rest.removeIf(off::contains);
        List<Item> taken = new ArrayList<>(items);
        taken.removeIf(i -> !off.contains(i));
        return new Two(rest, taken);
    }

    /** Images by class, each class in its own random order. */
    private static List<List<Item>> shuffled(List<Item> items, int classes, long seed) {
        List<List<Item>> sorted = new ArrayList<>();
        for (int label = 0; label < classes; label++) {
            sorted.add(new ArrayList<>());
        }
        for (Item item : byName(items)) {
            sorted.get(item.label()).add(item);
        }
        List<List<Item>> out = new ArrayList<>();
        for (int label = 0; label < classes; label++) {
            List<Item> ofClass = sorted.get(label);
            List<Item> shuffled = new ArrayList<>(ofClass.size());
            for (int at : new Draws(seed, 0, label).order(0, ofClass.size())) {
                shuffled.add(ofClass.get(at));
            }
            out.add(shuffled);
        }
        return out;
    }

    private static List<Item> byName(List<Item> items) {
        List<Item> out = new ArrayList<>(items);
        out.sort(Comparator.comparing(Item::path).thenComparingLong(Item::offset));
        return out;
    }
}
