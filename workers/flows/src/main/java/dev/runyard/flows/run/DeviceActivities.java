package dev.runyard.flows.run;

import dev.runyard.spec.report.Outcome;
import io.temporal.activity.ActivityInterface;

/** What a worker does with its device. Implemented by the agent, on the device's own task queue. */
@ActivityInterface
public interface DeviceActivities {
    /**
     * Trains from the last checkpoint until the run ends or is told to give the device back. The worker reports the outcome to the
     * service; what is returned here counts for nothing.
     */
    Outcome train(LeaseGrant grant);
}
