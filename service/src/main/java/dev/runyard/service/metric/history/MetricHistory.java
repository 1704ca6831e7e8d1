package dev.runyard.service.metric.history;

import dev.runyard.service.db.Statements;
import dev.runyard.service.metric.Digest;
import dev.runyard.service.metric.MetricKeys;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads curves. Few points come as they are; many come folded into buckets that keep extremes. Wide buckets are folded from the
 * level of 64-step blocks, so that a million points cost sixteen thousand rows; narrow ones from the points themselves.
 */
@ApplicationScoped
public class MetricHistory {
    private static final long BLOCK = 1L << Digest.BLOCK_BITS;
    private static final String COLUMNS = "step, epoch, value, time, attempt";

    private static final String CURRENT = "from metric_point where run_id = ? and key_id = ? and superseded_by is null "
            + "and step between ? and ? order by step, time";

    /** Both halves have an index that ends in step. */
    private static final String OF_ATTEMPT = """
            from (
              select * from metric_point where run_id = ? and key_id = ? and superseded_by is null
                and step between ? and ? and attempt = ?
              union all
              select * from metric_point where run_id = ? and key_id = ? and superseded_by is not null
                and step between ? and ? and attempt = ?) p
            order by step, time
            """;

    private static final String BLOCKS = """
            select first_step, last_step, coalesce(min, 'NaN'), coalesce(max, 'NaN'), first, last, count, non_finite
            from metric_block where run_id = ? and key_id = ? and block between ? and ? order by block
            """;

    /** The first and last step of the range that have a block, rounded out to whole blocks. */
    private static final String EXTENT = """
            select (select block from metric_block where run_id = ? and key_id = ? and block >= ? order by block limit 1),
                   (select block from metric_block where run_id = ? and key_id = ? and block <= ? order by block desc limit 1)
            """;

    private static final String GHOSTS =
            "from metric_point where run_id = ? and key_id = ? and superseded_by is not null "
                    + "and step between ? and ?";

    private final Statements statements;
    private final MetricKeys keys;

    MetricHistory(Statements statements, MetricKeys keys) {
        this.statements = statements;
        this.keys = keys;
    }

    /**
     * @param buckets most buckets of the answer; up to twice as many points come exact
     * @param from first step, inclusive
     * @param to last step, inclusive
     * @param attempt null: the points that count; else all that this attempt measured, overtaken or not
     */
    public record Range(
            UUID run,
            String key,
            int buckets,
            long from,
            long to,
            @Nullable Long attempt,
            boolean ghosts) {}

    /** An unknown key has no points. */
    public HistoryView read(Range range) {
        OptionalInt key = keys.id(range.key());
        if (key.isEmpty()) {
            return new HistoryView(range.key(), 0, true, List.of(), null, List.of());
        }
        return statements.snapshot(() -> new Reader(statements, range, key.getAsInt()).read());
    }

    private static final class Reader {
        private final Statements statements;
        private final Range range;
        private final int keyId;

        Reader(Statements statements, Range range, int keyId) {
            this.statements = statements;
            this.range = range;
            this.keyId = keyId;
        }

        HistoryView read() {
            int few = 2 * range.buckets();
            List<HistoryView.Point> points = statements.rows(
                    "select " + COLUMNS + " " + source() + " limit " + (few + 1),
                    MetricHistory::point,
                    values(range.from(), range.to()));
            List<HistoryView.Ghost> ghosts = range.ghosts() ? ghosts() : List.of();
            if (points.size() <= few) {
                return new HistoryView(range.key(), points.size(), true, points, null, ghosts);
            }
            CurveFold fold = range.attempt() == null ? fold() : foldAttempt();
            List<HistoryView.Bucket> buckets = fold.buckets();
            return new HistoryView(range.key(), fold.total(), false, null, buckets, ghosts);
        }

        private record Extent(long first, long last) {}

        private CurveFold fold() {
            Extent blocks = statements
                    .row(
                            EXTENT,
                            r -> new Extent(r.getLong(1), r.getLong(2)),
                            range.run(),
                            keyId,
                            range.from() >> Digest.BLOCK_BITS,
                            range.run(),
                            keyId,
                            range.to() >> Digest.BLOCK_BITS)
                    .orElseThrow();
            long from = Math.max(range.from(), blocks.first() * BLOCK);
            long to = Math.min(range.to(), blocks.last() * BLOCK + BLOCK - 1);
            // One bucket less than asked for, because the grid need not begin at the first step.
            long width = Math.max(1, (to - from) / Math.max(1, range.buckets() - 1) + 1);
            if (width < BLOCK) {
                CurveFold fold = new CurveFold(width);
                foldPoints(fold, from, to);
                return fold;
            }
            CurveFold fold = new CurveFold((width + BLOCK - 1) / BLOCK * BLOCK);
            // Blocks that the range cuts in two are read point by point.
            long whole = Math.floorDiv(from + BLOCK - 1, BLOCK);
            long end = Math.floorDiv(to + 1, BLOCK);
            foldPoints(fold, from, whole * BLOCK - 1);
            foldBlocks(fold, whole, end - 1);
            foldPoints(fold, end * BLOCK, to);
            return fold;
        }

        private CurveFold foldAttempt() {
            Extent steps = statements
                    .row(
                            "select min(step), max(step) " + unordered(OF_ATTEMPT),
                            r -> new Extent(r.getLong(1), r.getLong(2)),
                            values(range.from(), range.to()))
                    .orElseThrow();
            CurveFold fold = new CurveFold((steps.last() - steps.first()) / Math.max(1, range.buckets() - 1) + 1);
            foldPoints(fold, steps.first(), steps.last());
            return fold;
        }

        private void foldPoints(CurveFold fold, long from, long to) {
            if (from <= to) {
                statements.each(
                        "select step, value " + source(),
                        r -> fold.point(r.getLong(1), r.getDouble(2)),
                        values(from, to));
            }
        }

        private void foldBlocks(CurveFold fold, long first, long last) {
            if (first <= last) {
                statements.each(
                        BLOCKS,
                        r -> fold.piece(
                                r.getLong(1),
                                r.getLong(2),
                                r.getDouble(3),
                                r.getDouble(4),
                                r.getDouble(5),
                                r.getDouble(6),
                                r.getLong(7),
                                r.getLong(8)),
                        range.run(),
                        keyId,
                        first,
                        last);
            }
        }

        private List<HistoryView.Ghost> ghosts() {
            record Course(long attempt, long total) {}
            return statements
                    .rows(
                            "select attempt, count(*) " + GHOSTS + " group by attempt order by attempt",
                            r -> new Course(r.getLong(1), r.getLong(2)),
                            range.run(),
                            keyId,
                            range.from(),
                            range.to())
                    .stream()
                    .map(course -> ghost(course.attempt(), course.total()))
                    .toList();
        }

        private HistoryView.Ghost ghost(long attempt, long total) {
            GhostFold fold = new GhostFold(total, total <= 2L * range.buckets() ? (int) total : range.buckets());
            statements.each(
                    "select " + COLUMNS + " " + GHOSTS + " and attempt = ? order by step, time",
                    r -> fold.add(point(r)),
                    range.run(),
                    keyId,
                    range.from(),
                    range.to(),
                    attempt);
            return new HistoryView.Ghost(attempt, total, fold.points());
        }

        private String source() {
            return range.attempt() == null ? CURRENT : OF_ATTEMPT;
        }

        /** Of {@link #source()}. */
        private Object[] values(long from, long to) {
            Long attempt = range.attempt();
            return attempt == null
                    ? new Object[] {range.run(), keyId, from, to}
                    : new Object[] {range.run(), keyId, from, to, attempt, range.run(), keyId, from, to, attempt};
        }
    }

    private static String unordered(String rows) {
        return rows.substring(0, rows.lastIndexOf("order by"));
    }

    /** From the columns step, epoch, value, time, attempt. */
    static HistoryView.Point point(ResultSet r) throws SQLException {
        double epoch = r.getDouble(2);
        return new HistoryView.Point(
                r.getLong(1), r.wasNull() ? null : epoch, r.getDouble(3), instant(r.getLong(4)), r.getLong(5));
    }

    public static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }
}
