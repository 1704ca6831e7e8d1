package dev.runyard.agent;

import dev.runyard.agent.attempt.AttemptRunner;
import dev.runyard.flows.run.DeviceActivities;
import dev.runyard.flows.run.LeaseGrant;
import dev.runyard.spec.report.Outcome;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityExecutionContext;

/** Temporal's door to the attempts of this process. */
final class DeviceActivitiesImpl implements DeviceActivities {
    private final AttemptRunner attempts;

    DeviceActivitiesImpl(AttemptRunner attempts) {
        this.attempts = attempts;
    }

    @Override
    public Outcome train(LeaseGrant grant) {
        ActivityExecutionContext temporal = Activity.getExecutionContext();
        return attempts.run(grant, temporal::heartbeat);
    }
}
