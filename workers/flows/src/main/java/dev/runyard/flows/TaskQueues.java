package dev.runyard.flows;

import java.util.UUID;

/** Names of task queues and workflows, here and nowhere else. */
public final class TaskQueues {
    /** Workflows and the ledger's activities; polled by the service. */
    public static final String LEDGER = "ledger";

    private TaskQueues() {}

    /** Activities of one device; polled by the one worker process that has it. */
    public static String device(UUID device) {
        return "device-" + device;
    }

    public static String runWorkflow(UUID run) {
        return "run-" + run;
    }

    public static String sweepWorkflow(UUID sweep) {
        return "sweep-" + sweep;
    }
}
