package dev.runyard.flows.run;

import dev.runyard.spec.report.Outcome;
import io.temporal.activity.ActivityInterface;

/** What a worker does with its device. Implemented by the agent, on the device's own task queue. */
@ActivityInterface
public interface DeviceActivities {
    /** Trains from the last checkpoint, heartbeating each step, until the run ends or is told to give the device back. */
    Outcome train(LeaseGrant grant);
}
