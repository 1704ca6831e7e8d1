package dev.runyard.service.sweep;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Problem;
import dev.runyard.service.metric.Goal;
import dev.runyard.spec.json.Json;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A sweep's results: one row for each point of its axes, mean ± standard deviation over seeds. */
@ApplicationScoped
public class SweepTable {
    /**
     * Points that have a row yet, in the order of the sweep. Only FINISHED runs with a finite value count, and one for each (point, seed):
     * a run that is there twice is no further seed.
     */
    private static final String TABLE = """
            with one as (
              select distinct on (r.point, r.seed) r.point, r.seed, r.id, r.sweep_index, v.value
              from (select id, state, sweep_index, params - 'seed' as point,
                           case when spec ->> 'seed' ~ '^-?[0-9]{1,19}$' then cast(spec ->> 'seed' as bigint) else 0 end as seed
                    from run where sweep_id = ? and deleted_at is null) r
              left join lateral (
                select %1$s as value from metric_summary m join metric_key k on k.id = m.key_id
                where r.state = 'FINISHED' and m.run_id = r.id and k.key = ?
                  and %1$s < 'Infinity' and %1$s > '-Infinity') v on true
              order by r.point, r.seed, v.value is null, r.sweep_index)
            select point, count(*) as made, count(value) as n, avg(value) as mean, stddev_samp(value) as std,
                   min(value) as min, max(value) as max,
                   coalesce(array_agg(value order by sweep_index) filter (where value is not null), '{}') as vals,
                   coalesce(array_agg(id order by sweep_index) filter (where value is not null), '{}') as runs,
                   coalesce(array_agg(seed order by sweep_index) filter (where value is not null), '{}') as seeds
            from one group by point order by min(sweep_index)""";

    private final Statements statements;

    public SweepTable(Statements statements) {
        this.statements = statements;
    }

    /** Which value of a metric counts. */
    public enum Value {
        LAST("last"),
        /** As the metric is defined; the last of one that has no definition, whatever a sweep calls better. */
        BEST("coalesce(m.best, m.last)"),
        MIN("min"),
        MAX("max");

        private final String sql;

        Value(String column) {
            sql = column.contains("(") ? column : "m." + column;
        }

        private String table() {
            return TABLE.formatted(sql);
        }

        /** What counts of a metric: a best value is kept only where its definition says which end is better. */
        public Value counted(String metric) {
            return this == BEST && Goal.of(metric) == null ? LAST : this;
        }

        /** @throws Problem 422 for a word that is none of these */
        public static Value of(@Nullable String word) {
            if (word == null) {
                return LAST;
            }
            return switch (word) {
                case "last" -> LAST;
                case "best" -> BEST;
                case "min" -> MIN;
                case "max" -> MAX;
                default ->
                    throw Problem.invalid(
                            "BAD_VALUE", "value", word, "must be last, best, min or max", "leave it out for last");
            };
        }
    }

    /**
     * @param value which value of the metric counts
     * @param rows one for each point
     */
    public record Table(String metric, String value, List<Row> rows) {}

    /**
     * @param params what this point sets, without the seed
     * @param seeds of the runs that count
     * @param n how many that are
     * @param expected how many there will be when the sweep is complete
     * @param std with n - 1; absent for n below 2
     * @param values of the runs that count, in the order of {@code runs} and {@code seeds}
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Row(
            JsonNode params,
            List<Long> seeds,
            long n,
            int expected,
            @Nullable Double mean,
            @Nullable Double std,
            @Nullable Double min,
            @Nullable Double max,
            List<Double> values,
            List<UUID> runs) {}

    /**
     * @param metric null: what the sweep calls best
     * @throws Problem 404
     */
    public Table of(UUID sweep, @Nullable String metric, Value value) {
        JsonNode spec = statements
                .row("select spec from sweep where id = ?", r -> Json.tree(r.getString(1)), sweep)
                .orElseThrow(() -> Problem.notFound("sweep", sweep));
        JsonNode axis = spec.path("axes").path("seed");
        boolean later = spec.path("seedsLater").asBoolean();
        // Where only the best points have further seeds, the others are complete with one.
        int seeds = later ? 0 : Math.max(Math.max(1, spec.path("seeds").size()), axis.isArray() ? axis.size() : 0);
        String key = metric == null || metric.isEmpty() ? spec.path("metric").asText() : metric;
        return new Table(
                key,
                value.name().toLowerCase(Locale.ROOT),
                statements.rows(value.counted(key).table(), r -> row(r, seeds), sweep, key));
    }

    private static Row row(ResultSet row, int expected) throws SQLException {
        return new Row(
                Json.tree(row.getString("point")),
                list(row.getArray("seeds"), Long[].class),
                row.getLong("n"),
                expected == 0 ? row.getInt("made") : expected,
                row.getObject("mean", Double.class),
                row.getObject("std", Double.class),
                row.getObject("min", Double.class),
                row.getObject("max", Double.class),
                list(row.getArray("vals"), Double[].class),
                list(row.getArray("runs"), UUID[].class));
    }

    private static <T> List<T> list(Array array, Class<T[]> type) throws SQLException {
        return Arrays.asList(type.cast(array.getArray()));
    }
}
