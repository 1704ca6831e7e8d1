package dev.runyard.spec.report;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Which checkpoints of a run stay: on a worker's disk the last two and the best, and in the lab as many as its project says. */
public final class Retention {
    /** The newest may turn out damaged; then the one before it is resumed from. */
    public static final int LAST = 2;

    public static final int BEST = 1;

    private Retention() {}

    /** Those that may go where {@value #LAST} and the best stay. */
    public static <T> List<T> spare(List<T> newestFirst, Predicate<T> best) {
        return spare(newestFirst, LAST, BEST, best);
    }

    /**
     * Those that may go.
     *
     * @param newestFirst all that exist
     * @param last how many of the newest stay, at least 1
     * @param bests how many of the newest that held the best validation result stay, at least 0
     * @param best whether one held the best validation result of the run when it was made; the newest of these is the best now
     */
    public static <T> List<T> spare(List<T> newestFirst, int last, int bests, Predicate<T> best) {
        List<T> spare = new ArrayList<>();
        int found = 0;
        for (int i = 0; i < newestFirst.size(); i++) {
            T checkpoint = newestFirst.get(i);
            boolean amongBest = found < bests && best.test(checkpoint);
            found += amongBest ? 1 : 0;
            if (i >= last && !amongBest) {
                spare.add(checkpoint);
            }
        }
        return spare;
    }
}
