package dev.runyard.vision.image;

import com.sun.jna.Function;
import com.sun.jna.Platform;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The threads of this process that make pixels of files, one task an image: as many as the machine has processors. They never touch the
 * engine, and are never interrupted, which would close the files that runs share.
 */
public final class Decoders {
    private static final int MOST = 64;
    private static final int BEFORE_ALL = -1;
    private static final int COUNT = Math.min(MOST, Runtime.getRuntime().availableProcessors());

    /**
     * How nice they are: two of them weigh as much as one thread that computes, so a step on one of two cores has that core for itself. As
     * equals they would take a part of it, and the step in front of their batch would be late by as much. Much nicer ones would starve
     * beside other programs.
     */
    private static final int NICENESS = 3;

    private static final ExecutorService THREADS = Executors.newFixedThreadPool(COUNT, task -> {
        Thread thread = new Thread(() -> runNicely(task), "decoder");
        thread.setDaemon(true);
        return thread;
    });

    private Decoders() {}

    private static void runNicely(Runnable task) {
        if (Platform.isLinux()) { // where each thread has a niceness of its own
            try {
                Function.getFunction(Platform.C_LIBRARY_NAME, "nice").invokeInt(new Object[] {NICENESS});
            } catch (LinkageError e) {
                // it decodes all the same
            }
        }
        task.run();
    }

    /** Work on one image. */
    public interface Task {
        void run(int i) throws IOException;
    }

    private record Fault(int image, Throwable cause) {}

    /** How many images are decoded at a time. */
    public static int count() {
        return COUNT;
    }

    /**
     * Runs a task for 0 to {@code n - 1} and waits for all of them; where it is interrupted, for those that have begun. When it returns, no
     * task runs, so what tasks write to may go. Not to be called by a task.
     *
     * @throws IOException what the task of the lowest number among those that failed threw; also its unchecked exceptions and errors
     */
    public static void each(int n, Task task) throws IOException {
        AtomicInteger next = new AtomicInteger();
        AtomicReference<Fault> first = new AtomicReference<>();
        int workers = Math.min(COUNT, n);
        CountDownLatch over = new CountDownLatch(workers);
        for (int w = 0; w < workers; w++) {
            THREADS.execute(() -> {
                try {
                    for (int i = next.getAndIncrement(); i < n && wanted(i, first.get()); i = next.getAndIncrement()) {
                        attempt(i, task, first);
                    }
                } finally {
                    over.countDown();
                }
            });
        }
        boolean interrupted = false;
        for (boolean waits = true; waits; ) {
            try {
                over.await();
                waits = false;
            } catch (InterruptedException e) {
                interrupted = true;
                attempt(
                        BEFORE_ALL,
                        i -> {
                            throw new IOException("interrupted while reading images", e);
                        },
                        first);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        Fault fault = first.get();
        if (fault != null) {
            rethrow(fault.cause);
        }
    }

    /** What comes before a known fault is tried still: the lowest is to be found, whoever was first. */
    private static boolean wanted(int i, @Nullable Fault fault) {
        return fault == null || i < fault.image;
    }

    private static void attempt(int i, Task task, AtomicReference<Fault> first) {
        try {
            task.run(i);
        } catch (IOException | RuntimeException | Error e) {
            first.accumulateAndGet(new Fault(i, e), (old, now) -> old == null || old.image > now.image ? now : old);
        }
    }

    /** Throws the cause itself, which may be any that a {@link Task} throws. */
    public static void rethrow(@Nullable Throwable cause) throws IOException {
        if (cause instanceof IOException fault) {
            throw fault;
        }
        if (cause instanceof RuntimeException fault) {
            throw fault;
        }
        if (cause instanceof Error fault) {
            throw fault;
        }
        throw new IllegalStateException(cause);
    }
}
