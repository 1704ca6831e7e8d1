package dev.runyard.service.blob;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Every ten minutes: runs that were deleted long ago let go of their files, blobs that nothing refers to and that are older than an hour
 * go, and some others are read for damage.
 */
@ApplicationScoped
class BlobSweep {
    private static final Logger LOG = Logger.getLogger(BlobSweep.class);
    private static final Duration EVERY = Duration.ofMinutes(10);

    /** Read whole in one round. */
    private static final long SCRUBBED_BYTES = 1L << 30;

    private final Blobs blobs;
    private final Freeing freeing;
    private String scrubbed = "";
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "runyard-blob-sweep");
        thread.setDaemon(true);
        return thread;
    });

    BlobSweep(Blobs blobs, Freeing freeing) {
        this.blobs = blobs;
        this.freeing = freeing;
    }

    void started(@Observes StartupEvent event) {
        var unused =
                executor.scheduleWithFixedDelay(this::sweep, EVERY.toMillis(), EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    void stopping(@Observes ShutdownEvent event) {
        executor.shutdownNow();
    }

    private void sweep() {
        try {
            Freeing.Freed freed = freeing.some();
            if (freed.runs() > 0) {
                LOG.infof(
                        "let go of the files of %d runs that were deleted longer ago than their project keeps them (the lab's own: %s)",
                        freed.runs(), freeing.deletedFor());
            }
            if (freed.files() > 0) {
                LOG.infof("deleted %d blobs that nothing refers to", freed.files());
            }
            scrubbed = blobs.scrub(scrubbed, SCRUBBED_BYTES);
        } catch (IOException | RuntimeException e) {
            LOG.warnf("the sweep of blobs is put off: %s", e.getMessage());
        }
    }
}
