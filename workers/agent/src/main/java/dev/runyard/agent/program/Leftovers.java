package dev.runyard.agent.program;

import dev.runyard.flows.run.LeaseGrant;

/** Processes of earlier attempts at a run, which a worker that was killed left on this machine. */
final class Leftovers {
    private Leftovers() {}

    static void kill(LeaseGrant grant) {
        for (long earlier = Math.max(1, grant.attempt() - 3); earlier < grant.attempt(); earlier++) {
            ProcessGroup.killLeft(grant.run() + "/" + earlier);
        }
    }
}
