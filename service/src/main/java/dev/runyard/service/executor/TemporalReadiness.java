package dev.runyard.service.executor;

import dev.runyard.service.boot.LabConfig;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Temporal's line in the readiness answer. */
@Readiness
@ApplicationScoped
class TemporalReadiness implements HealthCheck {
    private final TemporalStatus status;
    private final LabConfig config;

    @Inject
    TemporalReadiness(TemporalStatus status, LabConfig config) {
        this.status = status;
        this.config = config;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("Temporal")
                .status(status.ok())
                .withData("target", config.temporal().orElse("none"))
                .build();
    }
}
