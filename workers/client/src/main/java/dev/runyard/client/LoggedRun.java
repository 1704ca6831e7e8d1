package dev.runyard.client;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One run. {@link #metric}, {@link #param} and {@link #tag} return at once from any thread: what they say waits in memory and is sent each
 * second by a thread of its own, again where no answer comes, and arrives once. A lab that is away costs memory (at most {@value #LIMIT}
 * points; later ones are dropped and counted) and never time.
 */
public final class LoggedRun implements AutoCloseable {
    static final int LIMIT = 1_000_000;
    private static final int POINTS = 900;
    private static final int TEXTS = 100;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long SECOND = 1_000_000_000L;
    private static final long LONGEST_PAUSE = 30 * SECOND;

    private record Point(String key, double value, long millis, long step) {}

    private record Text(String kind, String key, String value) {}

    private final RunyardClient lab;
    private final String id;
    private final boolean ours;
    private final ConcurrentLinkedQueue<Point> points = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Text> texts = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicLong dropped = new AtomicLong();
    private final CountDownLatch sent = new CountDownLatch(1);
    private final Thread sender;
    private volatile boolean over;
    private volatile boolean hurry;
    private volatile @Nullable IOException trouble;
    private volatile boolean failed;
    private boolean finished;

    /** @param ours whether its end is ours to say */
    LoggedRun(RunyardClient lab, String id, boolean ours) {
        this.lab = lab;
        this.id = id;
        this.ours = ours;
        sender = new Thread(this::work, "runyard-log");
        sender.setDaemon(true);
        sender.start();
    }

    public String id() {
        return id;
    }

    /** @param value any double, NaN and infinities too */
    public void metric(String key, double value, long step) {
        int before = waiting.getAndIncrement();
        if (before >= LIMIT) {
            waiting.decrementAndGet();
            dropped.incrementAndGet();
            return;
        }
        points.add(new Point(key, value, System.currentTimeMillis(), step));
        if (before == POINTS) {
            wake();
        }
    }

    /** Said once: another value for the same name is refused by the lab ({@link #trouble}). */
    public void param(String key, Object value) {
        texts.add(new Text("params", key, value.toString()));
    }

    public void tag(String key, String value) {
        texts.add(new Text("tags", key, value));
    }

    /** Keeps a file with the run; waits for it. */
    public void file(String path, Path file) throws IOException {
        lab.put(id, path, file);
    }

    /** The step that this attempt goes on from, where the lab says so. */
    public Optional<Long> resumeStep() {
        return lab.resumeStep();
    }

    /** Points that the lab refused, or that had no room. */
    public long dropped() {
        return dropped.get();
    }

    /** What went wrong last; null where nothing did. */
    public @Nullable IOException trouble() {
        return trouble;
    }

    /** That {@link #close} ends it as FAILED. */
    public void fail() {
        failed = true;
    }

    /** Sends what is left, for at most 30 s, and ends the run: FINISHED, or FAILED after {@link #fail}. */
    @Override
    public void close() throws IOException {
        if (finished) {
            return;
        }
        finished = true;
        over = true;
        wake();
        try {
            if (!sent.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new IOException(
                        waiting.get() + " points could not be sent in " + PATIENCE.toSeconds() + " s", trouble);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (ours) {
            lab.post(
                    "/runs/update",
                    "{\"run_id\":" + Json.text(id) + ",\"status\":\"" + (failed ? "FAILED" : "FINISHED")
                            + "\",\"end_time\":" + System.currentTimeMillis() + "}");
        }
    }

    private void wake() {
        hurry = true;
        LockSupport.unpark(sender);
    }

    private void work() {
        List<Point> somePoints = new ArrayList<>();
        List<Text> someTexts = new ArrayList<>();
        long pause = SECOND;
        while (true) {
            if (!hurry) {
                LockSupport.parkNanos(this, pause);
            }
            hurry = false;
            try {
                while (take(somePoints, someTexts)) {
                    send(somePoints, someTexts);
                }
                pause = SECOND;
                if (over && points.isEmpty() && texts.isEmpty()) {
                    sent.countDown();
                    return;
                }
            } catch (IOException e) {
                trouble = e;
                pause = over ? SECOND / 2 : Math.min(pause * 2, LONGEST_PAUSE);
            }
        }
    }

    /** Fills up what is to be sent next; what was not taken by the lab stays there. */
    private boolean take(List<Point> somePoints, List<Text> someTexts) {
        for (Point point; somePoints.size() < POINTS && (point = points.poll()) != null; ) {
            somePoints.add(point);
        }
        for (Text text; someTexts.size() < TEXTS && (text = texts.poll()) != null; ) {
            someTexts.add(text);
        }
        return !somePoints.isEmpty() || !someTexts.isEmpty();
    }

    private void send(List<Point> somePoints, List<Text> someTexts) throws IOException {
        StringBuilder json =
                new StringBuilder("{\"run_id\":").append(Json.text(id)).append(",\"metrics\":[");
        for (Point point : somePoints) {
            comma(json)
                    .append("{\"key\":")
                    .append(Json.text(point.key()))
                    .append(",\"value\":")
                    .append(Json.number(point.value()))
                    .append(",\"timestamp\":")
                    .append(point.millis())
                    .append(",\"step\":")
                    .append(point.step())
                    .append('}');
        }
        for (String kind : List.of("params", "tags")) {
            json.append("],\"").append(kind).append("\":[");
            for (Text text : someTexts) {
                if (text.kind().equals(kind)) {
                    comma(json)
                            .append("{\"key\":")
                            .append(Json.text(text.key()))
                            .append(",\"value\":")
                            .append(Json.text(text.value()))
                            .append('}');
                }
            }
        }
        try {
            lab.post("/runs/log-batch", json.append("]}").toString());
        } catch (RunyardClient.Refused e) {
            trouble = e;
            dropped.addAndGet(somePoints.size());
        }
        waiting.addAndGet(-somePoints.size());
        somePoints.clear();
        someTexts.clear();
    }

    private static StringBuilder comma(StringBuilder json) {
        return json.charAt(json.length() - 1) == '[' ? json : json.append(',');
    }
}
