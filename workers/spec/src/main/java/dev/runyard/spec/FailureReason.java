package dev.runyard.spec;

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
    WORKER_LOST,
    INTERNAL;

    /** Trying again with the same spec gives the same end, so the scheduler does not. */
    public boolean deterministic() {
        return switch (this) {
            case SPEC, DATA, WEIGHTS, NOT_FINITE, OUT_OF_MEMORY, NO_PROGRESS, NO_VALID_CHECKPOINT -> true;
            case DISK_FULL, WORKER_LOST, INTERNAL -> false;
        };
    }
}
