package dev.runyard.vision.file;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Work that the system may never answer, done by another thread for which one waits a while. The call itself cannot be broken off: a
 * thread whose call hangs stays behind, and there is a limit to how many may.
 */
final class Patience {
    private static final int MOST_STUCK = 64;
    private static final AtomicInteger STUCK = new AtomicInteger();
    private static final ExecutorService THREADS = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "runyard-files");
        thread.setDaemon(true);
        return thread;
    });

    private final Duration most;

    Patience(Duration most) {
        this.most = most;
    }

    /** The work was not done in time. */
    static final class NoAnswer extends Exception {
        private static final long serialVersionUID = 1L;
    }

    long seconds() {
        return most.toSeconds();
    }

    /** Work that tells whenever it got a little further. */
    interface Work<T> {
        T of(Runnable alive) throws Exception;
    }

    /** As {@link #call(String, Work)}, for work that is one step. */
    <T> T call(String what, Callable<T> work) throws IOException, NoAnswer {
        return call(what, (Runnable alive) -> work.call());
    }

    /**
     * Waits for the work, as long as it gets further.
     *
     * @throws InterruptedIOException when the waiting thread is interrupted; its flag stays set
     */
    <T> T call(String what, Work<T> work) throws IOException, NoAnswer {
        if (Thread.currentThread().isInterrupted()) {
            throw interrupted(what); // whether or not the answer would have been there at once
        }
        if (STUCK.get() >= MOST_STUCK) {
            throw new NoAnswer();
        }
        CompletableFuture<T> answer = new CompletableFuture<>();
        AtomicLong last = new AtomicLong(System.nanoTime());
        THREADS.execute(() -> {
            try {
                answer.complete(work.of(() -> last.set(System.nanoTime())));
            } catch (Throwable e) {
                answer.completeExceptionally(e);
            }
        });
        try {
            while (true) {
                long left = last.get() + most.toNanos() - System.nanoTime();
                if (left <= 0) {
                    abandon(answer);
                    throw new NoAnswer();
                }
                try {
                    return answer.get(left, TimeUnit.NANOSECONDS);
                } catch (TimeoutException e) {
                    // It may have got further meanwhile.
                }
            }
        } catch (InterruptedException e) {
            abandon(answer);
            Thread.currentThread().interrupt();
            throw interrupted(what);
        } catch (ExecutionException e) {
            return rethrow(Objects.requireNonNull(e.getCause()));
        }
    }

    private static InterruptedIOException interrupted(String what) {
        return new InterruptedIOException("interrupted while waiting for " + what);
    }

    /** What comes too late is closed. */
    private static void abandon(CompletableFuture<?> answer) {
        STUCK.incrementAndGet();
        answer.whenComplete((late, fault) -> {
            STUCK.decrementAndGet();
            if (late instanceof Closeable open) {
                try {
                    open.close();
                } catch (IOException e) {
                    // Nobody reads it, and nobody will.
                }
            }
        });
    }

    private static <T> T rethrow(Throwable fault) throws IOException {
        if (fault instanceof IOException io) {
            throw io;
        }
        if (fault instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        if (fault instanceof Error error) {
            throw error;
        }
        throw new IOException(fault);
    }
}
