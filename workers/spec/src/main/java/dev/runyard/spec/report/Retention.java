package dev.runyard.spec.report;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Which checkpoints of a run stay, on a worker's disk and in the lab alike: the last two and the best. */
public final class Retention {
    /** The newest may turn out damaged; then the one before it is resumed from. */
    private static final int LAST = 2;

    private Retention() {}

    /**
     * Those that may go.
     *
     * @param newestFirst all that exist
     * @param best whether one held the best validation result of the run when it was made; the newest of these is the best now
     */
    public static <T> List<T> spare(List<T> newestFirst, Predicate<T> best) {
        List<T> spare = new ArrayList<>();
        boolean found = false;
        for (int i = 0; i < newestFirst.size(); i++) {
            T checkpoint = newestFirst.get(i);
            boolean isBest = !found && best.test(checkpoint);
            found |= isBest;
            if (i >= LAST && !isBest) {
                spare.add(checkpoint);
            }
        }
        return spare;
    }
}
