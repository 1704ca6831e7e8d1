package dev.runyard.agent;

import dev.runyard.agent.client.ServiceClient.Registration;
import dev.runyard.flows.Payloads;
import dev.runyard.flows.TaskQueues;
import dev.runyard.flows.TemporalAddress;
import dev.runyard.flows.run.DeviceActivities;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.worker.WorkerFactory;
import io.temporal.worker.WorkerOptions;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Polls the device's queue on whatever Temporal the service names; an embedded one comes back on another port. One that was away
 * is polled anew as soon as it is back: the SDK's own polls fail with ever longer pauses, up to a minute, and a lease is over in half
 * of that.
 */
final class TemporalLink implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(TemporalLink.class.getName());
    private static final long LOOK_MILLIS = 1_000;

    private final DeviceActivities activities;
    private final BooleanSupplier idle;
    private final Map<String, String> environment;
    private @Nullable Registration me;
    private @Nullable WorkflowServiceStubs stubs;
    private @Nullable WorkerFactory factory;

    /**
     * @param idle whether no attempt runs; one that does keeps its link, over which nothing is polled meanwhile
     * @param environment may say how this machine reaches Temporal, where that is not as the service does
     */
    TemporalLink(DeviceActivities activities, BooleanSupplier idle, Map<String, String> environment) {
        this.environment = environment;
        this.activities = activities;
        this.idle = idle;
        Thread watch = new Thread(this::watch, "temporal");
        watch.setDaemon(true);
        watch.start();
    }

    /**
     * Leaves the old server, if any, and polls at this one.
     *
     * @throws RuntimeException when the server is not reachable; nothing is polled then
     */
    synchronized void connect(Registration me) {
        abandon();
        this.me = me;
        // The server that a service started for itself is reached as it says, whatever else this machine works with.
        boolean embedded = me.executor().key() != null && me.executor().target().startsWith("127.0.0.1:");
        TemporalAddress address = TemporalAddress.of(
                embedded ? Map.of() : environment,
                me.executor().target(),
                me.executor().namespace(),
                me.executor().key());
        WorkflowServiceStubs connecting =
                WorkflowServiceStubs.newServiceStubs(address.options().build());
        try {
            WorkflowClient client = WorkflowClient.newInstance(
                    connecting,
                    WorkflowClientOptions.newBuilder()
                            .setNamespace(address.namespace())
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
            LOG.log(Level.INFO, "polls queue {0} at {1}", TaskQueues.device(me.device()), address);
        } catch (RuntimeException e) {
            connecting.shutdownNow();
            throw e;
        }
    }

    /** Takes nothing more; what runs may still deliver its result. */
    synchronized void suspend() {
        me = null;
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

    private void watch() {
        WorkflowServiceStubs away = null;
        while (true) {
            try {
                Thread.sleep(LOOK_MILLIS);
            } catch (InterruptedException e) {
                return;
            }
            WorkflowServiceStubs asked;
            synchronized (this) {
                asked = stubs;
            }
            if (asked == null) {
                continue; // not connected yet, or leaving
            }
            if (!answers(asked)) {
                away = asked;
            } else if (asked.equals(away) && again(asked)) {
                away = null;
            }
        }
    }

    private static boolean answers(WorkflowServiceStubs stubs) {
        try {
            return stubs.healthCheck().getStatus() == ServingStatus.SERVING;
        } catch (RuntimeException e) {
            return false;
        }
    }

    /** Begins to poll with nothing remembered of what failed; false when that has to be tried again. */
    private synchronized boolean again(WorkflowServiceStubs asked) {
        Registration known = me;
        if (known == null || stubs != asked || !idle.getAsBoolean()) {
            return true; // somebody else connected meanwhile, or an attempt runs and nothing was polled
        }
        try {
            connect(known);
            return true;
        } catch (RuntimeException e) {
            LOG.log(Level.INFO, "Temporal is back, but cannot be polled yet: {0}", e.getMessage());
            return false;
        }
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
