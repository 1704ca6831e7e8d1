package dev.runyard.flows;

import io.temporal.activity.ActivityOptions;
import io.temporal.common.RetryOptions;
import java.time.Duration;

/**
 * How workflows call the ledger: again and again, since each call is one guarded transaction that is safe to repeat and the rows
 * it waits for come back with the database.
 */
public final class LedgerOptions {
    private LedgerOptions() {}

    public static ActivityOptions patient() {
        return ActivityOptions.newBuilder()
                .setTaskQueue(TaskQueues.LEDGER)
                .setStartToCloseTimeout(Duration.ofSeconds(30))
                .setRetryOptions(RetryOptions.newBuilder()
                        .setInitialInterval(Duration.ofSeconds(1))
                        .setMaximumInterval(Duration.ofSeconds(10))
                        .build())
                .build();
    }
}
