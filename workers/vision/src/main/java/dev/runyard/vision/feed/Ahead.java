package dev.runyard.vision.feed;

import dev.runyard.vision.image.Decoders;
import dev.runyard.vision.nd.Torch;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Things by number, made on a thread of its own before they are asked for: while one is used, the next ones are made, on the device if
 * that is where they go.
 */
public final class Ahead<T extends AutoCloseable> implements AutoCloseable {
    private final Make<T> make;
    private final long end;
    private final int depth;
    private final ExecutorService maker = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "batch-reader");
        thread.setDaemon(true);
        return thread;
    });
    private final Deque<Future<T>> ready = new ArrayDeque<>();
    private long first;

    /** Makes one. */
    public interface Make<T> {
        /** Called on one and the same thread, in the order of the numbers. */
        T of(long number) throws IOException;
    }

    /**
     * @param end first number that does not exist
     * @param depth how many are made beyond the one that is used; 1 or more
     */
    public Ahead(long end, int depth, Make<T> make) {
        this.make = make;
        this.end = end;
        this.depth = depth;
        maker.execute(Torch::enter);
    }

    /** How many batches are kept ready: a device waits for nobody, a CPU has its memory to think of. */
    public static int depth() {
        return Torch.onHost() ? 1 : 2;
    }

    /** The caller's, to close. Ones that were made for other numbers are dropped. */
    public T take(long number) throws IOException {
        if (ready.isEmpty() || first != number) {
            drop();
            first = number;
            ready.add(maker.submit(() -> make.of(number)));
        }
        while (ready.size() <= depth && first + ready.size() < end) {
            long next = first + ready.size();
            ready.add(maker.submit(() -> make.of(next)));
        }
        first++;
        try {
            return ready.remove().get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while reading images", e);
        } catch (ExecutionException e) {
            Decoders.rethrow(e.getCause());
            throw new IllegalStateException(e);
        }
    }

    private void drop() {
        for (Future<T> one : ready) {
            maker.execute(() -> close(one));
        }
        ready.clear();
    }

    /** Behind its making, on the same thread, so it waits for nothing. */
    private static void close(Future<? extends AutoCloseable> made) {
        try {
            made.get().close();
        } catch (ExecutionException e) {
            return; // nobody asked for it
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        // Not by interruption: that would close the channel of decoded pixels, which other runs of this process share.
        drop();
        maker.shutdown();
        try {
            if (!maker.awaitTermination(1, TimeUnit.MINUTES)) {
                throw new IllegalStateException("a batch could not be read within a minute");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
