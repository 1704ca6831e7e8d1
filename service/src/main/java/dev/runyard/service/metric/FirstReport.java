package dev.runyard.service.metric;

import java.util.UUID;

/** Told when an attempt sends its first points while its run is STARTING; the run's ledger moves it on to RUNNING. */
public interface FirstReport {
    /** Harmless when repeated, late or stale. Called outside of any transaction, after the points are durable. */
    void firstReport(UUID run, long attempt);
}
