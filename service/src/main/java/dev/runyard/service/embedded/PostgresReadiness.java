package dev.runyard.service.embedded;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** The embedded Postgres' line in the readiness answer: why it does not run. */
@Readiness
@ApplicationScoped
class PostgresReadiness implements HealthCheck {
    @Override
    public HealthCheckResponse call() {
        Optional<String> trouble = EmbeddedPostgres.trouble();
        var response = HealthCheckResponse.named("Embedded Postgres").status(trouble.isEmpty());
        trouble.ifPresent(why -> response.withData("why", why));
        return response.build();
    }
}
