package dev.runyard.service.run.client;

import dev.runyard.service.db.Statements;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** External runs whose client was silent for longer than their owner lets it ({@link ClientTags#LOST_AFTER}) become FAILED. */
@ApplicationScoped
public class SilentRuns {
    private static final Logger LOG = Logger.getLogger(SilentRuns.class);
    private static final long EVERY_SECONDS = 10;

    private final Statements statements;
    private final ClientRuns runs;
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "runyard-silent-runs");
        thread.setDaemon(true);
        return thread;
    });

    public SilentRuns(Statements statements, ClientRuns runs) {
        this.statements = statements;
        this.runs = runs;
    }

    void started(@Observes StartupEvent event) {
        var unused = executor.scheduleWithFixedDelay(this::look, EVERY_SECONDS, EVERY_SECONDS, TimeUnit.SECONDS);
    }

    void stopping(@Observes ShutdownEvent event) {
        executor.shutdownNow();
    }

    private void look() {
        try {
            sweep();
        } catch (RuntimeException e) {
            LOG.warnf("silent runs are looked at later: %s", e.getMessage());
        }
    }

    /** Looks once. */
    public void sweep() {
        record Silent(UUID run, int seconds) {}
        List<Silent> silent = statements.rows("""
                select c.run_id, c.lost_after from client_run c join run r on r.id = c.run_id
                where c.lost_after is not null and c.heard_at < now() - make_interval(secs => c.lost_after)
                  and r.external and r.state = 'RUNNING' and r.deleted_at is null limit 500""", r -> new Silent(r.getObject(1, UUID.class), r.getInt(2)));
        silent.forEach(one -> runs.lost(
                one.run(),
                "its program wrote nothing for " + one.seconds() + " s, as long as runyard.lostAfter lets it"));
    }
}
