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
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Every ten minutes: runs that were deleted long ago let go of their files, blobs that nothing refers to and that are older than an hour
 * go, and some others are read for damage.
 */
@ApplicationScoped
class BlobSweep {
    private static final Logger LOG = Logger.getLogger(BlobSweep.class);
    private static final Duration EVERY = Duration.ofMinutes(10);

    /** Longer than any upload of a checkpoint's files takes before the checkpoint itself is reported. */
    private static final Duration AGE = Duration.ofHours(1);

    /** Read whole in one round. */
    private static final long SCRUBBED_BYTES = 1L << 30;

    private final Blobs blobs;
    private final DeletedFiles deletedFiles;
    private final Duration deletedFor;
    private String scrubbed = "";
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "runyard-blob-sweep");
        thread.setDaemon(true);
        return thread;
    });

    /** @param deletedFor how long a deleted run keeps its files */
    BlobSweep(
            Blobs blobs,
            DeletedFiles deletedFiles,
            @ConfigProperty(name = "runyard.deleted.keep", defaultValue = "30d") Duration deletedFor) {
        this.blobs = blobs;
        this.deletedFiles = deletedFiles;
        this.deletedFor = deletedFor;
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
            int runs = deletedFiles.letGo(deletedFor);
            if (runs > 0) {
                LOG.infof("let go of the files of %d runs that were deleted more than %s ago", runs, deletedFor);
            }
            int deleted = blobs.sweep(AGE);
            if (deleted > 0) {
                LOG.infof("deleted %d blobs that nothing refers to", deleted);
            }
            scrubbed = blobs.scrub(scrubbed, SCRUBBED_BYTES);
        } catch (IOException | RuntimeException e) {
            LOG.warnf("the sweep of blobs is put off: %s", e.getMessage());
        }
    }
}
