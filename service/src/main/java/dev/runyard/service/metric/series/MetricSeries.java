package dev.runyard.service.metric.series;

import dev.runyard.service.db.Statements;
import dev.runyard.service.metric.Digest;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads many curves in a few statements. Widths of buckets are powers of two, so that a curve that grows keeps its buckets until
 * there are twice as many steps; those of 64 steps and more are drawn up from the level of blocks.
 */
@ApplicationScoped
public class MetricSeries {
    private static final String ASKED = "unnest(?::int[], ?::uuid[], ?::int[]";

    /** What is known of each curve without reading it. */
    private static final String KNOWN = """
            select a.at, a.key_id, r.attempt, coalesce(s.rebuilt_at, 0) as rebuilt, s.count, s.non_finite, s.last_step, s.last_time,
                   (select b.first_step from metric_block b where b.run_id = a.run_id and b.key_id = a.key_id
                    order by b.block limit 1) as first_step
            from (select a.at, a.run_id, k.id as key_id from unnest(?::int[], ?::uuid[], ?::text[]) as a(at, run_id, key)
                  join metric_key k on k.key = a.key) a
            join metric_summary s on s.run_id = a.run_id and s.key_id = a.key_id join run r on r.id = a.run_id""";

    /** Of a range: the same from its blocks. */
    private static final String RANGE = "select a.at, b.* from " + ASKED + """
            ) as a(at, run_id, key_id) cross join lateral (
              select sum(count) as count, sum(non_finite) as non_finite, min(first_step) as first_step, max(last_step) as last_step
              from metric_block b where b.run_id = a.run_id and b.key_id = a.key_id and b.block between ? and ?) b
            where b.count is not null""";

    private static final String POINTS = "select a.at, p.step, p.epoch, p.time, p.value from " + ASKED + """
            , ?::bigint[]) as a(at, run_id, key_id, after) cross join lateral (
              select step, epoch, time, value from metric_point p where p.run_id = a.run_id and p.key_id = a.key_id
                and p.superseded_by is null and p.step > a.after and p.step between ? and ?) p
            order by a.at, p.step, p.time""";

    /** Of whole blocks; the last block of a bucket has its last value, and the point there its epoch. */
    private static final String WIDE =
            "select a.at, l.last_step, p.epoch, l.last_time, l.last, g.min, g.max, g.count from " + ASKED + """
            , ?::bigint[], ?::bigint[], ?::bigint[]) as a(at, run_id, key_id, width, first, final)
            cross join lateral (
              select max(block) as block, min(min) as min, max(max) as max, sum(count) as count from metric_block b
              where b.run_id = a.run_id and b.key_id = a.key_id and b.block between a.first and a.final
              group by b.block / a.width) g
            join metric_block l on l.run_id = a.run_id and l.key_id = a.key_id and l.block = g.block
            left join lateral (
              select epoch from metric_point p where p.run_id = a.run_id and p.key_id = a.key_id and p.step = l.last_step
                and p.time = l.last_time and p.superseded_by is null) p on true
            order by a.at, l.last_step""";

    private static final String NARROW = "select a.at, g.* from " + ASKED + """
            , ?::bigint[], ?::bigint[], ?::bigint[]) as a(at, run_id, key_id, width, first, final)
            cross join lateral (
              select max(step) as step, (array_agg(epoch order by step desc, time desc))[1] as epoch,
                (array_agg(time order by step desc, time desc))[1] as time,
                (array_agg(value order by step desc, time desc))[1] as value,
                min(value) filter (where value < 'Infinity' and value > '-Infinity') as min,
                max(value) filter (where value < 'Infinity' and value > '-Infinity') as max, count(*) as count
              from metric_point p where p.run_id = a.run_id and p.key_id = a.key_id and p.superseded_by is null
                and p.step between a.first and a.final
              group by p.step / a.width) g
            order by a.at, g.step""";

    private static final String ATTEMPTS = """
            select run_id, attempt, start_step, extract(epoch from coalesce(started_at, granted_at)) as began,
                   extract(epoch from coalesce(ended_at, now())) as ended
            from attempt where run_id = any(?) order by run_id, attempt""";

    private static final String GHOSTS = "select a.at, p.attempt, p.step, p.epoch, p.time, p.value from " + ASKED + """
            ) as a(at, run_id, key_id) cross join lateral (
              select attempt, step, epoch, time, value from metric_point p where p.run_id = a.run_id and p.key_id = a.key_id
                and p.superseded_by is not null and p.step between ? and ? limit ?) p
            order by a.at, p.attempt, p.step, p.time""";

    /** Points of all ghosts of a curve that are read. */
    private static final int GHOST_POINTS = 20_000;

    private final Statements statements;

    MetricSeries(Statements statements) {
        this.statements = statements;
    }

    public SeriesView read(SeriesAsk ask) {
        return statements.glance(() -> new Reading(ask).all());
    }

    /** A curve as far as it is known, and what of it is to be read. */
    private static final class Curve {
        final int at;
        final UUID run;
        final int key;
        final long attempt;
        final long rebuilt;
        final long lastStep;
        final long lastTime;
        /** Of the whole curve, which says whether anything is new. */
        final long whole;

        long count;
        long nonFinite;
        long firstStep;
        long finalStep;
        long width;
        SeriesCursor.@Nullable Mark mark;
        boolean unchanged;
        boolean goesOn;
        final SeriesColumns columns = new SeriesColumns();
        long tail;
        long lastBucket;

        Curve(int at, UUID run, ResultSet r) throws SQLException {
            this.at = at;
            this.run = run;
            key = r.getInt("key_id");
            attempt = r.getLong("attempt");
            rebuilt = r.getLong("rebuilt");
            whole = r.getLong("count");
            count = whole;
            nonFinite = r.getLong("non_finite");
            lastStep = r.getLong("last_step");
            lastTime = r.getLong("last_time");
            firstStep = r.getLong("first_step");
            finalStep = lastStep;
        }

        /** Told so far, in the range. */
        long points() {
            return width > 0 ? count : before();
        }

        long before() {
            if (unchanged && mark != null) {
                return mark.before();
            }
            return width > 0 ? count - lastBucket : (goesOn && mark != null ? mark.before() : 0) + tail;
        }

        /** Whether something else is new than what came behind its end. */
        boolean changedBefore() {
            return goesOn
                    && !unchanged
                    && mark != null
                    && tail != (width == 0 ? whole - mark.whole() : count - mark.before());
        }

        /** First step of the bucket that was the last one then. */
        long reopened() {
            return mark == null ? 0 : Math.floorDiv(mark.lastStep(), width) * width;
        }
    }

    private final class Reading {
        private final SeriesAsk ask;
        private final Map<Integer, Curve> curves = new HashMap<>();

        Reading(SeriesAsk ask) {
            this.ask = ask;
        }

        SeriesView all() {
            List<Integer> places = new ArrayList<>();
            for (int i = 0; i < ask.series().size(); i++) {
                places.add(i);
            }
            statements.each(
                    KNOWN,
                    r -> {
                        int at = r.getInt("at");
                        curves.put(at, new Curve(at, ask.series().get(at).run(), r));
                    },
                    ints(places),
                    ask.series().stream().map(SeriesAsk.Pair::run).toList(),
                    ask.series().stream().map(SeriesAsk.Pair::key).toList());
            if (ask.ranged()) {
                range();
            }
            SeriesCursor since = SeriesCursor.parse(ask.since(), ask);
            curves.values()
                    .forEach(curve ->
                            plan(curve, since == null ? null : since.marks().get(curve.at)));
            points(curves.values().stream()
                    .filter(c -> !c.unchanged && c.width == 0)
                    .toList());
            buckets(curves.values().stream()
                    .filter(c -> !c.unchanged && c.width > 0)
                    .toList());
            again();
            Map<UUID, DeviceTime> device = attempts();
            Map<Integer, List<SeriesView.Ghost>> ghosts = Boolean.TRUE.equals(ask.ghosts()) ? ghosts() : Map.of();
            List<SeriesView.Series> series = new ArrayList<>();
            List<SeriesCursor.Mark> marks = new ArrayList<>();
            for (int at : places) {
                SeriesAsk.Pair pair = ask.series().get(at);
                Curve curve = curves.get(at);
                DeviceTime time = device.getOrDefault(pair.run(), DeviceTime.NONE);
                series.add(
                        curve == null
                                ? new SeriesColumns().view(pair, 0, 0, true, time, null, true)
                                : curve.columns.view(
                                        pair,
                                        curve.points(),
                                        curve.nonFinite,
                                        curve.width == 0,
                                        time,
                                        Boolean.TRUE.equals(ask.ghosts()) ? ghosts.getOrDefault(at, List.of()) : null,
                                        !curve.unchanged && !curve.goesOn));
                marks.add(
                        curve == null
                                ? SeriesCursor.Mark.NONE
                                : new SeriesCursor.Mark(
                                        curve.attempt,
                                        curve.rebuilt,
                                        curve.whole,
                                        curve.lastStep,
                                        curve.lastTime,
                                        curve.width,
                                        curve.before()));
            }
            return new SeriesView(series, new SeriesCursor(SeriesCursor.query(ask), marks).text());
        }

        private Curve curve(ResultSet r) throws SQLException {
            return Objects.requireNonNull(curves.get(r.getInt("at")));
        }

        private void range() {
            List<Curve> asked = List.copyOf(curves.values());
            asked.forEach(curve -> {
                curve.count = 0;
                curve.nonFinite = 0;
            });
            statements.each(
                    RANGE,
                    r -> {
                        Curve curve = curve(r);
                        curve.count = r.getLong("count");
                        curve.nonFinite = r.getLong("non_finite");
                        curve.firstStep = Math.max(ask.first(), r.getLong("first_step"));
                        curve.finalStep = Math.min(ask.end(), r.getLong("last_step"));
                    },
                    of(asked, ask.first() >> Digest.BLOCK_BITS, ask.end() >> Digest.BLOCK_BITS));
        }

        private void plan(Curve curve, SeriesCursor.@Nullable Mark mark) {
            curve.mark = mark;
            // The blocks at the ends of a range count whole.
            long few = 2L * ask.most() + (ask.ranged() ? 2 * BLOCK : 0);
            if (curve.count > few) {
                curve.width = 1;
                // The grid begins at a multiple of the width, so that it stays where it is while the curve grows.
                while (curve.finalStep / curve.width - curve.firstStep / curve.width + 1 > ask.most()) {
                    curve.width *= 2;
                }
            }
            if (mark == null
                    || mark.attempt() != curve.attempt
                    || mark.rebuilt() != curve.rebuilt
                    || mark.width() != curve.width) {
                return;
            }
            curve.unchanged = mark.whole() == curve.whole
                    && mark.lastStep() == curve.lastStep
                    && mark.lastTime() == curve.lastTime;
            curve.goesOn = true;
        }

        private void points(List<Curve> asked) {
            if (asked.isEmpty()) {
                return;
            }
            List<Object> values = columns(asked);
            values.add(longs(asked, c -> c.goesOn && c.mark != null ? c.mark.lastStep() : -1));
            values.add(ask.first());
            values.add(ask.end());
            statements.each(
                    POINTS,
                    r -> {
                        Curve curve = curve(r);
                        double epoch = r.getDouble(3);
                        curve.columns.point(r.getLong(2), r.wasNull() ? null : epoch, r.getLong(4), r.getDouble(5));
                        curve.tail++;
                    },
                    values.toArray());
        }

        private void buckets(List<Curve> asked) {
            read(WIDE, asked.stream().filter(c -> c.width >= BLOCK).toList(), BLOCK);
            read(NARROW, asked.stream().filter(c -> c.width < BLOCK).toList(), 1);
        }

        private void read(String sql, List<Curve> asked, long unit) {
            if (asked.isEmpty()) {
                return;
            }
            List<Object> values = columns(asked);
            values.add(longs(asked, c -> c.width / unit));
            values.add(longs(asked, c -> Math.max(c.firstStep, c.goesOn ? c.reopened() : 0) / unit));
            values.add(longs(asked, c -> c.finalStep / unit));
            statements.each(
                    sql,
                    r -> {
                        Curve curve = curve(r);
                        double epoch = r.getDouble(3);
                        boolean none = r.wasNull();
                        curve.columns.bucket(
                                r.getLong(2),
                                none ? null : epoch,
                                r.getLong(4),
                                r.getDouble(5),
                                r.getObject(6, Double.class),
                                r.getObject(7, Double.class));
                        curve.lastBucket = r.getLong(8);
                        curve.tail += curve.lastBucket;
                    },
                    values.toArray());
        }

        /** A curve of which more changed than what came behind its end is read whole. */
        private void again() {
            List<Curve> whole =
                    curves.values().stream().filter(Curve::changedBefore).toList();
            whole.forEach(c -> {
                c.goesOn = false;
                c.columns.clear();
                c.tail = 0;
            });
            points(whole.stream().filter(c -> c.width == 0).toList());
            buckets(whole.stream().filter(c -> c.width > 0).toList());
        }

        private Map<UUID, DeviceTime> attempts() {
            Map<UUID, DeviceTime> found = new HashMap<>();
            statements.each(
                    ATTEMPTS,
                    r -> found.computeIfAbsent(r.getObject(1, UUID.class), run -> new DeviceTime())
                            .attempt(r.getLong(2), r.getObject(3, Long.class), r.getDouble(4), r.getDouble(5)),
                    ask.series().stream().map(SeriesAsk.Pair::run).distinct().toList());
            return found;
        }

        private Map<Integer, List<SeriesView.Ghost>> ghosts() {
            Map<Integer, Map<Long, SeriesColumns>> found = new HashMap<>();
            statements.each(
                    GHOSTS,
                    r -> {
                        double epoch = r.getDouble(4);
                        found.computeIfAbsent(r.getInt(1), at -> new java.util.TreeMap<>())
                                .computeIfAbsent(r.getLong(2), attempt -> new SeriesColumns())
                                .point(r.getLong(3), r.wasNull() ? null : epoch, r.getLong(5), r.getDouble(6));
                    },
                    of(List.copyOf(curves.values()), ask.first(), ask.end(), (long) GHOST_POINTS));
            Map<Integer, List<SeriesView.Ghost>> views = new HashMap<>();
            found.forEach((at, attempts) -> views.put(
                    at,
                    attempts.entrySet().stream()
                            .map(e -> e.getValue().ghost(e.getKey(), ask.most()))
                            .toList()));
            return views;
        }
    }

    private static final long BLOCK = 1L << Digest.BLOCK_BITS;

    private static List<Object> columns(List<Curve> curves) {
        List<Object> columns = new ArrayList<>();
        columns.add(curves.stream().mapToInt(c -> c.at).toArray());
        columns.add(curves.stream().map(c -> c.run).toList());
        columns.add(curves.stream().mapToInt(c -> c.key).toArray());
        return columns;
    }

    private static Object[] of(List<Curve> curves, Long... more) {
        List<Object> columns = columns(curves);
        columns.addAll(List.of(more));
        return columns.toArray();
    }

    private static long[] longs(List<Curve> curves, java.util.function.ToLongFunction<Curve> of) {
        return curves.stream().mapToLong(of).toArray();
    }

    private static int[] ints(List<Integer> places) {
        return places.stream().mapToInt(Integer::intValue).toArray();
    }
}
