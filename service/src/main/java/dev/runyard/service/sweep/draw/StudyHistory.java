package dev.runyard.service.sweep.draw;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.service.db.Statements;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.sampler.Past;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What came of the points of a sweep that is carried out from outside. What was told is told for good, and is remembered: who asks for one point
 * after the other reads what is new and what is open alone.
 */
@ApplicationScoped
class StudyHistory {
    /** Sweeps whose points are kept in mind; the one that was not asked of the longest goes first. */
    private static final int REMEMBERED = 16;

    private static final String FRESH = """
            select point, params, told_state, told, coalesce(told_epoch, 0) as epoch from sweep_draw
            where sweep_id = ? and (point >= ? or point = any(?)) order by point""";

    private final Statements statements;
    private final Map<UUID, List<@Nullable Told>> known = new LinkedHashMap<>(16, 0.75f, true);

    StudyHistory(Statements statements) {
        this.statements = statements;
    }

    private record Told(Map<String, JsonNode> params, Past.State state, JsonNode values, int epoch) {
        Past past(Goals goals) {
            if (state == Past.State.FAILED) {
                return Past.failed(params);
            }
            List<Double> losses = goals.all().stream()
                    .map(goal -> goal.loss(values.path(goal.metric()).asDouble(Double.NaN)))
                    .toList();
            return new Past(params, state, losses, epoch);
        }
    }

    private record Row(
            int point,
            Map<String, JsonNode> params,
            @Nullable Told told) {}

    /** All points in the order of the draws. */
    List<Past> of(UUID sweep, Goals goals) {
        List<@Nullable Told> before = before(sweep);
        int[] open = new int[before.size()];
        int n = 0;
        for (int i = 0; i < before.size(); i++) {
            if (before.get(i) == null) {
                open[n++] = i;
            }
        }
        Map<Integer, Row> fresh = new TreeMap<>();
        statements
                .rows(FRESH, StudyHistory::row, sweep, before.size(), java.util.Arrays.copyOf(open, n))
                .forEach(row -> fresh.put(row.point(), row));
        List<@Nullable Told> now = new ArrayList<>(before);
        List<Past> out = new ArrayList<>();
        fresh.keySet().stream().filter(point -> point >= before.size()).forEach(point -> now.add(null));
        for (int i = 0; i < now.size(); i++) {
            Row row = fresh.get(i);
            Told told = row == null ? now.get(i) : row.told();
            now.set(i, told);
            if (told != null) {
                out.add(told.past(goals));
            } else if (row != null) {
                out.add(Past.open(row.params()));
            }
        }
        synchronized (known) {
            known.put(sweep, now);
            if (known.size() > REMEMBERED) {
                known.remove(known.keySet().iterator().next());
            }
        }
        return out;
    }

    private List<@Nullable Told> before(UUID sweep) {
        synchronized (known) {
            return known.getOrDefault(sweep, List.of());
        }
    }

    private static Row row(java.sql.ResultSet row) throws java.sql.SQLException {
        Map<String, JsonNode> params = new TreeMap<>();
        Json.tree(row.getString("params")).properties().forEach(e -> params.put(e.getKey(), e.getValue()));
        String state = row.getString("told_state");
        Told told = state == null
                ? null
                : new Told(params, Past.State.valueOf(state), Json.tree(row.getString("told")), row.getInt("epoch"));
        return new Row(row.getInt("point"), params, told);
    }
}
