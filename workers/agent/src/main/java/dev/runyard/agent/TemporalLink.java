package dev.runyard.agent;

import dev.runyard.agent.client.ServiceClient.Registration;
import dev.runyard.flows.Payloads;
import dev.runyard.flows.TaskQueues;
import dev.runyard.flows.run.DeviceActivities;
import io.temporal.authorization.AuthorizationGrpcMetadataProvider;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.worker.WorkerFactory;
import io.temporal.worker.WorkerOptions;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Polls the device's queue on whatever Temporal the service names; an embedded one comes back on another port. */
final class TemporalLink implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(TemporalLink.class.getName());

    private final DeviceActivities activities;
    private @Nullable WorkflowServiceStubs stubs;
    private @Nullable WorkerFactory factory;

    TemporalLink(DeviceActivities activities) {
        this.activities = activities;
    }

    /**
     * Leaves the old server, if any, and polls at this one.
     *
     * @throws RuntimeException when the server is not reachable; nothing is polled then
     */
    synchronized void connect(Registration me) {
        abandon();
        WorkflowServiceStubsOptions.Builder options =
                WorkflowServiceStubsOptions.newBuilder().setTarget(me.executor().target());
        String key = me.executor().key();
        if (key != null) {
            options.addGrpcMetadataProvider(new AuthorizationGrpcMetadataProvider(() -> "Bearer " + key));
        }
        WorkflowServiceStubs connecting = WorkflowServiceStubs.newServiceStubs(options.build());
        try {
            WorkflowClient client = WorkflowClient.newInstance(
                    connecting,
                    WorkflowClientOptions.newBuilder()
                            .setNamespace(me.executor().namespace())
                            .setDataConverter(Payloads.converter())
                            .setIdentity("worker-" + me.worker())
                            .build());
            WorkerFactory starting = WorkerFactory.newInstance(client);
            starting.newWorker(
                            TaskQueues.device(me.device()),
                            WorkerOptions.newBuilder()
                                    .setMaxConcurrentActivityExecutionSize(1)
                                    .setMaxHeartbeatThrottleInterval(Duration.ofSeconds(2))
                                    .setDefaultHeartbeatThrottleInterval(Duration.ofSeconds(2))
                                    .build())
                    .registerActivitiesImplementations(activities);
            starting.start();
            stubs = connecting;
            factory = starting;
            LOG.log(
                    Level.INFO,
                    "polls queue {0} at {1}",
                    TaskQueues.device(me.device()),
                    me.executor().target());
        } catch (RuntimeException e) {
            connecting.shutdownNow();
            throw e;
        }
    }

    /** Takes nothing more; what runs may still deliver its result. */
    synchronized void suspend() {
        if (factory != null) {
            factory.suspendPolling();
        }
    }

    /** Delivers what has ended, then leaves. */
    @Override
    public synchronized void close() {
        if (factory != null) {
            factory.shutdown();
            factory.awaitTermination(2, TimeUnit.SECONDS);
        }
        abandon();
    }

    /** A running attempt goes on: its thread is not the factory's to end, and its end is booked with the service. */
    private void abandon() {
        if (factory != null) {
            factory.shutdown();
            factory = null;
        }
        if (stubs != null) {
            stubs.shutdownNow();
            stubs = null;
        }
    }
}
