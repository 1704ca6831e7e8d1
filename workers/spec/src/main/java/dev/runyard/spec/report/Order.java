package dev.runyard.spec.report;

/** What the service answers to a heartbeat of an attempt. */
public enum Order {
    CONTINUE,
    /** Checkpoint, then give the device back. */
    PAUSE,
    /** Stop now. */
    CANCEL,
    /** A newer attempt exists: stop, write nothing more. */
    STALE
}
