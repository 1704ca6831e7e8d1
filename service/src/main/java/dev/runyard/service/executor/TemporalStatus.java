package dev.runyard.service.executor;

import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.temporal.serviceclient.WorkflowServiceStubs;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

/** Whether Temporal answers. Asked at most once a second, however many ask. */
@Singleton
public class TemporalStatus {
    private final WorkflowServiceStubs stubs;
    private long asked;
    private boolean ok;

    @Inject
    public TemporalStatus(WorkflowServiceStubs stubs) {
        this.stubs = stubs;
        this.asked = System.nanoTime() - 2_000_000_000L;
    }

    public synchronized boolean ok() {
        if (System.nanoTime() - asked > 1_000_000_000L) {
            ok = ask();
            asked = System.nanoTime();
        }
        return ok;
    }

    private boolean ask() {
        try {
            return stubs.healthCheck().getStatus() == ServingStatus.SERVING;
        } catch (StatusRuntimeException e) {
            return false;
        }
    }
}
