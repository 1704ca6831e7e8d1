package dev.runyard.service.http;

import dev.runyard.service.boot.CertificatePair;
import dev.runyard.service.boot.LabConfig;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.tls.CertificateUpdatedEvent;
import io.quarkus.tls.TlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The lab's own certificate while the lab runs: one that is replaced is served within seconds; one that cannot serve is not taken, and the
 * log says why; one that is about to end is told of each day. Connections that stand go on.
 */
@ApplicationScoped
public class CertificateWatch {
    /** The pair's name in Quarkus. */
    public static final String NAME = "web";

    private static final Logger LOG = Logger.getLogger(CertificateWatch.class);
    private static final Duration LOOK = Duration.ofSeconds(2);
    private static final Duration SOON = Duration.ofDays(14);
    private static final Duration REMIND = Duration.ofDays(1);

    private final LabConfig config;
    private final Instance<TlsConfigurationRegistry> registry;
    private final Event<CertificateUpdatedEvent> updated;
    private final MeterRegistry meters;
    private final Thread thread = new Thread(this::watch, "certificate-watch");
    private volatile Instant ends = Instant.MAX;
    private Instant told = Instant.MIN;
    private @Nullable Stamp seen;

    /** What tells that a file was replaced. */
    private record Stamp(List<FileTime> times, List<Long> sizes) {}

    CertificateWatch(
            LabConfig config,
            Instance<TlsConfigurationRegistry> registry,
            Event<CertificateUpdatedEvent> updated,
            MeterRegistry meters) {
        this.config = config;
        this.registry = registry;
        this.updated = updated;
        this.meters = meters;
    }

    void start(@Observes StartupEvent started) {
        Gauge.builder("runyard.certificate.left.seconds", this::left)
                .description("Until the lab's own certificate ends; NaN: it has none")
                .register(meters);
        Optional<CertificatePair> pair = config.border().pair();
        if (pair.isEmpty()) {
            return;
        }
        ends = pair.get().ends();
        seen = stamp();
        thread.setDaemon(true);
        thread.start();
    }

    private double left() {
        return ends.equals(Instant.MAX)
                ? Double.NaN
                : Duration.between(Instant.now(), ends).toSeconds();
    }

    void stop(@Observes ShutdownEvent stopped) {
        thread.interrupt();
    }

    private void watch() {
        try {
            Stamp before = null;
            while (true) {
                Stamp now = stamp();
                // Twice the same: of two files that are replaced one after the other, the first alone is no pair.
                if (now != null && now.equals(before) && !now.equals(seen)) {
                    seen = now;
                    take();
                }
                before = now;
                remind(Instant.now());
                Thread.sleep(LOOK.toMillis());
            }
        } catch (InterruptedException e) {
            // The service stops.
        }
    }

    private void take() {
        Path file = config.border().certificate().orElseThrow();
        try {
            CertificatePair pair =
                    CertificatePair.read(file, config.border().key().orElseThrow(), Instant.now());
            TlsConfiguration tls = registry.get().get(NAME).orElseThrow();
            if (!tls.reload()) {
                throw new IllegalStateException("the server does not read it");
            }
            updated.fire(new CertificateUpdatedEvent(NAME, tls));
            ends = pair.ends();
            LOG.infof("the certificate in %s was replaced; the new one is good until %s", file, ends);
        } catch (CertificatePair.Unusable | RuntimeException e) {
            LOG.warnf(
                    "the certificate in %s was replaced and is not taken: it %s; the one before is served on, until %s",
                    file, e.getMessage(), ends);
        }
    }

    private void remind(Instant now) {
        if (Duration.between(now, ends).compareTo(SOON) < 0
                && (told.equals(Instant.MIN) || Duration.between(told, now).compareTo(REMIND) > 0)) {
            told = now;
            LOG.warnf(
                    "the certificate in %s ends at %s; replace it, and the new one is taken at once",
                    config.border().certificate().orElseThrow(), ends);
        }
    }

    /** Null while a file is not there: it is being replaced. */
    private @Nullable Stamp stamp() {
        List<Path> files = List.of(
                config.border().certificate().orElseThrow(),
                config.border().key().orElseThrow());
        try {
            return new Stamp(
                    List.of(Files.getLastModifiedTime(files.get(0)), Files.getLastModifiedTime(files.get(1))),
                    List.of(Files.size(files.get(0)), Files.size(files.get(1))));
        } catch (IOException e) {
            return null;
        }
    }
}
