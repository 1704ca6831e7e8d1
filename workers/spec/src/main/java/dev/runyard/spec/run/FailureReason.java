package dev.runyard.spec.run;

/** Why a run FAILED. The message beside it names the remedy. */
public enum FailureReason {
    /** The spec cannot be carried out, for example more prompts than the backbone's weights allow. */
    SPEC,
    /** Images or labels are missing, unreadable or changed. */
    DATA,
    /** Weights are missing, malformed or do not fit. */
    WEIGHTS,
    OUT_OF_MEMORY,
    /** Three optimiser steps in a row had a loss that is NaN or infinite. */
    NOT_FINITE,
    /** Three attempts in a row made no step of progress. */
    NO_PROGRESS,
    /** Every checkpoint of the run is damaged. */
    NO_VALID_CHECKPOINT,
    DISK_FULL,
    /** What a program needs is not to be had on a machine: its code, its setup, a secret, a worker that runs programs. */
    SETUP,
    WORKER_LOST,
    INTERNAL,
    /** A program that is not ours ended badly: its exit code or signal, or what its client said. */
    PROGRAM;

    /** Whom a failure says something about. */
    public enum Blame {
        /** The run itself: trying again anywhere gives the same end. */
        RUN,
        /** Where it was tried: not on that device again, but elsewhere. */
        PLACE,
        /** Neither. */
        NOBODY
    }

    /** Seen for the first time; what every place says is the run's. */
    public Blame blame() {
        return switch (this) {
            case SPEC, NOT_FINITE, NO_PROGRESS, NO_VALID_CHECKPOINT, PROGRAM -> Blame.RUN;
            case DATA, WEIGHTS, OUT_OF_MEMORY, DISK_FULL, SETUP, INTERNAL -> Blame.PLACE;
            case WORKER_LOST -> Blame.NOBODY;
        };
    }
}
