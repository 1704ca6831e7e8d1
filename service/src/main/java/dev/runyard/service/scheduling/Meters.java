package dev.runyard.service.scheduling;

import dev.runyard.service.db.Statements;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * What operators watch of the queue, as meters: how long a round takes, grants, preemptions, the queue by class, leases and how old they
 * are. What has to be counted in the database is counted every few seconds by the scheduler's thread, never by who scrapes.
 */
@ApplicationScoped
class Meters {
    private static final long EVERY_NANOS = 5_000_000_000L;

    private static final List<String> COUNTED = List.of("urgent", "normal", "idle", "leases", "oldest", "quietest");

    private static final String COUNT = """
            select lower(priority_class) as what, count(*)::double precision as value from run where state = 'QUEUED' group by 1
            union all select 'leases', count(*) from lease where released_at is null
            union all select 'oldest', coalesce(extract(epoch from now() - min(granted_at)), 0) from lease
              where released_at is null
            union all select 'quietest', coalesce(30 - extract(epoch from min(expires_at) - now()), 0) from lease
              where released_at is null""";

    private final Statements statements;
    private final Timer rounds;
    private final Counter grants;
    private final Counter preemptions;
    private final Map<String, Double> counted = new ConcurrentHashMap<>();
    private long looked = System.nanoTime() - EVERY_NANOS;

    Meters(MeterRegistry registry, Statements statements) {
        this.statements = statements;
        rounds = Timer.builder("runyard.scheduler.round")
                .description("One round of the scheduler")
                .register(registry);
        grants = Counter.builder("runyard.scheduler.grants")
                .description("Leases that were granted")
                .register(registry);
        preemptions = Counter.builder("runyard.scheduler.preemptions")
                .description("Runs that were asked to give their device to a higher class")
                .register(registry);
        for (String priorityClass : COUNTED.subList(0, 3)) {
            gauge(registry, "runyard.queue", "Runs that wait", priorityClass, priorityClass);
        }
        gauge(registry, "runyard.leases", "Leases that hold a slot", "all", "leases");
        gauge(registry, "runyard.lease.age.seconds", "Since the oldest lease was granted", "oldest", "oldest");
        gauge(registry, "runyard.lease.silence.seconds", "Since the quietest lease was renewed", "oldest", "quietest");
    }

    private void gauge(MeterRegistry registry, String name, String about, String kind, String what) {
        Supplier<Number> value = () -> counted.getOrDefault(what, 0.0);
        Gauge.builder(name, value).description(about).tag("kind", kind).register(registry);
    }

    <T> T round(Supplier<T> round) {
        return rounds.record(round);
    }

    void granted(int leases, int preempted) {
        grants.increment(leases);
        preemptions.increment(preempted);
    }

    /** Counts, unless it did a moment ago. */
    void look() {
        if (System.nanoTime() - looked < EVERY_NANOS) {
            return;
        }
        looked = System.nanoTime();
        Map<String, Double> now = new HashMap<>();
        statements.each(COUNT, r -> now.put(r.getString("what"), r.getDouble("value")));
        COUNTED.forEach(what -> counted.put(what, now.getOrDefault(what, 0.0)));
    }
}
