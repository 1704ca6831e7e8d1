package dev.runyard.service.executor;

import dev.runyard.flows.Payloads;
import dev.runyard.flows.TemporalAddress;
import dev.runyard.service.boot.LabConfig;
import dev.runyard.service.boot.StartFailure;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.serviceclient.WorkflowServiceStubs;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Connections to Temporal. Nothing is connected before the first call, so the service starts without a server. */
@ApplicationScoped
class TemporalClients {
    /** Where none is named. */
    private static final String NAMESPACE = "default";

    @Produces
    @Singleton
    WorkflowServiceStubs stubs(LabConfig config) {
        String target = config.temporal()
                .orElseThrow(() -> new StartFailure(
                        "no Temporal server is known", "start the service by its main class, or set RUNYARD_TEMPORAL"));
        return WorkflowServiceStubs.newServiceStubs(address(config, target)
                .options()
                .setRpcTimeout(Duration.ofSeconds(10))
                .build());
    }

    /** The address is the configuration's; how one gets in may be the environment's, for a server of one's own. */
    private static TemporalAddress address(LabConfig config, String target) {
        Map<String, String> environment = new HashMap<>(config.ownTemporal() ? Map.of() : System.getenv());
        environment.remove("TEMPORAL_ADDRESS");
        return TemporalAddress.of(
                environment, target, NAMESPACE, config.temporalKey().orElse(null));
    }

    /** Namespace of every workflow. */
    static String namespace(LabConfig config) {
        return address(config, "").namespace();
    }

    @Produces
    @Singleton
    WorkflowClient client(WorkflowServiceStubs stubs, LabConfig config) {
        return WorkflowClient.newInstance(
                stubs,
                WorkflowClientOptions.newBuilder()
                        .setNamespace(namespace(config))
                        .setDataConverter(Payloads.converter())
                        .build());
    }

    void close(@Disposes WorkflowServiceStubs stubs) {
        stubs.shutdownNow();
        stubs.awaitTermination(2, TimeUnit.SECONDS);
    }
}
