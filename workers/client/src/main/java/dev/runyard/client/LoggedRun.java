package dev.runyard.client;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One run. {@link #metric}, {@link #param}, {@link #tag} and {@link #file} return at once from any thread: what they say waits in memory and is
 * sent each second by a thread of its own (files by another), again where no answer comes, and arrives once. A lab that is away costs memory (at
 * most {@value #LIMIT} points; later ones are dropped and counted) and never time, but for {@link #close}.
 */
public final class LoggedRun implements AutoCloseable {
    static final int LIMIT = 1_000_000;
    private static final int POINTS = 1_000;
    private static final int TEXTS = 100;
    private static final int FILES = 100;

    /** Requests into which the points of one metric are taken apart that are refused for some of them. */
    private static final int PIECES = 40;

    /** Metrics of a refused batch that are sent apart. */
    private static final int KEYS = 50;

    /** Tries of a file that cannot be read. */
    private static final int TRIES = 5;

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long SECOND = 1_000_000_000L;
    private static final long LONGEST_PAUSE = 30 * SECOND;

    /** Something of a batch. */
    private sealed interface Item {
        String key();
    }

    private record Point(String key, double value, long millis, long step) implements Item {}

    private record Text(String kind, String key, String value) implements Item {}

    private final RunyardClient lab;
    private final String id;
    private final boolean ours;
    private final ConcurrentLinkedQueue<Point> points = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Text> texts = new ConcurrentLinkedQueue<>();
    private final ArrayDeque<OpenFile> files = new ArrayDeque<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicLong dropped = new AtomicLong();
    private final CountDownLatch sent = new CountDownLatch(1);
    private final Thread sender;
    private volatile boolean over;
    /** When the end is said though files are left, of {@link System#nanoTime}; told before {@link #over}. */
    private volatile long late;

    private volatile boolean hurry;
    private volatile @Nullable IOException trouble;
    private volatile boolean failed;
    private @Nullable Thread uploader;
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
        requireNonNull(key, "key");
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
    public void param(String key, @Nullable Object value) {
        texts.add(new Text("params", requireNonNull(key, "key"), String.valueOf(value)));
    }

    public void tag(String key, @Nullable String value) {
        texts.add(new Text("tags", requireNonNull(key, "key"), String.valueOf(value)));
    }

    /**
     * Keeps a file with the run. It is sent meanwhile: replace or delete it, but do not write into it.
     *
     * @throws IOException where it cannot be opened, or {@value #FILES} others wait already
     */
    public void file(String path, Path file) throws IOException {
        OpenFile open = OpenFile.of(path, file);
        synchronized (files) {
            if (files.size() >= FILES) {
                open.close();
                throw new IOException(FILES + " files wait to be sent already; " + file + " is left out");
            }
            files.add(open);
            if (files.size() == 1) {
                Thread thread = new Thread(this::upload, "runyard-files");
                thread.setDaemon(true);
                thread.start();
                uploader = thread;
            }
        }
    }

    /** The step that this attempt goes on from, where the lab says so. */
    public Optional<Long> resumeStep() {
        return lab.resumeStep();
    }

    /** Points, parameters, tags and files that the lab refused, and points that had no room. */
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

    /**
     * Sends what is left and ends the run (FINISHED, or FAILED after {@link #fail}), for at most 30 s.
     *
     * @throws IOException that says what was not delivered by then
     */
    @Override
    public void close() throws IOException {
        if (finished) {
            return;
        }
        finished = true;
        long until = System.nanoTime() + PATIENCE.toNanos();
        late = until - PATIENCE.toNanos() / 3;
        over = true;
        wake();
        synchronized (files) {
            LockSupport.unpark(uploader);
        }
        try {
            if (!sent.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new IOException(
                        waiting.get() + " points, " + texts.size() + " parameters and tags, " + files()
                                + " files and the end of run " + id + " could not be delivered in "
                                + PATIENCE.toSeconds() + " s",
                        trouble);
            }
            int missing = await(until);
            if (missing > 0) {
                throw new IOException(
                        missing + " files of run " + id + " could not be delivered in " + PATIENCE.toSeconds() + " s",
                        trouble);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Files may follow the end; answers how many are left. */
    private int await(long until) throws InterruptedException {
        synchronized (files) {
            for (long millis; !files.isEmpty() && (millis = (until - System.nanoTime()) / 1_000_000) > 0; ) {
                files.wait(millis);
            }
            return files.size();
        }
    }

    private int files() {
        synchronized (files) {
            return files.size();
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
                while (take(texts, someTexts, TEXTS) | take(points, somePoints, POINTS)) {
                    // Apart: a parameter that is refused takes no point with it.
                    send(someTexts);
                    int count = somePoints.size();
                    send(somePoints);
                    waiting.addAndGet(-count);
                }
                pause = over ? SECOND / 5 : SECOND;
                if (over && (files() == 0 || System.nanoTime() - late > 0) && points.isEmpty() && texts.isEmpty()) {
                    end();
                    sent.countDown();
                    return;
                }
            } catch (IOException e) {
                trouble = e;
                pause = over ? SECOND / 2 : Math.min(pause * 2, LONGEST_PAUSE);
            }
        }
    }

    private void end() throws IOException {
        if (ours) {
            try {
                post(
                        "/runs/update",
                        () -> "{\"run_id\":" + Json.text(id) + ",\"status\":\"" + (failed ? "FAILED" : "FINISHED")
                                + "\",\"end_time\":" + System.currentTimeMillis() + "}");
            } catch (RunyardClient.Refused e) {
                trouble = e;
            }
        }
    }

    /** What cannot be said at all is as good as refused: it must not end the thread that the rest waits for. */
    private void post(String path, Supplier<String> json) throws IOException {
        try {
            lab.post(path, json.get());
        } catch (RuntimeException e) {
            throw new RunyardClient.Refused(400, "cannot be sent: " + e);
        }
    }

    /** Fills up what is to be sent next; what was not taken by the lab stays there. */
    private static <T> boolean take(Queue<T> from, List<T> some, int most) {
        for (T one; some.size() < most && (one = from.poll()) != null; ) {
            some.add(one);
        }
        return !some.isEmpty();
    }

    private void send(List<? extends Item> some) throws IOException {
        if (!some.isEmpty()) {
            boolean points = some.get(0) instanceof Point;
            give(some, new int[] {points ? PIECES : 2 * some.size()}, !points);
            some.clear();
        }
    }

    /**
     * One that is refused is sent by metric, each of which is halved, so that what is wrong is alone in the end and the rest arrives.
     *
     * @param left requests that may be made of it
     * @param apart whether it is of one metric already, or of none
     */
    private void give(List<? extends Item> batch, int[] left, boolean apart) throws IOException {
        left[0]--;
        try {
            post("/runs/log-batch", () -> json(batch));
        } catch (RunyardClient.Refused e) {
            boolean some = e.status() == 400 || e.status() == 413 || e.status() == 422;
            if (!some || batch.size() == 1 || left[0] <= 0) {
                trouble = e;
                dropped.addAndGet(batch.size());
                return;
            }
            Map<String, List<Item>> keys = new LinkedHashMap<>();
            if (!apart) {
                batch.forEach(item -> keys.computeIfAbsent(item.key(), key -> new ArrayList<>())
                        .add(item));
            }
            if (keys.size() > 1 && keys.size() <= KEYS) {
                for (List<Item> points : keys.values()) {
                    give(points, new int[] {PIECES}, true);
                }
                return;
            }
            // What is wrong with a metric is side by side, at least.
            List<? extends Item> all =
                    apart ? batch : keys.values().stream().flatMap(List::stream).toList();
            give(all.subList(0, all.size() / 2), left, true);
            give(all.subList(all.size() / 2, all.size()), left, true);
        }
    }

    private void upload() {
        long pause = SECOND / 2;
        int tried = 0;
        while (true) {
            OpenFile file;
            synchronized (files) {
                file = files.element();
            }
            try {
                lab.put(id, file.name(), file);
            } catch (RunyardClient.Refused e) {
                trouble = e;
                dropped.incrementAndGet();
            } catch (IOException e) {
                trouble = e;
                boolean unreadable = file.unreadable();
                tried = unreadable ? tried + 1 : 0;
                if (tried < TRIES) {
                    LockSupport.parkNanos(this, unreadable ? SECOND / 2 : pause);
                    pause = over || unreadable ? SECOND / 2 : Math.min(pause * 2, LONGEST_PAUSE);
                    continue;
                }
                dropped.incrementAndGet();
            }
            pause = SECOND / 2;
            tried = 0;
            file.close();
            synchronized (files) {
                files.remove();
                if (files.isEmpty()) {
                    files.notifyAll();
                    wake();
                    return;
                }
            }
        }
    }

    private String json(List<? extends Item> batch) {
        StringBuilder json =
                new StringBuilder("{\"run_id\":").append(Json.text(id)).append(",\"metrics\":[");
        for (Item item : batch) {
            if (item instanceof Point point) {
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
        }
        for (String kind : List.of("params", "tags")) {
            json.append("],\"").append(kind).append("\":[");
            for (Item item : batch) {
                if (item instanceof Text text && text.kind().equals(kind)) {
                    comma(json)
                            .append("{\"key\":")
                            .append(Json.text(text.key()))
                            .append(",\"value\":")
                            .append(Json.text(text.value()))
                            .append('}');
                }
            }
        }
        return json.append("]}").toString();
    }

    private static StringBuilder comma(StringBuilder json) {
        return json.charAt(json.length() - 1) == '[' ? json : json.append(',');
    }
}
