package dev.runyard.agent.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A file as it arrives. A line that is dead at its other end says nothing for ever, which the client's own stream waits for: this one
 * gives up after a time without a byte, and whoever reads it looks up meanwhile. What is read throws {@link IOException} where the rest
 * does not come.
 */
final class Arriving extends InputStream implements HttpResponse.BodySubscriber<InputStream> {
    static final long LOOK_MILLIS = 200;

    /** What came, or how it ended: asked for one by one, so that a slow disk is not read ahead of. */
    private final BlockingQueue<Came> came = new LinkedBlockingQueue<>();

    private final Queue<ByteBuffer> here = new ArrayDeque<>();
    private final Duration silence;
    private final Runnable look;
    private Optional<Flow.Subscription> line = Optional.empty();
    private boolean closed;
    private boolean over;

    /** @param fault null where it came to its end */
    private record Came(
            List<ByteBuffer> bytes, boolean last, @Nullable Throwable fault) {}

    /**
     * @param silence without a byte after which the line counts as dead
     * @param look called each {@link #LOOK_MILLIS} without a byte; what it throws goes to the reader
     */
    Arriving(Duration silence, Runnable look) {
        this.silence = silence;
        this.look = look;
    }

    @Override
    public CompletionStage<InputStream> getBody() {
        return CompletableFuture.completedFuture(this);
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        synchronized (this) {
            line = Optional.of(subscription);
            if (closed) {
                subscription.cancel();
                return;
            }
        }
        subscription.request(1);
    }

    @Override
    public void onNext(List<ByteBuffer> bytes) {
        came.add(new Came(bytes, false, null));
    }

    @Override
    public void onError(Throwable fault) {
        came.add(new Came(List.of(), true, fault));
    }

    @Override
    public void onComplete() {
        came.add(new Came(List.of(), true, null));
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int at, int most) throws IOException {
        if (most == 0) {
            return 0;
        }
        while (true) {
            ByteBuffer next = here.peek();
            if (next != null && next.hasRemaining()) {
                int count = Math.min(most, next.remaining());
                next.get(into, at, count);
                return count;
            }
            if (next != null) {
                here.remove();
            } else if (over) {
                return -1;
            } else {
                take(waited());
            }
        }
    }

    private void take(Came next) throws IOException {
        over = next.last();
        Throwable fault = next.fault();
        if (fault != null) {
            throw new IOException(String.valueOf(fault.getMessage()), fault);
        }
        here.addAll(next.bytes());
        if (!over) {
            subscription().ifPresent(open -> open.request(1));
        }
    }

    private Came waited() throws IOException {
        long begin = System.nanoTime();
        try {
            while (System.nanoTime() - begin < silence.toNanos()) {
                Came next = came.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                if (next != null) {
                    return next;
                }
                look.run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
        close();
        throw new HttpTimeoutException("no byte for " + silence.toSeconds() + " s");
    }

    private synchronized Optional<Flow.Subscription> subscription() {
        return closed ? Optional.empty() : line;
    }

    @Override
    public synchronized void close() {
        closed = true;
        line.ifPresent(Flow.Subscription::cancel);
    }
}
