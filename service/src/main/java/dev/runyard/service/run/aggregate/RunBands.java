package dev.runyard.service.run.aggregate;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Problem;
import dev.runyard.service.run.list.FieldJoins;
import dev.runyard.service.run.list.RunChoice;
import dev.runyard.service.run.list.RunField;
import dev.runyard.service.run.list.RunQuery;
import dev.runyard.spec.Defaults;
import dev.runyard.spec.Names;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** Draws up how a metric went in groups of runs: over all runs that match. */
@ApplicationScoped
public class RunBands {
    private static final int GROUPS = 50;
    private static final int MOST_BUCKETS = 2_000;
    private static final int BUCKETS = 400;
    private static final long MAX_STEP = 1L << 53;

    /** Steps of a block of the level, as a power of two. */
    private static final int BLOCK = 64;

    private final Statements statements;
    private final RunChoice choice;

    public RunBands(Statements statements, RunChoice choice) {
        this.statements = statements;
        this.choice = choice;
    }

    /**
     * @param by fields whose values make the groups; left out: all runs are one
     * @param key the metric
     * @param x what the points are placed by; left out: steps
     * @param from where it begins, inclusive, in units of x: steps, epochs or seconds
     * @param to where it ends, inclusive
     * @param buckets most stretches
     */
    @Schema(name = "BandsAsk")
    public record Ask(
            @Nullable List<String> by,
            @Nullable String experiment,
            @Nullable String sweep,
            @Nullable String state,
            @Nullable List<String> filter,
            @Nullable String archived,
            String key,
            @Nullable BandAxis x,
            @Nullable Double from,
            @Nullable Double to,
            @Nullable Integer buckets) {
        public Ask {
            by = by == null ? List.of() : List.copyOf(by);
            filter = filter == null ? List.of() : List.copyOf(filter);
            key = Names.metric("key", Defaults.required("key", key));
            within("from", from, 0, MAX_STEP);
            within("to", to, from == null ? 0 : from, MAX_STEP);
            within("buckets", buckets == null ? null : (double) buckets, 1, MOST_BUCKETS);
            if (by.size() > RunGroups.BY) {
                throw Problem.invalid(
                        "OUT_OF_RANGE", "by", by.size(), "must be at most " + RunGroups.BY + " fields", null);
            }
        }

        private static void within(String field, @Nullable Double value, double min, double max) {
            if (value != null && !(value >= min && value <= max)) {
                throw Problem.invalid(
                        "OUT_OF_RANGE", field, value, "must lie in [" + plain(min) + ", " + plain(max) + "]", null);
            }
        }

        private static String plain(double value) {
            return new BigDecimal(value).stripTrailingZeros().toPlainString();
        }
    }

    /** @throws Problem 422 for a field, filter or state that means nothing, and where it would take too long */
    @Transactional
    public BandsView read(Ask ask) {
        List<String> names = ask.by() == null ? List.of() : ask.by();
        List<RunField> by = names.stream().map(RunGroups::key).toList();
        choice.settings();
        RunQuery where = choice.where(new RunChoice.Ask(
                ask.experiment(),
                ask.sweep(),
                ask.state(),
                ask.filter() == null ? List.of() : ask.filter(),
                ask.archived(),
                null));
        FieldJoins joins = new FieldJoins(choice);
        List<String> keys = by.stream().map(joins::expression).toList();
        String columns =
                IntStream.range(0, keys.size()).mapToObj(i -> ", b" + i).collect(Collectors.joining());
        String chosen = "with chosen as materialized (select r.id"
                + IntStream.range(0, keys.size())
                        .mapToObj(i -> ", " + keys.get(i) + " as b" + i)
                        .collect(Collectors.joining())
                + " from run r " + where.joins(joins) + joins.joins() + "where " + where.sql("r.id")
                + "), groups as materialized ("
                + "select row_number() over (order by count(*) desc" + columns + ") as g, count(*) as runs" + columns
                + " from chosen group by ()"
                + IntStream.range(0, keys.size()).mapToObj(i -> ", b" + i).collect(Collectors.joining())
                + ")";
        List<@Nullable Object> values = new ArrayList<>(joins.values());
        values.addAll(where.values());
        int metric = choice.metric(ask.key());
        BandAxis axis = ask.x() == null ? BandAxis.STEP : ask.x();
        double from = ask.from() == null ? 0 : ask.from();
        double to = ask.to() == null ? MAX_STEP : ask.to();
        int buckets = ask.buckets() == null ? BUCKETS : ask.buckets();
        Map<Long, BandsView.Band> bands = new LinkedHashMap<>();
        long[] groups = {0};
        statements.each(
                chosen + " select *, count(*) over () as total from groups order by g limit " + GROUPS,
                r -> {
                    Map<String, JsonNode> named = new LinkedHashMap<>();
                    for (int i = 0; i < by.size(); i++) {
                        named.put(names.get(i), RunGroups.value(by.get(i), r, "b" + i));
                    }
                    groups[0] = r.getLong("total");
                    bands.put(
                            r.getLong("g"),
                            new BandsView.Band(
                                    named,
                                    r.getLong("runs"),
                                    new ArrayList<>(),
                                    axis == BandAxis.STEP ? null : new ArrayList<>(),
                                    new ArrayList<>(),
                                    new ArrayList<>(),
                                    new ArrayList<>(),
                                    new ArrayList<>(),
                                    new ArrayList<>()));
                },
                values.toArray());
        String same = IntStream.range(0, keys.size())
                .mapToObj(i -> " and c.b%1$d is not distinct from q.b%1$d".formatted(i))
                .collect(Collectors.joining());
        Curves curves = new Curves(chosen, values, same, metric, from, to, buckets);
        Statements.Taker each = r -> {
            BandsView.Band band = bands.get(r.getLong(1));
            if (band != null) {
                band.steps().add(r.getLong(2));
                band.mean().add(r.getDouble(3));
                band.std().add(r.getObject(4, Double.class));
                band.min().add(r.getDouble(5));
                band.max().add(r.getDouble(6));
                band.n().add(r.getLong(7));
                if (band.x() != null) {
                    band.x().add(r.getDouble(8));
                }
            }
        };
        if (axis == BandAxis.STEP) {
            bySteps(curves, each);
        } else {
            by(axis, curves, each);
        }
        return new BandsView(List.copyOf(bands.values()), groups[0] > GROUPS);
    }

    /**
     * What is read of the groups' runs.
     *
     * @param chosen SQL that names the runs and the groups, which binds {@code values}
     * @param same SQL that joins a run to its group
     */
    private record Curves(
            String chosen,
            List<@Nullable Object> values,
            String same,
            int metric,
            double from,
            double to,
            int buckets) {}

    private void bySteps(Curves c, Statements.Taker each) {
        long from = (long) c.from();
        long to = (long) c.to();
        long width = width(c.chosen(), c.values(), c.metric(), from, to, c.buckets());
        List<@Nullable Object> bound = new ArrayList<>(c.values());
        bound.add(c.metric());
        bound.add(from / (width < BLOCK ? 1 : BLOCK));
        bound.add(to / (width < BLOCK ? 1 : BLOCK));
        statements.each(
                c.chosen()
                        + " select q.g, max(v.step) as step, avg(v.value), stddev_samp(v.value), min(v.value), max(v.value), count(*)"
                        + " from groups q join chosen c on true" + c.same() + " cross join lateral ("
                        + (width < BLOCK ? POINTS.formatted(width) : BLOCKS.formatted(width / BLOCK))
                        + ") v where q.g <= " + GROUPS + " and v.value < 'Infinity' and v.value > '-Infinity'"
                        + " group by q.g, v.bucket order by q.g, v.bucket",
                each,
                bound.toArray());
    }

    /** Runs measure at different times, so each one's last value counts until its next. */
    private void by(BandAxis axis, Curves c, Statements.Taker each) {
        List<@Nullable Object> bound = new ArrayList<>(c.values());
        bound.add(c.metric());
        double furthest = statements
                .row(c.chosen() + axis.end(), r -> r.getDouble(1), bound.toArray())
                .orElse(0.0);
        double last = Math.min(c.to(), furthest);
        double width = 0x1p-20;
        while (Math.floor(last / width) - Math.floor(c.from() / width) + 1 > c.buckets()) {
            width *= 2;
        }
        double before = Math.floor(c.from() / width) - 1;
        double behind = Math.floor(last / width) + 1;
        bound.addAll(List.of(width, before, behind, before, behind));
        statements.each(c.chosen() + axis.curves(c.same(), GROUPS), each, bound.toArray());
    }

    private static final String POINTS = """
            select distinct on (p.step / %1$d) p.step / %1$d as bucket, p.step, p.value from metric_point p
            where p.run_id = c.id and p.key_id = ? and p.superseded_by is null and p.step between ? and ?
            order by p.step / %1$d desc, p.step desc, p.time desc""";

    private static final String BLOCKS = """
            select distinct on (b.block / %1$d) b.block / %1$d as bucket, b.last_step as step, b.last as value from metric_block b
            where b.run_id = c.id and b.key_id = ? and b.block between ? and ?
            order by b.block / %1$d desc, b.block desc""";

    /** A power of two, so that the stretches stay where they are while the runs go on. */
    private long width(String chosen, List<@Nullable Object> values, int metric, long from, long to, int buckets) {
        List<@Nullable Object> bound = new ArrayList<>(values);
        bound.add(metric);
        long last = Math.min(
                to,
                statements.number(
                        chosen
                                + " select coalesce(max(m.last_step), 0) from chosen c join metric_summary m on m.run_id = c.id and m.key_id = ?",
                        bound.toArray()));
        long width = 1;
        while (last / width - from / width + 1 > buckets) {
            width *= 2;
        }
        return width;
    }
}
