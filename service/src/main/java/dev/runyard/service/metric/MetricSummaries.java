package dev.runyard.service.metric;

import dev.runyard.service.db.Statements;
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
    private static final String READ = """
            select s.run_id, k.key, s.last, s.last_step, s.min, s.max, s.best, s.best_step, s.count, s.non_finite,
              s.lower_is_better
            from metric_summary s join metric_key k on k.id = s.key_id
            where s.run_id = any(?)
            """;

    private final Statements statements;

    MetricSummaries(Statements statements) {
        this.statements = statements;
    }

    /** Runs without points are absent. */
    public Map<UUID, SortedMap<String, SummaryView>> of(Collection<UUID> runs) {
        Map<UUID, SortedMap<String, SummaryView>> found = new HashMap<>();
        if (runs.isEmpty()) {
            return found;
        }
        statements.each(
                READ,
                r -> found.computeIfAbsent(r.getObject(1, UUID.class), id -> new TreeMap<>())
                        .put(r.getString(2), view(r)),
                runs);
        return found;
    }

    /** Empty for a run without points and for one that does not exist. */
    public SortedMap<String, SummaryView> of(UUID run) {
        return of(List.of(run)).getOrDefault(run, new TreeMap<>());
    }

    private static SummaryView view(ResultSet r) throws SQLException {
        return new SummaryView(
                r.getDouble(3),
                r.getLong(4),
                r.getObject(5, Double.class),
                r.getObject(6, Double.class),
                r.getObject(7, Double.class),
                r.getObject(8, Long.class),
                r.getLong(9),
                r.getLong(10),
                r.getBoolean(11) ? Goal.MIN : Goal.MAX);
    }
}
