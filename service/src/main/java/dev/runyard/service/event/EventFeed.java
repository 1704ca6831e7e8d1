package dev.runyard.service.event;

import dev.runyard.service.auth.Accounts;
import dev.runyard.service.db.Asking;
import dev.runyard.service.http.Problem;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Follows the event table and tells every open stream. One thread for all of them: woken after a commit of this replica, and by
 * itself each second, which is how the commits of other replicas are found.
 */
@ApplicationScoped
public class EventFeed {
    /** Most rows that a returning browser is told one by one; beyond, it is told to read anew. */
    static final int REPLAYED = 1_000;

    /** More rows than this at once are told as one resync: reading anew is cheaper for everybody. */
    private static final int BURST = 200;

    private static final int MOST_CLIENTS = 2_000;
    private static final long TICK_MILLIS = 1_000;

    /** Pause between two looks: commits that come close together are told together, for the price of one look. */
    private static final long GATHER_MILLIS = 50;

    private static final long PING_NANOS = 5_000_000_000L;
    private static final Logger LOG = Logger.getLogger(EventFeed.class);

    private final EventLog log;
    private final MetricPulse metrics;
    private final Accounts accounts;
    private final Asking asking;
    private final Set<EventClient> clients = ConcurrentHashMap.newKeySet();
    private final Semaphore wake = new Semaphore(0);
    /** Held while {@link #seen} and who hears of what follows it change together. */
    private final Object position = new Object();

    private @Nullable Long seen;
    private @Nullable Thread thread;
    private volatile boolean stopping;
    private boolean away;

    EventFeed(EventLog log, MetricPulse metrics, Accounts accounts, Asking asking, MeterRegistry meters) {
        Gauge.builder("runyard.events.clients", clients, Set::size)
                .description("Live streams that are open")
                .register(meters);
        this.log = log;
        this.accounts = accounts;
        this.asking = asking;
        this.metrics = metrics;
    }

    /** Something was committed: look now instead of within a second. */
    public void kick() {
        if (wake.availablePermits() == 0) {
            wake.release();
        }
    }

    void started(@Observes @Priority(5_000) StartupEvent event) {
        Thread follower = new Thread(this::follow, "runyard-events");
        follower.setDaemon(true);
        thread = follower;
        follower.start();
    }

    void stopped(@Observes ShutdownEvent event) {
        stopping = true;
        if (thread != null) {
            thread.interrupt();
        }
        clients.forEach(EventClient::cancel);
    }

    int clients() {
        return clients.size();
    }

    /**
     * A new stream.
     *
     * @param hearing of what it tells
     * @param last the last row that the browser was told of; null: from now on
     * @throws Problem 503 when there are too many streams
     */
    EventClient connect(Hearing hearing, @Nullable Long last) {
        if (clients.size() >= MOST_CLIENTS) {
            throw Problem.of(503, "UNAVAILABLE", "There are " + MOST_CLIENTS + " live streams; close a page.");
        }
        EventClient client = new EventClient(hearing, clients::remove);
        asking.asLab(() -> look(List.of(client)));
        Long upTo;
        synchronized (position) {
            upTo = seen;
            if (upTo == null) {
                upTo = asking.asLab(log::newest);
                seen = upTo;
            }
            clients.add(client);
        }
        try {
            // An empty ping says at once that the stream lives, and gives the browser a number to come back with.
            client.replay(last == null ? List.of(new LiveEvent("ping", upTo, "{}", null)) : missed(last, upTo));
        } catch (RuntimeException e) {
            client.cancel();
            throw e;
        }
        return client;
    }

    private List<LiveEvent> missed(long last, long upTo) {
        Optional<List<LiveEvent>> missed =
                last == 0 ? Optional.of(log.between(0, upTo, REPLAYED + 1)) : log.after(last, upTo, REPLAYED + 1);
        if (missed.isEmpty() || missed.get().size() > REPLAYED) {
            return List.of(new LiveEvent("resync", upTo, "{}", null));
        }
        List<LiveEvent> events = new ArrayList<>();
        events.add(LiveEvent.PING);
        events.addAll(missed.get());
        return events;
    }

    private void follow() {
        long pinged = System.nanoTime();
        long ticked = System.nanoTime();
        while (!stopping) {
            try {
                if (wake.tryAcquire(TICK_MILLIS, TimeUnit.MILLISECONDS)) {
                    wake.drainPermits();
                }
                tellRows();
                long now = System.nanoTime();
                if (now - ticked >= TICK_MILLIS * 1_000_000) {
                    ticked = now;
                    look(clients);
                    metrics.drain().forEach(this::tell);
                    clients.forEach(c -> c.expire(now));
                }
                if (now - pinged >= PING_NANOS) {
                    pinged = now;
                    tell(LiveEvent.PING);
                }
                away = false;
                Thread.sleep(GATHER_MILLIS);
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                if (!away && !stopping) {
                    LOG.warnf("live events wait for the database: %s", e.getMessage());
                }
                away = true;
            }
        }
    }

    private void tellRows() {
        log.place();
        long newest = log.newest();
        synchronized (position) {
            Long from = seen;
            if (from == null || from >= newest) {
                seen = newest;
                return;
            }
            List<LiveEvent> rows = log.between(from, newest, BURST + 1);
            if (rows.size() > BURST) {
                tell(new LiveEvent("resync", newest, "{}", null));
            } else {
                rows.forEach(this::tell);
            }
            // Only now: what could not be read is read again next time.
            seen = newest;
        }
    }

    /** Who listens still, and to what: a token that was revoked hears nothing from the next second on. */
    private boolean look(Collection<EventClient> of) {
        Map<UUID, List<EventClient>> known = of.stream()
                .filter(client -> client.hearing().credential() != null)
                .collect(Collectors.groupingBy(
                        client -> Objects.requireNonNull(client.hearing().credential())));
        if (!known.isEmpty()) {
            Map<UUID, Set<UUID>> projects = accounts.projects(known.keySet());
            known.forEach((credential, theirs) -> {
                Set<UUID> now = projects.get(credential);
                theirs.forEach(client -> {
                    if (now == null) {
                        client.leave();
                    } else {
                        client.hearing().set(now);
                    }
                });
            });
        }
        return true;
    }

    private void tell(LiveEvent event) {
        clients.forEach(c -> c.offer(event));
    }
}
