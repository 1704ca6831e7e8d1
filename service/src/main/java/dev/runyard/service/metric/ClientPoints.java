package dev.runyard.service.metric;

import dev.runyard.service.db.Commit;
import dev.runyard.service.db.Statements;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Points that clients log into a run by another protocol: one step may be measured several times, and what tells two points apart is
 * the millisecond and the value (rule 4 of the architecture). A batch that comes again adds nothing. Whoever calls holds the run against
 * other clients.
 */
@ApplicationScoped
public class ClientPoints {
    /**
     * What differs from what the millisecond holds already goes behind it, by the microsecond. A step that an older attempt measured is left out
     * until what that attempt measured from there on is made its ghost; those who log without steps say 0. Only steps that are not new
     * are looked up. Where every point is new and none was put behind another, which is the rule, the summaries are known beforehand and go
     * in with them.
     */
    private static final String STORE = """
            with stored as (
            insert into metric_point (run_id, key_id, step, time, attempt, value)
            select ?, p.key_id, p.step, p.time + coalesce(b.used, 0), ?, p.value
            from unnest(?::int[], ?::bigint[], ?::bigint[], ?::float8[]) as p(key_id, step, time, value)
            left join metric_summary m on m.run_id = ? and m.key_id = p.key_id
            left join lateral (
              select max(o.time) - p.time / 1000 * 1000 + 1 as used, bool_or(o.value = p.value) as known
              from metric_point o
              where p.step <= m.last_step and o.run_id = ? and o.key_id = p.key_id and o.step = p.step
                and o.superseded_by is null
                and o.time >= p.time / 1000 * 1000 and o.time < p.time / 1000 * 1000 + 1000) b on true
            left join lateral (
              select true as earlier from metric_point o
              where p.step > 0 and p.step <= m.last_step and o.run_id = ? and o.key_id = p.key_id and o.step = p.step
                and o.superseded_by is null and o.attempt < ? limit 1) e on true
            where b.known is not true and e.earlier is not true
            order by p.key_id, p.step, p.time
            on conflict (run_id, key_id, step, time) where superseded_by is null do nothing
            returning key_id, step, time, value),
            whole as (select count(*) = ? and coalesce(sum(time %% 1000), 0) = ? as so from stored),
            summarised as (%s),
            blocked as (%s)
            select w.so, s.key_id, s.step, s.time, s.value from whole w left join stored s on not w.so
            order by s.key_id, s.step, s.time
            """.formatted(
                    MetricLedger.SUMMARISE.formatted("where (select so from whole)"),
                    MetricLedger.BLOCKS.formatted("where (select so from whole)"));

    private final Statements statements;
    private final Commit commit;
    private final MetricKeys keys;
    private final MetricLedger ledger;
    private final Supersession supersession;

    ClientPoints(
            Statements statements, Commit commit, MetricKeys keys, MetricLedger ledger, Supersession supersession) {
        this.supersession = supersession;
        this.statements = statements;
        this.commit = commit;
        this.keys = keys;
        this.ledger = ledger;
    }

    /** Points whose names have numbers. */
    public static final class Named {
        private final Set<String> names;
        private final SortedPoints points;

        private Named(Set<String> names, SortedPoints points) {
            this.names = names;
            this.points = points;
        }
    }

    /**
     * Numbers the names; outside of any transaction, since a name must be visible to all before its number is remembered.
     *
     * @param batch times in microseconds, whole milliseconds, 0 or later
     */
    public Named named(PointBatch batch) {
        Set<String> names = new HashSet<>(Arrays.asList(batch.keys()).subList(0, batch.size()));
        Map<String, Integer> ids = keys.ids(names);
        return new Named(names, SortedPoints.ofClient(batch, ids));
    }

    /** A point that is new; the key is null where there is none to tell of. */
    private record Row(boolean whole, @Nullable Integer key, long step, long time, double value) {}

    /**
     * Stores what is new.
     *
     * @param attempt that measured it
     * @return how many points are new
     */
    @Transactional(Transactional.TxType.MANDATORY)
    public int store(UUID run, long attempt, Named named) {
        SortedPoints points = named.points;
        if (points.size() == 0) {
            return 0;
        }
        Digest summary = new Digest(false);
        Digest blocks = new Digest(true);
        for (int i = 0; i < points.size(); i++) {
            summary.add(points.keyIds()[i], points.steps()[i], points.times()[i], points.values()[i]);
            blocks.add(points.keyIds()[i], points.steps()[i], points.times()[i], points.values()[i]);
        }
        ledger.room(run, summary.keyIds());
        @Nullable Object[] values = values(run, attempt, points, summary, blocks);
        List<Row> rows = rows(values);
        Map<Integer, Long> overtaken = Map.of();
        boolean whole = rows.get(0).whole();
        if (!whole) {
            overtaken = supersession.overtake(run, attempt, points, Supersession.Same.MOMENT);
            if (!overtaken.isEmpty()) {
                List<Row> more = rows(values);
                whole = more.get(0).whole();
                rows = Stream.concat(rows.stream(), more.stream())
                        .sorted(Comparator.comparing((Row row) -> row.key() == null ? -1 : row.key())
                                .thenComparing(Row::step)
                                .thenComparing(Row::time))
                        .toList();
            }
        }
        if (!whole) {
            return some(run, named, rows, overtaken);
        }
        ledger.anew(run, points, overtaken);
        commit.then(() -> ledger.tell(run, named.names, summary));
        return points.size();
    }

    private List<Row> rows(@Nullable Object[] values) {
        return statements.rows(
                STORE,
                r -> new Row(
                        r.getBoolean(1), r.getObject(2, Integer.class), r.getLong(3), r.getLong(4), r.getDouble(5)),
                values);
    }

    private static @Nullable Object[] values(
            UUID run, long attempt, SortedPoints points, Digest summary, Digest blocks) {
        List<@Nullable Object> values = new ArrayList<>(Arrays.asList(
                run,
                attempt,
                points.keyIds(),
                points.steps(),
                points.times(),
                points.values(),
                run,
                run,
                run,
                attempt,
                points.size(),
                Arrays.stream(points.times()).map(time -> time % 1_000).sum()));
        values.addAll(Arrays.asList(summary.summary(run)));
        values.addAll(Arrays.asList(blocks.blocks(run)));
        return values.toArray();
    }

    /** Some were there already, or were put behind others: the summaries are drawn up of what was stored. */
    private int some(UUID run, Named named, List<Row> rows, Map<Integer, Long> overtaken) {
        Digest all = new Digest(false);
        Digest summary = new Digest(false);
        Digest blocks = new Digest(true);
        int count = 0;
        for (Row row : rows) {
            Integer key = row.key();
            if (key != null) {
                all.add(key, row.step(), row.time(), row.value());
                count++;
                if (!overtaken.containsKey(key)) {
                    summary.add(key, row.step(), row.time(), row.value());
                    blocks.add(key, row.step(), row.time(), row.value());
                }
            }
        }
        if (count > 0) {
            ledger.derive(run, summary, blocks);
            ledger.anew(run, named.points, overtaken);
            commit.then(() -> ledger.tell(run, named.names, all));
        }
        return count;
    }
}
