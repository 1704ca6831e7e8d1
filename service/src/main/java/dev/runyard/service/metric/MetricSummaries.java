package dev.runyard.service.metric;

import dev.runyard.service.db.Statements;
import dev.runyard.spec.metric.MetricDefinition;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/** Summaries of runs' metrics, by run and key. */
@ApplicationScoped
public class MetricSummaries {
    private static final String COLUMNS = """
            select s.run_id, k.key, s.last, s.last_step, s.min, s.max, s.best, s.best_step, s.count, s.non_finite,
              s.lower_is_better
            from metric_summary s join metric_key k on k.id = s.key_id\s""";

    /** The keys of some of the runs, in the order of how many of these have them. */
    private static final String NAMES = """
            select k.key from metric_summary s join metric_key k on k.id = s.key_id where s.run_id = any(?)
            group by k.key order by count(*) desc, k.key limit ?""";

    private final Statements statements;

    MetricSummaries(Statements statements) {
        this.statements = statements;
    }

    /** All summaries of one run, with how their values are written. Empty for a run without points and for one that does not exist. */
    public SortedMap<String, SummaryView> of(UUID run) {
        SortedMap<String, SummaryView> found =
                byRun(COLUMNS + "where s.run_id = ?", run).getOrDefault(run, new TreeMap<>());
        found.replaceAll(
                (key, summary) -> MetricDefinition.of(key).map(summary::written).orElse(summary));
        return found;
    }

    /** The summaries of these metrics. Runs that have none of them are absent. */
    public Map<UUID, SortedMap<String, SummaryView>> of(Collection<UUID> runs, Collection<String> keys) {
        if (runs.isEmpty() || keys.isEmpty()) {
            return Map.of();
        }
        return byRun(
                COLUMNS
                        + "where s.run_id = any(?) and s.key_id = any(array(select id from metric_key where key = any(?)))",
                runs,
                keys);
    }

    /** Which metrics the runs have, the most frequent first, at most {@code limit}. */
    public List<String> names(Collection<UUID> runs, int limit) {
        return runs.isEmpty() ? List.of() : statements.rows(NAMES, r -> r.getString(1), runs, limit);
    }

    private Map<UUID, SortedMap<String, SummaryView>> byRun(String sql, Object... values) {
        Map<UUID, SortedMap<String, SummaryView>> found = new HashMap<>();
        record Entry(UUID run, String key, SummaryView summary) {}
        statements
                .rows(sql, r -> new Entry(r.getObject(1, UUID.class), r.getString(2), view(r)), values)
                .forEach(e ->
                        found.computeIfAbsent(e.run(), id -> new TreeMap<>()).put(e.key(), e.summary()));
        return found;
    }

    private static SummaryView view(ResultSet r) throws SQLException {
        Goal goal = Goal.of(r.getString(2));
        return new SummaryView(
                r.getDouble(3),
                r.getLong(4),
                r.getObject(5, Double.class),
                r.getObject(6, Double.class),
                goal == null ? null : r.getObject(7, Double.class),
                goal == null ? null : r.getObject(8, Long.class),
                r.getLong(9),
                r.getLong(10),
                goal,
                null,
                null);
    }
}
