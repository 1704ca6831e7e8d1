package dev.runyard.service.scheduling;

import dev.runyard.service.db.Statements;
import dev.runyard.service.executor.TemporalStatus;
import dev.runyard.service.fleet.DeviceView;
import dev.runyard.service.scheduling.round.Round;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * What operators watch of the queue, as meters: how long a round takes, grants, preemptions, the queue by class and by reason, devices and
 * how much of them is used, leases and how old they are, whether Temporal answers. What has to be counted in the database is counted every
 * few seconds by the thread of the service that schedules, never by who scrapes; one that does not schedule now knows nothing (NaN).
 */
@ApplicationScoped
class Meters {
    private static final long EVERY_NANOS = 5_000_000_000L;

    /** Reasons take a look at the whole queue. */
    private static final long REASONS_NANOS = 15_000_000_000L;

    /** What was counted is worth nothing after this: another service schedules. */
    private static final long WORTH_NANOS = 60_000_000_000L;

    private static final List<String> CLASSES = List.of("urgent", "normal", "idle");

    private static final String COUNT = """
            select lower(priority_class) as what, count(*)::double precision as value from run where state = 'QUEUED' group by 1
            union all select 'leases', count(*) from lease where released_at is null
            union all select 'oldest', coalesce(extract(epoch from now() - min(granted_at)), 0) from lease
              where released_at is null
            union all select 'quietest', coalesce(30 - extract(epoch from min(expires_at) - now()), 0) from lease
              where released_at is null
            union all select 'unstarted', coalesce(extract(epoch from now() - min(l.granted_at)), 0) from lease l
              join run r on r.id = l.run_id where l.released_at is null and r.state = 'STARTING'""";

    private final Statements statements;
    private final Outlook outlook;
    private final Timer rounds;
    private final Counter grants;
    private final Counter preemptions;
    private volatile Map<String, Double> counted = Map.of();
    private final Map<String, Double> reasons = new ConcurrentHashMap<>();
    private volatile long looked = System.nanoTime() - WORTH_NANOS;
    private long explained = System.nanoTime() - REASONS_NANOS;

    Meters(MeterRegistry registry, Statements statements, Outlook outlook, TemporalStatus temporal) {
        this.statements = statements;
        this.outlook = outlook;
        rounds = Timer.builder("runyard.scheduler.round")
                .description("One round of the scheduler")
                .register(registry);
        grants = Counter.builder("runyard.scheduler.grants")
                .description("Leases that were granted")
                .register(registry);
        preemptions = Counter.builder("runyard.scheduler.preemptions")
                .description("Runs that were asked to give their device to a higher class")
                .register(registry);
        CLASSES.forEach(kind -> gauge(registry, "runyard.queue", "Runs that wait", "kind", kind, kind));
        causes().forEach(cause ->
                gauge(registry, "runyard.queue.reasons", "Runs that wait, by why", "reason", cause, "why " + cause));
        states().forEach(
                        state -> gauge(registry, "runyard.devices", "Devices by state", "state", state, "is " + state));
        gauge(registry, "runyard.slots", "Slots of devices that could be used", "state", "usable", "slots usable");
        gauge(registry, "runyard.slots", "Slots of devices that could be used", "state", "taken", "slots taken");
        gauge(registry, "runyard.leases", "Leases that hold a slot", "kind", "all", "leases");
        gauge(registry, "runyard.lease.age.seconds", "Since the oldest lease was granted", "kind", "oldest", "oldest");
        gauge(
                registry,
                "runyard.lease.silence.seconds",
                "Since the quietest lease was renewed",
                "kind",
                "oldest",
                "quietest");
        gauge(
                registry,
                "runyard.start.lag.seconds",
                "Since the oldest lease was granted that no worker has taken up: Temporal's part of the way",
                "kind",
                "oldest",
                "unstarted");
        Gauge.builder("runyard.temporal.up", () -> temporal.ok() ? 1 : 0)
                .description("Whether Temporal answers")
                .register(registry);
    }

    private static Stream<String> causes() {
        return Arrays.stream(Round.Cause.values()).map(cause -> cause.name().toLowerCase(Locale.ROOT));
    }

    private static Stream<String> states() {
        return Arrays.stream(DeviceView.State.values())
                .map(state -> state.name().toLowerCase(Locale.ROOT));
    }

    private void gauge(MeterRegistry registry, String name, String about, String tag, String kind, String what) {
        Supplier<Number> value = () -> System.nanoTime() - looked > WORTH_NANOS
                ? Double.valueOf(Double.NaN)
                : Double.valueOf(counted.getOrDefault(what, reasons.getOrDefault(what, 0.0)));
        Gauge.builder(name, value).description(about).tag(tag, kind).register(registry);
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
        long now = System.nanoTime();
        if (now - looked < EVERY_NANOS) {
            return;
        }
        Map<String, Double> found = new HashMap<>();
        statements.each(COUNT, r -> found.put(r.getString("what"), r.getDouble("value")));
        for (DeviceView device : DeviceView.all(statements)) {
            found.merge("is " + device.state().name().toLowerCase(Locale.ROOT), 1.0, Double::sum);
            if (device.state() == DeviceView.State.FREE || device.state() == DeviceView.State.BUSY) {
                found.merge("slots usable", (double) device.slots(), Double::sum);
            }
        }
        found.put("slots taken", found.getOrDefault("leases", 0.0));
        counted = found;
        if (now - explained > REASONS_NANOS) {
            explained = now;
            Map<String, Double> why = new HashMap<>();
            if (CLASSES.stream().anyMatch(found::containsKey)) {
                outlook.causes()
                        .forEach((cause, runs) ->
                                why.put("why " + cause.name().toLowerCase(Locale.ROOT), (double) runs));
            }
            causes().forEach(cause -> reasons.put("why " + cause, why.getOrDefault("why " + cause, 0.0)));
        }
        looked = now;
    }
}
