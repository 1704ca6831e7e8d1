package dev.runyard.service.metric;

import dev.runyard.service.db.Commit;
import dev.runyard.service.db.Statements;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Points that clients log into a run by another protocol: one step may be measured several times, and what tells two points apart is
 * the millisecond and the value (rule 4 of the architecture). A batch that comes again adds nothing. Whoever calls holds the run against
 * other clients.
 */
@ApplicationScoped
public class ClientPoints {
    /**
     * What differs from what the millisecond holds already goes behind it, by the microsecond. Only steps that are not new are looked up.
     */
    private static final String STORE = """
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
            where b.known is not true
            order by p.key_id, p.step, p.time
            on conflict (run_id, key_id, step, time) where superseded_by is null do nothing
            returning key_id, step, time, value
            """;

    private final Statements statements;
    private final Commit commit;
    private final MetricKeys keys;
    private final MetricLedger ledger;

    ClientPoints(Statements statements, Commit commit, MetricKeys keys, MetricLedger ledger) {
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
        record Row(int key, long step, long time, double value) {}
        List<Row> rows = statements.rows(
                STORE,
                r -> new Row(r.getInt(1), r.getLong(2), r.getLong(3), r.getDouble(4)),
                run,
                attempt,
                points.keyIds(),
                points.steps(),
                points.times(),
                points.values(),
                run,
                run);
        if (rows.isEmpty()) {
            return 0;
        }
        Digest summary = new Digest(false);
        Digest blocks = new Digest(true);
        for (Row row : rows) {
            summary.add(row.key(), row.step(), row.time(), row.value());
            blocks.add(row.key(), row.step(), row.time(), row.value());
        }
        ledger.derive(run, summary, blocks);
        commit.then(() -> ledger.tell(run, named.names, summary));
        return rows.size();
    }
}
