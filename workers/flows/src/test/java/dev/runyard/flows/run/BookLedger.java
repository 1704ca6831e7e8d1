package dev.runyard.flows.run;

import dev.runyard.spec.report.Outcome;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** A ledger of one run, kept in the heap: over when told, or when an outcome says so. */
public final class BookLedger implements RunActivities {
    /** One booked end. */
    public record Ended(long attempt, Outcome outcome) {}

    private final Predicate<Outcome> ends;
    private final List<Ended> ended = new CopyOnWriteArrayList<>();
    private volatile boolean over;
    private volatile int asked;
    private volatile int overAfter = Integer.MAX_VALUE;

    public BookLedger(Predicate<Outcome> ends) {
        this.ends = ends;
    }

    @Override
    public synchronized boolean over(UUID run) {
        asked++;
        return over || asked > overAfter;
    }

    @Override
    public synchronized boolean ended(UUID run, long attempt, Outcome outcome) {
        ended.add(new Ended(attempt, outcome));
        over |= ends.test(outcome);
        return over;
    }

    public void cancel() {
        over = true;
    }

    public void overAfter(int questions) {
        overAfter = questions;
    }

    public List<Ended> ends() {
        return List.copyOf(ended);
    }

    public int asked() {
        return asked;
    }
}
