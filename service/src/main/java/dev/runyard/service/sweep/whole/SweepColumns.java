package dev.runyard.service.sweep.whole;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.service.db.Statements;
import dev.runyard.service.metric.Goal;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.metric.MetricDefinition;
import dev.runyard.spec.run.FailureReason;
import dev.runyard.spec.run.RunState;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The runs of a sweep as columns: what a plot of all of them needs, and nothing else. */
@ApplicationScoped
public class SweepColumns {
    /** Runs that one answer holds. */
    static final int PORTION = 2_500;

    /** Characters of what is said of a failure. */
    private static final int SAID = 300;

    private static final String PATHS = "select distinct k from run r cross join lateral jsonb_object_keys(r.params) k"
            + " where r.sweep_id = ? and r.deleted_at is null order by k";

    /** A value that a run's point does not set is the one that acts: the base's, or the default. */
    private static final String ROWS = """
            select r.id, r.sweep_index, r.name, r.state, r.attempt, r.epochs, r.steps, r.started_at, r.ended_at, r.reason,
                   case when r.state = 'FAILED' then left(r.message, ?) end as message,
                   cast((select sum(extract(epoch from coalesce(a.ended_at, now()) - a.started_at)) * r.devices
                    from attempt a where a.run_id = r.id and a.started_at is not null) as float8) as device_seconds,
                   array(select coalesce(cast(r.params -> g.path as text), c.vals[array_position(l.paths, g.path)])
                         from unnest(cast(? as text[])) with ordinality as g(path, n) order by g.n) as params,
                   array(select m.last from unnest(cast(? as text[])) with ordinality as g(key, n)
                         left join metric_key k on k.key = g.key
                         left join metric_summary m on m.key_id = k.id and m.run_id = r.id order by g.n) as lasts,
                   array(select m.best from unnest(cast(? as text[])) with ordinality as g(key, n)
                         left join metric_key k on k.key = g.key
                         left join metric_summary m on m.key_id = k.id and m.run_id = r.id order by g.n) as bests,
                   array(select m.count from unnest(cast(? as text[])) with ordinality as g(key, n)
                         left join metric_key k on k.key = g.key
                         left join metric_summary m on m.key_id = k.id and m.run_id = r.id order by g.n) as counts
            from run r left join run_config c on c.run_id = r.id left join config_layout l on l.id = c.layout
            where r.sweep_id = ? and r.deleted_at is null and r.sweep_index > ? order by r.sweep_index limit ?""";

    private static final String NAMES = """
            select k.key from metric_key k where exists (
              select from metric_summary m join run r on r.id = m.run_id
              where r.sweep_id = ? and r.deleted_at is null and m.key_id = k.id) order by k.key""";

    private final Statements statements;

    SweepColumns(Statements statements) {
        this.statements = statements;
    }

    /**
     * A metric of the runs.
     *
     * @param goal absent where nobody says which end is better
     * @param unit absent where there is none; {@code decimals}: where it is not defined
     * @param last null where a run has none; NaN and infinities as texts
     * @param best null where a run or the metric has none
     * @param count points that a run has of it
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record MetricColumn(
            String metric,
            @Nullable Goal goal,
            @Nullable String unit,
            @Nullable Integer decimals,
            List<@Nullable Double> last,
            List<@Nullable Double> best,
            List<@Nullable Long> count) {}

    /** Why a run FAILED; {@code at} is its place in the columns. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record FailedRun(
            int at,
            @Nullable FailureReason reason,
            @Nullable String message) {}

    /**
     * Runs in the order of the sweep: the n-th of each column belongs to the same run.
     *
     * @param total runs there are, on all pages
     * @param next pass it as {@code after}; absent on the last page
     * @param attempts how often each was tried
     * @param steps null where that is not known yet
     * @param startedAt ms since 1970, as {@code endedAt}; null where that was not
     * @param deviceSeconds of all attempts, times the devices of each; null where none started
     * @param params by path: those that a run of the sweep sets
     * @param names metrics that a run of the sweep has; on the first page alone
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record RunColumns(
            long total,
            @Nullable Integer next,
            List<UUID> ids,
            List<Integer> indexes,
            List<String> runs,
            List<RunState> states,
            List<Long> attempts,
            List<Integer> epochs,
            List<@Nullable Long> steps,
            List<@Nullable Long> startedAt,
            List<@Nullable Long> endedAt,
            List<@Nullable Double> deviceSeconds,
            Map<String, List<@Nullable JsonNode>> params,
            List<MetricColumn> metrics,
            List<FailedRun> failures,
            @Nullable List<String> names) {

        private static RunColumns empty(
                long total, List<String> paths, List<String> keys, @Nullable List<String> names) {
            Map<String, List<@Nullable JsonNode>> params = new TreeMap<>();
            paths.forEach(path -> params.put(path, new ArrayList<>()));
            return new RunColumns(
                    total,
                    null,
                    new ArrayList<>(),
                    new ArrayList<>(),
                    new ArrayList<>(),
                    new ArrayList<>(),
                    new ArrayList<>(),
                    new ArrayList<>(),
                    new ArrayList<>(),
                    new ArrayList<>(),
                    new ArrayList<>(),
                    new ArrayList<>(),
                    params,
                    keys.stream().map(RunColumns::values).toList(),
                    new ArrayList<>(),
                    names);
        }

        private static MetricColumn values(String key) {
            MetricDefinition defined = MetricDefinition.of(key).orElse(null);
            return new MetricColumn(
                    key,
                    Goal.of(key),
                    defined == null || defined.unit().isEmpty() ? null : defined.unit(),
                    defined == null ? null : defined.decimals(),
                    new ArrayList<>(),
                    new ArrayList<>(),
                    new ArrayList<>());
        }

        private RunColumns to(@Nullable Integer last) {
            return new RunColumns(
                    total,
                    last,
                    ids,
                    indexes,
                    runs,
                    states,
                    attempts,
                    epochs,
                    steps,
                    startedAt,
                    endedAt,
                    deviceSeconds,
                    params,
                    metrics,
                    failures,
                    names);
        }
    }

    /**
     * The next portion of a sweep's runs.
     *
     * @param after index of the last run of the page before; -1 for the first
     */
    RunColumns of(UUID sweep, List<String> keys, int after) {
        List<String> paths = statements.rows(PATHS, r -> r.getString(1), sweep);
        long total = statements.number("select count(*) from run where sweep_id = ? and deleted_at is null", sweep);
        List<String> names = after < 0 ? statements.rows(NAMES, r -> r.getString(1), sweep) : null;
        RunColumns page = RunColumns.empty(total, paths, keys, names);
        statements.each(
                ROWS,
                row -> add(page, row, paths),
                SAID,
                texts(paths),
                texts(keys),
                texts(keys),
                texts(keys),
                sweep,
                after,
                PORTION);
        int n = page.ids().size();
        return page.to(n < PORTION ? null : page.indexes().get(n - 1));
    }

    /** As a literal: an empty list has no type of its own. */
    private static String texts(List<String> texts) {
        StringBuilder literal = new StringBuilder("{");
        for (String text : texts) {
            literal.append(literal.length() > 1 ? "," : "")
                    .append('"')
                    .append(text.replace("\\", "\\\\").replace("\"", "\\\""))
                    .append('"');
        }
        return literal.append('}').toString();
    }

    private static void add(RunColumns to, ResultSet row, List<String> paths) throws SQLException {
        RunState state = RunState.valueOf(row.getString("state"));
        if (state == RunState.FAILED) {
            String reason = row.getString("reason");
            to.failures()
                    .add(new FailedRun(
                            to.ids().size(),
                            reason == null ? null : FailureReason.valueOf(reason),
                            row.getString("message")));
        }
        to.ids().add(row.getObject("id", UUID.class));
        to.indexes().add(row.getInt("sweep_index"));
        to.runs().add(row.getString("name"));
        to.states().add(state);
        to.attempts().add(row.getLong("attempt"));
        to.epochs().add(row.getInt("epochs"));
        to.steps().add(row.getObject("steps", Long.class));
        to.startedAt().add(millis(Statements.time(row, "started_at")));
        to.endedAt().add(millis(Statements.time(row, "ended_at")));
        to.deviceSeconds().add(row.getObject("device_seconds", Double.class));
        String[] params = (String[]) row.getArray("params").getArray();
        for (int i = 0; i < params.length; i++) {
            to.params()
                    .computeIfAbsent(paths.get(i), path -> new ArrayList<>())
                    .add(params[i] == null ? null : Json.tree(params[i]));
        }
        List<@Nullable Double> lasts = doubles(row.getArray("lasts"));
        List<@Nullable Double> bests = doubles(row.getArray("bests"));
        Long[] counts = (Long[]) row.getArray("counts").getArray();
        for (int i = 0; i < counts.length; i++) {
            MetricColumn values = to.metrics().get(i);
            values.last().add(lasts.get(i));
            values.best().add(values.goal() == null ? null : bests.get(i));
            values.count().add(counts[i]);
        }
    }

    private static List<@Nullable Double> doubles(Array array) throws SQLException {
        return Arrays.asList((Double[]) array.getArray());
    }

    private static @Nullable Long millis(@Nullable Instant time) {
        return time == null ? null : time.toEpochMilli();
    }
}
