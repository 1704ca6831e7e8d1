package dev.runyard.service.event;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One browser's stream. Holds at most 256 messages that the browser has not taken yet; when it is slower than that, what waits is
 * replaced by one {@code resync} and the stream ends. Costs no thread: messages leave on the thread that brings them or the demand.
 */
final class EventClient implements Flow.Publisher<LiveEvent>, Flow.Subscription {
    static final int WAITING = 256;
    private static final long LAST_WORD_NANOS = 10_000_000_000L;

    private final Consumer<EventClient> gone;
    private final Deque<LiveEvent> queue = new ArrayDeque<>();
    private Flow.@Nullable Subscriber<? super LiveEvent> subscriber;
    private long demand;
    private boolean replaying = true;
    // Of the queue, what was replayed: bounded by itself, so it does not count as waiting.
    private int earlierLeft;
    private boolean sending;
    private boolean closed;
    private long endsAt;
    private boolean ending;
    private final Hearing hearing;

    /** @param gone told once when the stream is over, whoever ended it */
    EventClient(Hearing hearing, Consumer<EventClient> gone) {
        this.hearing = hearing;
        this.gone = gone;
    }

    Hearing hearing() {
        return hearing;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super LiveEvent> newSubscriber) {
        synchronized (this) {
            if (subscriber != null) {
                throw new IllegalStateException("a stream has one reader");
            }
            subscriber = newSubscriber;
        }
        newSubscriber.onSubscribe(this);
    }

    @Override
    public void request(long n) {
        synchronized (this) {
            demand = Math.max(demand, Math.min(Long.MAX_VALUE / 2, demand + n));
        }
        send();
    }

    @Override
    public void cancel() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            queue.clear();
        }
        gone.accept(this);
    }

    /** What happened before the live messages that may wait already. */
    void replay(List<LiveEvent> earlier) {
        synchronized (this) {
            if (!ending && !closed) {
                for (int i = earlier.size() - 1; i >= 0; i--) {
                    queue.addFirst(earlier.get(i));
                }
                earlierLeft = earlier.size();
            }
            replaying = false;
        }
        send();
    }

    void offer(LiveEvent event) {
        synchronized (this) {
            if (closed || ending || !hearing.of(event.project())) {
                return;
            }
            if (queue.size() >= WAITING + earlierLeft) {
                end();
            } else {
                queue.add(event);
            }
        }
        send();
    }

    /** Ends a stream whose owner is not known any more. */
    void leave() {
        complete();
    }

    /** Ends a stream whose last word was not taken in time. */
    void expire(long now) {
        boolean over;
        synchronized (this) {
            over = ending && !closed && now - endsAt > 0;
        }
        if (over) {
            complete();
        }
    }

    synchronized int waiting() {
        return queue.size();
    }

    private void end() {
        queue.clear();
        queue.add(LiveEvent.RESYNC);
        ending = true;
        endsAt = System.nanoTime() + LAST_WORD_NANOS;
    }

    private void send() {
        while (true) {
            LiveEvent next;
            Flow.Subscriber<? super LiveEvent> to;
            synchronized (this) {
                to = subscriber;
                if (sending || closed || replaying || to == null) {
                    return;
                }
                if (queue.isEmpty()) {
                    if (!ending) {
                        return;
                    }
                    next = null;
                } else {
                    if (demand == 0) {
                        return;
                    }
                    demand--;
                    next = queue.remove();
                    earlierLeft = Math.max(0, earlierLeft - 1);
                }
                sending = true;
            }
            if (next == null) {
                complete();
                return;
            }
            try {
                to.onNext(next);
            } finally {
                synchronized (this) {
                    sending = false;
                }
            }
        }
    }

    private void complete() {
        Flow.Subscriber<? super LiveEvent> to;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            queue.clear();
            to = subscriber;
        }
        gone.accept(this);
        if (to != null) {
            to.onComplete();
        }
    }
}
