package dev.runyard.service.scheduling;

import dev.runyard.service.executor.Reconciler;
import dev.runyard.service.run.Configurations;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import org.jboss.logging.Logger;

/** The threads of the scheduler, the reconciler and the catalogue of keys. A fault costs one round, never the loop. */
@ApplicationScoped
public class Loops {
    private static final Logger LOG = Logger.getLogger(Loops.class);
    private static final long PAUSE_MILLIS = 1_000;
    private static final String CATALOGUE = "runyard-catalogue";

    private final Scheduler scheduler;
    private final Reconciler reconciler;
    private final Configurations configurations;
    private final Thread[] threads;
    private boolean complete;

    public Loops(Scheduler scheduler, Reconciler reconciler, Configurations configurations) {
        this.configurations = configurations;
        this.scheduler = scheduler;
        this.reconciler = reconciler;
        this.threads = new Thread[] {
            new Thread(() -> loop(Scheduler.LOOP, this.scheduler::step), Scheduler.LOOP),
            new Thread(() -> loop(Reconciler.LOOP, this.reconciler::step), Reconciler.LOOP),
            new Thread(() -> loop(CATALOGUE, this::catalogue), CATALOGUE)
        };
    }

    /** One round of a loop. */
    private interface Step {
        void take() throws InterruptedException;
    }

    /** First what runs of earlier releases lack, then what new ones bring; a round costs little where there is nothing. */
    private void catalogue() throws InterruptedException {
        if (!complete) {
            configurations.complete();
            complete = true;
        }
        if (!configurations.see()) {
            Thread.sleep(PAUSE_MILLIS);
        }
    }

    void start(@Observes StartupEvent started) {
        for (Thread thread : threads) {
            thread.setDaemon(true);
            thread.start();
        }
    }

    void stop(@Observes ShutdownEvent stopped) throws InterruptedException {
        for (Thread thread : threads) {
            thread.interrupt();
        }
        for (Thread thread : threads) {
            thread.join(Duration.ofSeconds(5).toMillis());
        }
    }

    private static void loop(String name, Step step) {
        boolean failing = false;
        while (!Thread.currentThread().isInterrupted()) {
            try {
                step.take();
                failing = false;
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                if (Thread.currentThread().isInterrupted()) {
                    return;
                }
                if (failing) {
                    LOG.debugf(e, "%s still fails", name);
                } else {
                    LOG.warnf(e, "%s failed; it goes on", name);
                }
                failing = true;
                try {
                    Thread.sleep(PAUSE_MILLIS);
                } catch (InterruptedException interrupted) {
                    return;
                }
            }
        }
    }
}
