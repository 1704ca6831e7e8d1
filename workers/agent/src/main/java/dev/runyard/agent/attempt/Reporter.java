package dev.runyard.agent.attempt;

import dev.runyard.agent.client.AttemptClient;
import dev.runyard.agent.client.AttemptClient.LogLine;
import dev.runyard.agent.client.AttemptClient.Progress;
import dev.runyard.agent.client.Patience;
import dev.runyard.agent.client.ServiceFault;
import dev.runyard.spec.Failpoint;
import dev.runyard.spec.Sha256;
import dev.runyard.spec.dataset.StoredPlace;
import dev.runyard.spec.metric.MetricBatch;
import dev.runyard.spec.metric.MetricPoint;
import dev.runyard.spec.report.ArtifactKind;
import dev.runyard.spec.report.CheckpointRef;
import dev.runyard.spec.report.Notice;
import dev.runyard.spec.report.Order;
import dev.runyard.spec.report.Preparing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** Carries what training says to the service. Nothing here makes training wait, but the start, artifacts and a full disk spool. */
final class Reporter implements Attempt, AutoCloseable {
    private static final long SPOOL_BYTES = 64L << 20;
    private static final long PREPARING_NANOS = 15_000_000_000L;
    /** In UTF-16 units; three bytes each at most, and the service takes 16 KiB. */
    private static final int LONGEST_LINE = 5_000;

    private final AttemptClient client;
    private final List<StoredPlace> places;
    private final Orders orders;
    private final Pulse pulse;
    private final Outbox<MetricPoint> points;
    private final Outbox<LogLine> lines;
    private final CheckpointUploads checkpoints;
    private final Duration patience;
    private long nextLine;
    private long preparingSaid;

    /** @param patience with a service that is away; one that stays away longer has given the run to somebody else long ago */
    Reporter(
            AttemptClient client,
            List<StoredPlace> places,
            Orders orders,
            Pulse pulse,
            Path folder,
            long attempt,
            Duration patience) {
        this.patience = patience;
        this.places = places;
        this.client = client.looking(() -> FetchedPlaces.goOn(this));
        this.orders = orders;
        this.pulse = pulse;
        this.points = new Outbox<>(
                "metrics",
                MetricPoint.class,
                MetricBatch.LIMIT,
                folder.resolve("spool-" + attempt + ".jsonl"),
                SPOOL_BYTES,
                this::send,
                orders);
        this.lines = new Outbox<>(
                "logs",
                LogLine.class,
                500,
                folder.resolve("log-spool-" + attempt + ".jsonl"),
                SPOOL_BYTES,
                client::logs,
                orders);
        this.checkpoints = new CheckpointUploads("checkpoints", client, orders, points::awaitSent, patience, this::log);
    }

    @Override
    public void resumed(long step) {
        log(step <= 0 ? "begins at step 0" : "goes on at step " + step);
        told(() -> patience().run(() -> client.resumed(step)));
        Failpoint.RESUME_TOLD.reach();
        pulse.progress(new Progress(Math.max(step, 0), 0, 0, 0));
    }

    @Override
    public AttemptClient client() {
        return client;
    }

    @Override
    public List<StoredPlace> places() {
        return places;
    }

    @Override
    public void going(long step) {
        pulse.going(step);
    }

    @Override
    public long step() {
        return pulse.step();
    }

    /** With the next heartbeat, as a sign of life, which from now on is watched for; and in the log, now and then. */
    @Override
    public void preparing(String what, long done, long of) {
        pulse.prepares(new Preparing(what, done, of));
        long now = System.nanoTime();
        if (preparingSaid == 0 || now - preparingSaid > PREPARING_NANOS || done == of) {
            preparingSaid = now | 1;
            log("preparing " + what + ": " + done + " of " + of);
        }
    }

    @Override
    public void progress(long step, long steps, int epoch, int epochs) {
        pulse.progress(new Progress(step, epoch, steps, epochs));
    }

    @Override
    public void points(List<MetricPoint> measured) {
        held(() -> points.add(measured));
    }

    @Override
    public void checkpoint(Path folder, CheckpointRef ref) {
        checkpoints.offer(folder, ref, points.mark());
    }

    @Override
    public void artifact(ArtifactKind kind, String name, Path file) {
        told(() -> {
            try {
                String sha256 = Sha256.of(file);
                long size = Files.size(file);
                patience().run(() -> store(sha256, file));
                // The service's names are labels, not paths.
                patience().run(() -> client.artifact(name.replace('/', '-'), sha256, size, kind.word()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Override
    public void log(String line) {
        for (String one : line.split("\\R")) {
            add(one.length() > LONGEST_LINE ? one.substring(0, LONGEST_LINE) + "…" : one);
        }
    }

    @Override
    public void notice(Notice notice) {
        log(notice.kind() + " " + notice.why());
        told(() -> patience().run(() -> client.notice(notice)));
    }

    @Override
    public Order order() {
        pulse.lives();
        return orders.now();
    }

    /** Waits until everything said so far has arrived; false when it cannot. */
    boolean flush() throws InterruptedException {
        boolean all = points.awaitSent(points.mark(), patience);
        all &= checkpoints.join(patience);
        all &= lines.awaitSent(lines.mark(), patience);
        return all;
    }

    @Override
    public Patience patience() {
        return Patience.of(patience).butOnlyWhile(orders::reporting);
    }

    @Override
    public void close() {
        checkpoints.close();
        points.close();
        lines.close();
    }

    /** A fault of the service is not one of the training: it becomes an order, which training asks for next. */
    private void told(Runnable report) {
        try {
            held(report);
        } catch (ServiceFault.Stale e) {
            orders.stale();
        } catch (ServiceFault e) {
            orders.fault(String.valueOf(e.getMessage()));
        }
    }

    /** Training that waits for the service does not hang. */
    private void held(Runnable report) {
        pulse.hold();
        try {
            report.run();
        } finally {
            pulse.lives();
        }
    }

    private void send(List<MetricPoint> batch) {
        client.metrics(batch);
        Failpoint.POINTS_TOLD.reach();
    }

    private synchronized void add(String line) {
        String time = Instant.now().truncatedTo(ChronoUnit.MILLIS).toString();
        lines.add(List.of(new LogLine(nextLine++, time, line)));
    }

    private void store(String sha256, Path file) {
        try {
            client.store(sha256, file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
