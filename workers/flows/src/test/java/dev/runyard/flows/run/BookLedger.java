package dev.runyard.flows.run;

import dev.runyard.spec.report.Outcome;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** A ledger of one run, kept in the heap. Over when told, or when what a worker reported says so; what Temporal tells is noted. */
public final class BookLedger implements RunActivities {
    /** One booked end. */
    public record Ended(long attempt, Outcome outcome) {}

    private final Predicate<Outcome> ends;
    private final List<Ended> reported = new CopyOnWriteArrayList<>();
    private final List<Ended> hinted = new CopyOnWriteArrayList<>();
    private volatile boolean over;
    private volatile int asked;
    private volatile int overAfter = Integer.MAX_VALUE;

    public BookLedger(Predicate<Outcome> ends) {
        this.ends = ends;
    }

    /** What a worker says over HTTP; answers the same outcome, as the activity does. */
    public synchronized Outcome report(LeaseGrant lease, Outcome outcome) {
        reported.add(new Ended(lease.attempt(), outcome));
        over |= ends.test(outcome);
        return outcome;
    }

    @Override
    public synchronized boolean over(UUID run) {
        asked++;
        return over || asked > overAfter;
    }

    @Override
    public synchronized boolean ended(UUID run, long attempt, Outcome outcome) {
        hinted.add(new Ended(attempt, outcome));
        return over;
    }

    public void cancel() {
        over = true;
    }

    public void overAfter(int questions) {
        overAfter = questions;
    }

    public List<Ended> reports() {
        return List.copyOf(reported);
    }

    /** What the workflow told instead of asking. */
    public List<Ended> hints() {
        return List.copyOf(hinted);
    }

    public int asked() {
        return asked;
    }
}
