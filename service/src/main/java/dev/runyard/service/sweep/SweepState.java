package dev.runyard.service.sweep;

/** States of a sweep. */
public enum SweepState {
    /** Makes runs until there are as many as it asked for; over when each of them is. */
    RUNNING,
    PAUSED,
    FINISHED,
    CANCELLED
}
