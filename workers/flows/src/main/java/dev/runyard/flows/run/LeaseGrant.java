package dev.runyard.flows.run;

import java.util.UUID;

/**
 * @param attempt fencing token: rises with each lease of the run
 * @param device whose task queue the attempt runs on
 */
public record LeaseGrant(UUID run, long attempt, UUID device) {}
