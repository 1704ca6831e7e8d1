package dev.runyard.agent.attempt;

import dev.runyard.agent.client.ServiceFault;
import dev.runyard.spec.report.Order;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Sends an attempt's points or log lines in order from a thread of its own, in batches, so that training never waits for the
 * network. While the service is away they go to a file; when it is back the file goes first. A batch whose answer was lost is
 * sent again: the service keeps each item once. Its limit: items live as long as this process; a new attempt measures again.
 */
final class Outbox<T> implements AutoCloseable {
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private final int batch;
    private final long spoolLimit;
    private final Spool<T> spool;
    private final Consumer<List<T>> send;
    private final Orders orders;
    private final Thread thread;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<T> memory = new ArrayDeque<>();
    private long accepted;
    private long sent;
    private boolean hurry;
    private boolean closed;

    /**
     * @param batch most items of one request
     * @param file where they wait while the service is away
     * @param spoolLimit bytes; beyond it {@link #add} waits, so nothing is ever dropped
     */
    Outbox(String name, Class<T> type, int batch, Path file, long spoolLimit, Consumer<List<T>> send, Orders orders) {
        this.batch = batch;
        this.spoolLimit = spoolLimit;
        this.spool = new Spool<>(file, type);
        this.send = send;
        this.orders = orders;
        this.thread = new Thread(this::loop, name);
        thread.setDaemon(true);
        thread.start();
    }

    void add(List<T> items) {
        lock.lock();
        try {
            while (spool.bytes() > spoolLimit && orders.now() == Order.CONTINUE) {
                changed.await(200, TimeUnit.MILLISECONDS);
            }
            memory.addAll(items);
            accepted += items.size();
            if (memory.size() >= batch) {
                changed.signalAll();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /** A mark behind everything added so far. */
    long mark() {
        lock.lock();
        try {
            return accepted;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the service has everything before the mark; false when there is no use or time in waiting on. */
    boolean awaitSent(long mark, Duration most) throws InterruptedException {
        long end = System.nanoTime() + most.toNanos();
        lock.lock();
        try {
            while (sent < mark) {
                if (!orders.reporting() || System.nanoTime() > end || !thread.isAlive()) {
                    return false;
                }
                hurry = true;
                changed.signalAll();
                changed.await(50, TimeUnit.MILLISECONDS);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Ends the thread; what was not sent is dropped with the file. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        thread.interrupt();
        try {
            thread.join(5_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        spool.delete();
    }

    private void loop() {
        try {
            while (awaitWork()) {
                sendAll();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        } catch (UncheckedIOException e) {
            orders.fault("cannot keep reports on disk: " + e.getMessage());
        } catch (RuntimeException e) {
            orders.fault("cannot report: " + e);
        }
    }

    /** A full batch goes at once, anything else after a second. */
    private boolean awaitWork() throws InterruptedException {
        lock.lock();
        try {
            long end = System.nanoTime() + INTERVAL.toNanos();
            while (!closed && !hurry && memory.size() < batch && System.nanoTime() < end) {
                changed.await(Math.max(1, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            }
            hurry = false;
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    private void sendAll() throws InterruptedException {
        while (true) {
            List<T> next = spool.isEmpty() ? fromMemory() : spool.peek(batch);
            if (next.isEmpty()) {
                return;
            }
            boolean spooled = !spool.isEmpty();
            try {
                send.accept(next);
            } catch (ServiceFault.Unavailable e) {
                spill(spooled ? List.of() : next);
                Thread.sleep(500);
                return;
            } catch (ServiceFault.Stale e) {
                orders.stale();
                return;
            } catch (ServiceFault.Refused e) {
                orders.fault(String.valueOf(e.getMessage()));
                return;
            }
            if (spooled) {
                spool.remove(next.size());
            }
            count(next.size());
        }
    }

    private List<T> fromMemory() {
        lock.lock();
        try {
            List<T> next = new ArrayList<>();
            while (next.size() < batch && !memory.isEmpty()) {
                next.add(memory.remove());
            }
            return next;
        } finally {
            lock.unlock();
        }
    }

    /** The batch that failed is older than what waits in memory, and the file is older than both. */
    private void spill(List<T> failed) {
        List<T> all = new ArrayList<>(failed);
        lock.lock();
        try {
            all.addAll(memory);
            memory.clear();
            spool.append(all);
        } finally {
            lock.unlock();
        }
    }

    private void count(int items) {
        lock.lock();
        try {
            sent += items;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
