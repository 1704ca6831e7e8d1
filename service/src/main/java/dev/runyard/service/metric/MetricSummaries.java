package dev.runyard.service.metric;

import io.agroal.api.AgroalDataSource;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
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

    private final AgroalDataSource dataSource;

    MetricSummaries(AgroalDataSource dataSource) {
        this.dataSource = dataSource;
    }

    /** Runs without points are absent. */
    public Map<UUID, SortedMap<String, SummaryView>> of(Collection<UUID> runs) throws SQLException {
        Map<UUID, SortedMap<String, SummaryView>> found = new HashMap<>();
        if (runs.isEmpty()) {
            return found;
        }
        try (Connection c = dataSource.getConnection();
                PreparedStatement s = c.prepareStatement(READ)) {
            s.setArray(1, c.createArrayOf("uuid", runs.toArray()));
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    found.computeIfAbsent(r.getObject(1, UUID.class), id -> new TreeMap<>())
                            .put(r.getString(2), view(r));
                }
            }
        }
        return found;
    }

    /** Empty for a run without points and for one that does not exist. */
    public SortedMap<String, SummaryView> of(UUID run) throws SQLException {
        return of(List.of(run)).getOrDefault(run, new TreeMap<>());
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
                goal);
    }
}
