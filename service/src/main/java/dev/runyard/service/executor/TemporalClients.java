package dev.runyard.service.executor;

import dev.runyard.flows.Payloads;
import dev.runyard.service.boot.LabConfig;
import dev.runyard.service.boot.StartFailure;
import io.temporal.authorization.AuthorizationGrpcMetadataProvider;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Connections to Temporal. Nothing is connected before the first call, so the service starts without a server. */
@ApplicationScoped
class TemporalClients {
    /** Namespace of every workflow. */
    static final String NAMESPACE = "default";

    @Produces
    @Singleton
    WorkflowServiceStubs stubs(LabConfig config) {
        String target = config.temporal()
                .orElseThrow(() -> new StartFailure(
                        "no Temporal server is known", "start the service by its main class, or set RUNYARD_TEMPORAL"));
        WorkflowServiceStubsOptions.Builder options =
                WorkflowServiceStubsOptions.newBuilder().setTarget(target).setRpcTimeout(Duration.ofSeconds(10));
        config.temporalKey()
                .ifPresent(key ->
                        options.addGrpcMetadataProvider(new AuthorizationGrpcMetadataProvider(() -> "Bearer " + key)));
        return WorkflowServiceStubs.newServiceStubs(options.build());
    }

    @Produces
    @Singleton
    WorkflowClient client(WorkflowServiceStubs stubs) {
        return WorkflowClient.newInstance(
                stubs,
                WorkflowClientOptions.newBuilder()
                        .setNamespace(NAMESPACE)
                        .setDataConverter(Payloads.converter())
                        .build());
    }

    void close(@Disposes WorkflowServiceStubs stubs) {
        stubs.shutdownNow();
        stubs.awaitTermination(2, TimeUnit.SECONDS);
    }
}
