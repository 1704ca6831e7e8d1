package dev.runyard.service;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.runyard.service.auth.Role;
import dev.runyard.service.boot.LabConfig;
import dev.runyard.service.boot.Version;
import dev.runyard.service.executor.LoopWatch;
import dev.runyard.service.executor.Reconciler;
import dev.runyard.service.executor.TemporalStatus;
import dev.runyard.service.scheduling.Scheduler;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What the lab tells of itself. */
@Path("/api/v1/lab")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed(Role.PERSON)
public class LabResource {
    private static final Duration ALIVE = Duration.ofSeconds(10);

    private final LabConfig config;
    private final LoopWatch pulse;
    private final TemporalStatus temporal;

    public LabResource(LabConfig config, LoopWatch pulse, TemporalStatus temporal) {
        this.config = config;
        this.pulse = pulse;
        this.temporal = temporal;
    }

    /**
     * @param mode embedded or lab
     * @param postgres embedded, or the server's address without credentials
     * @param address that people open, where a proxy serves the lab; absent: this very one
     * @param schedulerOk whether leases are being granted
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record LabView(
            String version,
            String mode,
            String postgres,
            @Nullable String address,
            long uptimeSeconds,
            boolean schedulerOk,
            boolean temporalOk) {}

    @GET
    public LabView lab() {
        boolean temporalOk = temporal.ok();
        return new LabView(
                Version.CURRENT,
                config.embedded() ? "embedded" : "lab",
                config.dbUrl()
                        .map(url -> url.replaceFirst("^jdbc:", "").replaceFirst("\\?.*$", ""))
                        .orElse("embedded"),
                config.border().proxy().map(Object::toString).orElse(null),
                ManagementFactory.getRuntimeMXBean().getUptime() / 1_000,
                temporalOk && pulse.beats(Scheduler.LOOP, ALIVE) && pulse.beats(Reconciler.LOOP, ALIVE),
                temporalOk);
    }
}
