package dev.runyard.vision.data.layout;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How large the published data sets are, to tell a whole copy from a part of one. The sizes come from the papers and pages of the data
 * sets, some from their proportions; a copy of another size is used as it is, with a note.
 *
 * @param classes number of classes that occur
 * @param sizes images to learn from (train and val) and to judge by, one pair for each partition in use
 */
public record Published(int classes, List<Size> sizes) {
    /** Two published sizes differ by what rounding a random split of each class can move. */
    private static final int ROUNDING = 127;

    /**
     * Images of a partition.
     *
     * @param partition for people: whose it is
     */
    record Size(String partition, int learnt, int judged) {}

    private static final Map<String, Published> KNOWN = Map.ofEntries(
            of("cifar10", 10, new Size("official", 50_000, 10_000)),
            of("cifar100", 100, new Size("official", 50_000, 10_000)),
            of("oxford_flowers", 102, new Size("CoOp", 5_726, 2_463), new Size("official", 2_040, 6_149)),
            of("food101", 101, new Size("CoOp", 70_700, 30_300), new Size("official", 75_750, 25_250)),
            of("eurosat", 10, new Size("CoOp", 18_900, 8_100)),
            of("sun397", 397, new Size("official", 19_850, 19_850)),
            of("ucf101", 101, new Size("official", 9_537, 3_783)),
            of("svhn", 10, new Size("official", 73_257, 26_032)),
            of("oxford_pets", 37, new Size("official", 3_680, 3_669)),
            of("dtd", 47, new Size("CoOp", 3_948, 1_692), new Size("official", 3_760, 1_880)),
            of("resisc45", 45, new Size("PGN's", 25_200, 6_300)),
            of("clevr_count", 8, new Size("official", 70_000, 15_000)),
            of("imagenet", 1000, new Size("official", 1_281_167, 50_000), new Size("val alone", 0, 50_000)),
            of("imagenet-a", 200, new Size("official", 0, 7_500)),
            of("imagenet-r", 200, new Size("official", 0, 30_000)),
            of("imagenet-v2", 1000, new Size("official", 0, 10_000)),
            of("imagenet-sketch", 1000, new Size("official", 0, 50_889), new Size("its card", 0, 50_000)));

    private static Map.Entry<String, Published> of(String id, int classes, Size... sizes) {
        return Map.entry(id, new Published(classes, List.of(sizes)));
    }

    /** One sentence where a copy has other numbers than the published data set; null where it has those, or none are known. */
    public static @Nullable String differs(String id, Found found) {
        @Nullable Published known = KNOWN.get(id);
        if (known == null) {
            return null;
        }
        int classes =
                (int) found.all().stream().mapToInt(Item::label).distinct().count();
        int learnt = found.train().size() + found.val().size();
        int judged = found.test().size();
        // Parts that are still to be split off count as a whole.
        boolean whole = !found.parted();
        for (Size size : known.sizes) {
            boolean same = whole
                    ? near(learnt, size.learnt + size.judged)
                    : near(learnt, size.learnt) && near(judged, size.judged);
            if (same && classes == known.classes) {
                return null;
            }
        }
        Size size = Objects.requireNonNull(known.sizes.get(0));
        return String.format(
                Locale.ROOT,
                "This copy has %d images to learn from and %d to judge by, in %d classes; the published data set has %d and %d in %d"
                        + " (%s partition).",
                learnt,
                judged,
                classes,
                size.learnt,
                size.judged,
                known.classes,
                size.partition);
    }

    private static boolean near(int images, int published) {
        return Math.abs(images - published) <= (published < 100_000 && published > 0 ? ROUNDING : 0);
    }
}
