package dev.runyard.vision.data.layout;

import dev.runyard.spec.dataset.DatasetEntry;
import dev.runyard.spec.dataset.DatasetEntry.Size;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How large the published data sets are, to tell a whole copy from a part of one. The sizes come from the papers and pages of the data
 * sets, some from their proportions; a copy of another size is used as it is, with a note.
 */
public final class Published {
    /** Two published sizes differ by what rounding a random split of each class can move. */
    private static final int ROUNDING = 127;

    private Published() {}

    /** One sentence where a copy has other numbers than the published data set; null where it has those, or none are known. */
    public static @Nullable String differs(String id, Found found) {
        DatasetEntry known = DatasetEntry.all().get(id);
        if (known == null || known.classes() == null || known.published().isEmpty()) {
            return null;
        }
        int of = known.classes();
        int classes =
                (int) found.all().stream().mapToInt(Item::label).distinct().count();
        int learnt = found.train().size() + found.val().size();
        int judged = found.test().size();
        // Parts that are still to be split off count as a whole.
        boolean whole = !found.parted();
        for (Size size : known.published()) {
            boolean same = whole
                    ? near(learnt, size.learnt() + size.judged())
                    : near(learnt, size.learnt()) && near(judged, size.judged());
            if (same && classes == of) {
                return null;
            }
        }
        Size size = known.published().get(0);
        return String.format(
                Locale.ROOT,
                "This copy has %d images to learn from and %d to judge by, in %d classes; the published data set has %d and %d in %d"
                        + " (%s partition).",
                learnt,
                judged,
                classes,
                size.learnt(),
                size.judged(),
                of,
                size.partition());
    }

    private static boolean near(int images, int published) {
        return Math.abs(images - published) <= (published < 100_000 && published > 0 ? ROUNDING : 0);
    }
}
