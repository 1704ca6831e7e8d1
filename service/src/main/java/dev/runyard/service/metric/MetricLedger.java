package dev.runyard.service.metric;

import dev.runyard.service.auth.Fence;
import dev.runyard.service.auth.StaleAttempt;
import dev.runyard.service.db.Contention;
import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Problem;
import dev.runyard.spec.Failpoint;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import jakarta.transaction.Transactional;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Writes metric points: fenced, idempotent, each batch whole or not at all, summaries and levels in the same transaction. */
@ApplicationScoped
public class MetricLedger {
    /** Most metrics of one run. */
    static final int MAX_KEYS = 10_000;

    private static final int TRIES = 4;

    /**
     * The fence and the insert are one statement: no row for a stale attempt, one row for each point that is new (or one row of
     * nulls when none is), so that the summaries see exactly what was stored. A managed run has one value of a metric a step,
     * whatever the clocks said: a point that comes again adds no second one, and what an older attempt measured there is first
     * made its ghost where this one measures something else. Only steps that are not new are looked up.
     */
    private static final String STORE = Fence.SQL + """
            , stored as (
              insert into metric_point (run_id, key_id, step, time, attempt, epoch, value)
              select f.id, p.key_id, p.step, p.time, f.attempt, nullif(p.epoch, 'NaN'), p.value
              from fence f
              cross join unnest(?::int[], ?::bigint[], ?::bigint[], ?::float8[], ?::float8[])
                as p(key_id, step, time, epoch, value)
              left join metric_summary m on m.run_id = f.id and m.key_id = p.key_id
              left join lateral (
                select true as known from metric_point o
                where p.step <= m.last_step and o.run_id = f.id and o.key_id = p.key_id and o.step = p.step
                  and o.superseded_by is null limit 1) before on true
              where before.known is null
              order by p.key_id, p.step, p.time
              on conflict (run_id, key_id, step, time) where superseded_by is null do nothing
              returning key_id, step, time)
            select f.state, s.key_id, s.step, s.time from fence f left join stored s on true
            """;

    /** A value of the batch that contradicts what this attempt said of the same step before. */
    private static final String CONTRADICTION = """
            select k.key, p.step, o.value, p.value
            from unnest(?::int[], ?::bigint[], ?::float8[]) as p(key_id, step, value)
            join metric_point o on o.run_id = ? and o.key_id = p.key_id and o.step = p.step and o.superseded_by is null
              and o.attempt = ? and o.value <> p.value
            join metric_key k on k.id = p.key_id
            limit 1
            """;

    /** With room for a condition. */
    static final String SUMMARISE = """
            insert into metric_summary as s (run_id, key_id, count, non_finite, last_step, last_time, last, min, max, best,
              best_step, lower_is_better)
            select ?, p.key_id, p.count, p.non_finite, p.last_step, p.last_time, p.last, nullif(p.min, 'NaN'),
              nullif(p.max, 'NaN'), nullif(case when k.lower_is_better then p.min else p.max end, 'NaN'),
              case when p.min <> 'NaN' then case when k.lower_is_better then p.min_step else p.max_step end end,
              k.lower_is_better
            from unnest(?::int[], ?::int[], ?::int[], ?::bigint[], ?::bigint[], ?::float8[], ?::float8[], ?::bigint[],
                ?::float8[], ?::bigint[])
              as p(key_id, count, non_finite, last_step, last_time, last, min, min_step, max, max_step)
            join metric_key k on k.id = p.key_id %s
            order by p.key_id
            on conflict (run_id, key_id) do update set
              count = s.count + excluded.count,
              non_finite = s.non_finite + excluded.non_finite,
              last_step = case when (excluded.last_step, excluded.last_time) > (s.last_step, s.last_time)
                then excluded.last_step else s.last_step end,
              last_time = case when (excluded.last_step, excluded.last_time) > (s.last_step, s.last_time)
                then excluded.last_time else s.last_time end,
              last = case when (excluded.last_step, excluded.last_time) > (s.last_step, s.last_time)
                then excluded.last else s.last end,
              min = least(s.min, excluded.min),
              max = greatest(s.max, excluded.max),
              best = case when s.lower_is_better then least(s.best, excluded.best) else greatest(s.best, excluded.best) end,
              best_step = case
                when excluded.best is null then s.best_step
                when s.best is null or (excluded.best <> s.best and (excluded.best < s.best) = s.lower_is_better)
                  then excluded.best_step
                when excluded.best = s.best then least(s.best_step, excluded.best_step)
                else s.best_step end
            """;

    static final String BLOCKS = """
            insert into metric_block as b (run_id, key_id, block, first_step, first_time, first, last_step, last_time, last,
              min, max, count, non_finite)
            select ?, p.key_id, p.block, p.first_step, p.first_time, p.first, p.last_step, p.last_time, p.last,
              nullif(p.min, 'NaN'), nullif(p.max, 'NaN'), p.count, p.non_finite
            from unnest(?::int[], ?::bigint[], ?::bigint[], ?::bigint[], ?::float8[], ?::bigint[], ?::bigint[], ?::float8[],
                ?::float8[], ?::float8[], ?::int[], ?::int[])
              as p(key_id, block, first_step, first_time, first, last_step, last_time, last, min, max, count, non_finite) %s
            order by p.key_id, p.block
            on conflict (run_id, key_id, block) do update set
              first_step = least(b.first_step, excluded.first_step),
              first_time = case when excluded.first_step < b.first_step
                  or (excluded.first_step = b.first_step and excluded.first_time < b.first_time)
                then excluded.first_time else b.first_time end,
              first = case when excluded.first_step < b.first_step
                  or (excluded.first_step = b.first_step and excluded.first_time < b.first_time)
                then excluded.first else b.first end,
              last_step = greatest(b.last_step, excluded.last_step),
              last_time = case when excluded.last_step > b.last_step
                  or (excluded.last_step = b.last_step and excluded.last_time > b.last_time)
                then excluded.last_time else b.last_time end,
              last = case when excluded.last_step > b.last_step
                  or (excluded.last_step = b.last_step and excluded.last_time > b.last_time)
                then excluded.last else b.last end,
              min = least(b.min, excluded.min),
              max = greatest(b.max, excluded.max),
              count = b.count + excluded.count,
              non_finite = b.non_finite + excluded.non_finite
            """;

    private static final String SUMMARISE_ALL = SUMMARISE.formatted("");
    private static final String BLOCKS_ALL = BLOCKS.formatted("");

    private final Statements statements;
    private final Fence fence;
    private final MetricKeys keys;
    private final RunKeys runKeys;
    private final Supersession supersession;
    private final Instance<FirstReport> firstReport;
    private final Instance<MetricListener> listeners;

    MetricLedger(
            Statements statements,
            Fence fence,
            MetricKeys keys,
            RunKeys runKeys,
            Supersession supersession,
            Instance<FirstReport> firstReport,
            Instance<MetricListener> listeners) {
        this.statements = statements;
        this.fence = fence;
        this.keys = keys;
        this.runKeys = runKeys;
        this.supersession = supersession;
        this.firstReport = firstReport;
        this.listeners = listeners;
    }

    /**
     * Stores what is new of the batch.
     *
     * @return how many points are new; 0 for a repeated batch
     * @throws StaleAttempt when the attempt is not the current one of a held run; nothing is stored then
     * @throws Problem 404 when there is no such run
     */
    public int store(UUID run, PointBatch batch) {
        for (int tried = 1; ; tried++) {
            try {
                return once(run, batch);
            } catch (Contention e) {
                if (tried == TRIES) {
                    throw e;
                }
            }
        }
    }

    /**
     * A newer attempt resumed at {@code step}: what older attempts measured beyond it becomes their ghost curve, and summaries
     * and levels no longer hold it. Joins the caller's transaction where there is one. Repeating it changes nothing.
     *
     * @throws StaleAttempt when the attempt is not the current one of a held run
     */
    @Transactional
    public void supersede(UUID run, long attempt, long step) {
        supersession.apply(run, attempt, step);
        runKeys.forget(run);
    }

    private int once(UUID run, PointBatch batch) {
        Set<String> names = new HashSet<>(Arrays.asList(batch.keys()).subList(0, batch.size()));
        Map<String, Integer> ids = keys.ids(run, batch.attempt(), names);
        SortedPoints points = SortedPoints.of(batch, ids);
        if (ids.size() < names.size()) {
            // The fence kept a new name out; say why.
            throw fence.refusal(run, batch.attempt());
        }
        Digest summary = new Digest(false);
        Stored stored = QuarkusTransaction.requiringNew().call(() -> insert(run, batch.attempt(), points, summary));
        if (stored == Stored.STALE) {
            throw fence.refusal(run, batch.attempt());
        }
        Failpoint.POINTS_COMMITTED.reach();
        if (stored.starting) {
            firstReport.stream().forEach(f -> f.firstReport(run, batch.attempt()));
        }
        if (stored.count > 0) {
            tell(run, names, summary);
        }
        return stored.count;
    }

    /** A run that is new, and has no points. */
    public void begins(UUID run) {
        runKeys.begins(run);
    }

    /**
     * Whether the run may have these metrics.
     *
     * @throws dev.runyard.spec.InvalidSpec TOO_MANY_KEYS
     */
    void room(UUID run, int[] keyIds) {
        runKeys.check(run, keyIds);
    }

    /** After the commit of new points. */
    void tell(UUID run, Set<String> names, Digest summary) {
        runKeys.remember(run, summary.keyIds());
        listeners.stream().forEach(l -> l.stored(run, names, summary.maxStep()));
    }

    /** What follows from points that are new, in the transaction that stores them. */
    void derive(UUID run, Digest summary, Digest blocks) {
        if (summary.isEmpty()) {
            return;
        }
        runKeys.check(run, summary.keyIds());
        statements.change(SUMMARISE_ALL, summary.summary(run));
        statements.change(BLOCKS_ALL, blocks.blocks(run));
    }

    /** The run's state and a point that is new; none is where the key is null. */
    private record Row(boolean starting, @Nullable Integer key, long step, long time) {}

    private List<Row> rows(UUID run, long attempt, SortedPoints points) {
        return statements.rows(
                STORE,
                r -> new Row(
                        r.getString(1).equals("STARTING"), r.getObject(2, Integer.class), r.getLong(3), r.getLong(4)),
                run,
                attempt,
                points.keyIds(),
                points.steps(),
                points.times(),
                points.epochs(),
                points.values());
    }

    private Stored insert(UUID run, long attempt, SortedPoints points, Digest summary) {
        List<Row> rows = rows(run, attempt, points);
        if (rows.isEmpty()) {
            return Stored.STALE;
        }
        boolean starting = rows.get(0).starting();
        BitSet fresh = new BitSet(points.size());
        note(rows, points, fresh);
        Map<Integer, Long> overtaken = Map.of();
        if (fresh.cardinality() < points.size()) {
            agree(run, attempt, points);
            overtaken = supersession.overtake(run, attempt, points, Supersession.Same.VALUE);
            if (!overtaken.isEmpty()) {
                note(rows(run, attempt, points), points, fresh);
            }
        }
        if (!fresh.isEmpty()) {
            derive(run, points, fresh, overtaken, summary);
        }
        Failpoint.POINTS_STORED.reach();
        return new Stored(fresh.cardinality(), starting);
    }

    /** Rows come back in the order they went in; a point that was there already leaves a gap. */
    private static void note(List<Row> rows, SortedPoints points, BitSet fresh) {
        int i = 0;
        for (Row row : rows) {
            Integer key = row.key();
            if (key == null) {
                return;
            }
            while (points.keyIds()[i] != key || points.steps()[i] != row.step() || points.times()[i] != row.time()) {
                i++;
            }
            fresh.set(i++);
        }
    }

    /** @param summary gets all that are new */
    private void derive(UUID run, SortedPoints points, BitSet fresh, Map<Integer, Long> overtaken, Digest summary) {
        Digest blocks = new Digest(true);
        Digest adding = overtaken.isEmpty() ? summary : new Digest(false);
        for (int i = fresh.nextSetBit(0); i >= 0; i = fresh.nextSetBit(i + 1)) {
            int key = points.keyIds()[i];
            long step = points.steps()[i];
            long time = points.times()[i];
            double value = points.values()[i];
            if (!overtaken.isEmpty()) {
                summary.add(key, step, time, value);
            }
            if (!overtaken.containsKey(key)) {
                adding.add(key, step, time, value);
                blocks.add(key, step, time, value);
            }
        }
        derive(run, adding, blocks);
        anew(run, points, overtaken);
    }

    /** What follows from the points of metrics of which older ones were overtaken, in the transaction that stores these. */
    void anew(UUID run, SortedPoints points, Map<Integer, Long> overtaken) {
        if (!overtaken.isEmpty()) {
            long first = Math.min(
                    Collections.min(overtaken.values()),
                    Arrays.stream(points.steps()).min().orElseThrow());
            supersession.derive(run, first, overtaken.keySet());
        }
    }

    /** @throws Problem 422 DUPLICATE_POINT when a point that was there already had another value */
    private void agree(UUID run, long attempt, SortedPoints points) {
        record Other(String key, long step, double known, double sent) {}
        statements
                .row(
                        CONTRADICTION,
                        r -> new Other(r.getString(1), r.getLong(2), r.getDouble(3), r.getDouble(4)),
                        points.keyIds(),
                        points.steps(),
                        points.values(),
                        run,
                        attempt)
                .ifPresent(other -> {
                    throw Problem.invalid(
                            "DUPLICATE_POINT",
                            "points.value",
                            other.sent(),
                            "differs from " + other.known() + ", which this attempt measured of " + other.key()
                                    + " at step " + other.step(),
                            "send each key once a step; nothing of the batch was stored");
                });
    }

    private record Stored(int count, boolean starting) {
        static final Stored STALE = new Stored(-1, false);
    }
}
