package dev.runyard.agent.attempt;

import dev.runyard.agent.client.AttemptClient;
import dev.runyard.agent.client.Patience;
import dev.runyard.agent.client.ServiceFault;
import dev.runyard.spec.Failpoint;
import dev.runyard.spec.report.CheckpointRef;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Sends checkpoints in the background, one in flight. A checkpoint is told to the service only after every point measured before
 * it has arrived: whoever resumes from it measures only what comes later. When the service is slower than training, an older one
 * that waits gives way, unless it holds the best result.
 */
final class CheckpointUploads implements AutoCloseable {
    private record Waiting(Path folder, CheckpointRef ref, long mark) {}

    /** Waits until the points before a mark have arrived; false when there is no use in waiting on. */
    @FunctionalInterface
    interface Arrived {
        boolean await(long mark, Duration most) throws InterruptedException;
    }

    private final AttemptClient client;
    private final Orders orders;
    private final Arrived points;
    private final Duration patience;
    private final Consumer<String> log;
    private final Thread thread;
    private final Deque<Waiting> queue = new ArrayDeque<>();
    private boolean busy;
    private boolean closed;

    CheckpointUploads(
            String name, AttemptClient client, Orders orders, Arrived points, Duration patience, Consumer<String> log) {
        this.client = client;
        this.orders = orders;
        this.points = points;
        this.patience = patience;
        this.log = log;
        this.thread = new Thread(this::loop, name);
        thread.setDaemon(true);
        thread.start();
    }

    synchronized void offer(Path folder, CheckpointRef ref, long mark) {
        queue.removeIf(older -> !older.ref().best() || ref.best());
        queue.add(new Waiting(folder, ref, mark));
        notifyAll();
    }

    /** Waits until all are sent; false when there is no use or time in waiting on. */
    synchronized boolean join(Duration most) throws InterruptedException {
        long end = System.nanoTime() + most.toNanos();
        while (busy || !queue.isEmpty()) {
            if (!orders.reporting() || System.nanoTime() > end || !thread.isAlive()) {
                return false;
            }
            wait(50);
        }
        return true;
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            queue.clear();
            notifyAll();
        }
        thread.interrupt();
        try {
            thread.join(5_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void loop() {
        try {
            while (true) {
                upload(take());
                done();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        } catch (ServiceFault.Stale e) {
            orders.stale();
        } catch (RuntimeException | IOException e) {
            orders.fault("a checkpoint could not be stored: " + e.getMessage());
        }
    }

    private synchronized Waiting take() throws InterruptedException {
        while (queue.isEmpty()) {
            if (closed) {
                throw new InterruptedException();
            }
            wait();
        }
        busy = true;
        return queue.remove();
    }

    private synchronized void done() {
        busy = false;
        notifyAll();
    }

    private void upload(Waiting next) throws IOException, InterruptedException {
        BooleanSupplier useful =
                () -> orders.reporting() && !Thread.currentThread().isInterrupted();
        Patience patient = Patience.of(patience).butOnlyWhile(useful);
        try {
            for (CheckpointRef.File file : next.ref().files()) {
                store(patient, file.sha256(), next.folder().resolve(file.name()));
                Failpoint.CHECKPOINT_FILE_SENT.reach();
            }
            if (points.await(next.mark(), patience)) {
                Failpoint.CHECKPOINT_SENT.reach();
                patient.run(() -> client.checkpoint(next.ref()));
                Failpoint.CHECKPOINT_TOLD.reach();
            }
        } catch (NoSuchFileException e) {
            // Training keeps the last two and the best, so a newer one is on its way.
            log.accept("checkpoint of step " + next.ref().step() + " was replaced before it was sent");
        }
    }

    private void store(Patience patient, String sha256, Path file) throws IOException {
        try {
            patient.run(() -> {
                try {
                    if (!Files.exists(file)) {
                        throw new NoSuchFileException(file.toString());
                    }
                    client.store(sha256, file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
