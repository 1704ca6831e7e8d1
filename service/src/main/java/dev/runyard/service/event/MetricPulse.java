package dev.runyard.service.event;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.service.boot.LabConfig;
import dev.runyard.service.db.Statements;
import dev.runyard.service.metric.MetricListener;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which runs got points since the last look, at most one message a run and second. A lab of several replicas shares this through a
 * small table; the embedded lab has one.
 */
@ApplicationScoped
class MetricPulse implements MetricListener {
    /** With more metrics than this a message names none: all of them may have changed. */
    private static final int NAMED = 100;

    /** Numbers are given before their commit, so a little of what was read is read again. */
    private static final int OVERLAP = 500;

    private static final int REMEMBERED = 10_000;
    private static final UUID NOWHERE = new UUID(0, 0);
    private static final long STALE_NANOS = 60_000_000_000L;

    private static final String WRITE = """
            insert into metric_beat (run_id, beat, origin, step, keys) values (?, nextval('metric_beat_seq'), ?, ?, ?)
            on conflict (run_id) do update set
              beat = excluded.beat, origin = excluded.origin, step = excluded.step, keys = excluded.keys
            """;

    private static final String READ =
            "select run_id, beat, step, keys from metric_beat where beat > ? and origin <> ? order by beat";

    private final Statements statements;
    private final ObjectMapper json;
    private final boolean alone;
    private final UUID origin = UUID.randomUUID();
    private final Map<UUID, Dirty> dirty = new LinkedHashMap<>();
    private final Map<UUID, Long> heard = new HashMap<>();
    private final Map<UUID, Place> places = new HashMap<>();
    private long asked = System.nanoTime();
    private @Nullable Long last;

    MetricPulse(Statements statements, ObjectMapper json, LabConfig config) {
        this.statements = statements;
        this.json = json;
        this.alone = config.embedded();
    }

    private record Place(
            UUID project, String experiment, @Nullable String sweep) {}

    private record Dirty(TreeSet<String> keys, long step) {}

    @Override
    public void stored(UUID run, Set<String> keys, long step) {
        synchronized (dirty) {
            Dirty before = dirty.get(run);
            TreeSet<String> all = before == null ? new TreeSet<>() : before.keys();
            if (all.size() <= NAMED) {
                all.addAll(keys);
            }
            dirty.put(run, new Dirty(all, before == null ? step : Math.max(step, before.step())));
        }
    }

    /** A message for each run that got points, here or at another replica. */
    List<LiveEvent> drain() {
        Map<UUID, Dirty> taken;
        synchronized (dirty) {
            taken = new LinkedHashMap<>(dirty);
            dirty.clear();
        }
        List<LiveEvent> events = new ArrayList<>();
        know(taken.keySet());
        taken.forEach((run, d) -> events.add(event(run, d.keys(), d.step())));
        if (!alone) {
            share(taken);
            listen(events);
        }
        return events;
    }

    /** Where runs belong, so that a page can tell whether what it shows may change. It may move: asked again now and then. */
    private void know(Set<UUID> runs) {
        if (places.size() > REMEMBERED || System.nanoTime() - asked > STALE_NANOS) {
            places.clear();
            asked = System.nanoTime();
        }
        List<UUID> unknown =
                runs.stream().filter(run -> !places.containsKey(run)).toList();
        if (!unknown.isEmpty()) {
            statements.each(
                    "select r.id, e.name, r.sweep_id, r.project_id from run r join experiment e on e.id = r.experiment_id where r.id = any(?)",
                    r -> places.put(
                            r.getObject(1, UUID.class),
                            new Place(r.getObject(4, UUID.class), r.getString(2), r.getString(3))),
                    unknown);
        }
    }

    private void share(Map<UUID, Dirty> taken) {
        taken.forEach((run, d) -> statements.change(WRITE, run, origin, d.step(), List.copyOf(d.keys())));
    }

    private void listen(List<LiveEvent> events) {
        Long before = last;
        long from = before == null ? statements.number("select coalesce(max(beat), 0) from metric_beat") : before;
        last = from;
        statements.each(
                READ,
                r -> {
                    UUID run = r.getObject(1, UUID.class);
                    long beat = r.getLong(2);
                    Long known = heard.put(run, beat);
                    if (beat > from || known != null && known != beat) {
                        know(Set.of(run));
                        events.add(event(run, List.of((String[]) r.getArray(4).getArray()), r.getLong(3)));
                    }
                    last = Math.max(last == null ? beat : last, beat);
                },
                from - OVERLAP,
                origin);
        if (heard.size() > 10_000) {
            heard.clear();
        }
    }

    private LiveEvent event(UUID run, Collection<String> keys, long step) {
        ObjectNode data = json.createObjectNode();
        data.put("run", run.toString());
        Place place = places.get(run);
        if (place != null) {
            data.put("experiment", place.experiment());
            if (place.sweep() != null) {
                data.put("sweep", place.sweep());
            }
        }
        if (keys.size() <= NAMED) {
            ArrayNode names = data.putArray("keys");
            keys.forEach(names::add);
        }
        data.put("step", step);
        // Of a run that nobody can place, nobody hears.
        return new LiveEvent("metric", null, data.toString(), place == null ? NOWHERE : place.project());
    }
}
