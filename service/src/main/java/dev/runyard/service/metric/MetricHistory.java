package dev.runyard.service.metric;

import io.agroal.api.AgroalDataSource;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
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
    private static final int FETCH = 4_096;
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

    private final AgroalDataSource dataSource;
    private final MetricKeys keys;

    MetricHistory(AgroalDataSource dataSource, MetricKeys keys) {
        this.dataSource = dataSource;
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
    public HistoryView read(Range range) throws SQLException {
        try (Connection c = dataSource.getConnection()) {
            OptionalInt key = keys.id(c, range.key());
            if (key.isEmpty()) {
                return new HistoryView(range.key(), 0, true, List.of(), null, List.of());
            }
            // One snapshot for all statements, and a transaction so that rows come in portions.
            c.setAutoCommit(false);
            c.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            try {
                return new Reader(c, range, key.getAsInt()).read();
            } finally {
                c.rollback();
                c.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
                c.setAutoCommit(true);
            }
        }
    }

    private static final class Reader {
        private final Connection c;
        private final Range range;
        private final int keyId;

        Reader(Connection c, Range range, int keyId) {
            this.c = c;
            this.range = range;
            this.keyId = keyId;
        }

        HistoryView read() throws SQLException {
            int few = 2 * range.buckets();
            List<HistoryView.Point> points = points(few + 1);
            List<HistoryView.Ghost> ghosts = range.ghosts() ? ghosts() : List.of();
            if (points.size() <= few) {
                return new HistoryView(range.key(), points.size(), true, points, null, ghosts);
            }
            CurveFold fold = range.attempt() == null ? fold() : foldAttempt();
            List<HistoryView.Bucket> buckets = fold.buckets();
            return new HistoryView(range.key(), fold.total(), false, null, buckets, ghosts);
        }

        private List<HistoryView.Point> points(int limit) throws SQLException {
            List<HistoryView.Point> points = new ArrayList<>();
            String rows = range.attempt() == null ? CURRENT : OF_ATTEMPT;
            try (PreparedStatement s = c.prepareStatement("select " + COLUMNS + " " + rows + " limit " + limit)) {
                bind(s, range.from(), range.to());
                try (ResultSet r = s.executeQuery()) {
                    while (r.next()) {
                        points.add(point(r));
                    }
                }
            }
            return points;
        }

        private CurveFold fold() throws SQLException {
            long firstBlock;
            long lastBlock;
            try (PreparedStatement s = c.prepareStatement(EXTENT)) {
                for (int i = 0; i < 6; i += 3) {
                    s.setObject(i + 1, range.run());
                    s.setInt(i + 2, keyId);
                    s.setLong(i + 3, (i == 0 ? range.from() : range.to()) >> Digest.BLOCK_BITS);
                }
                try (ResultSet r = s.executeQuery()) {
                    r.next();
                    firstBlock = r.getLong(1);
                    lastBlock = r.getLong(2);
                }
            }
            long from = Math.max(range.from(), firstBlock * BLOCK);
            long to = Math.min(range.to(), lastBlock * BLOCK + BLOCK - 1);
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

        private CurveFold foldAttempt() throws SQLException {
            long from = range.from();
            long to = range.to();
            try (PreparedStatement s = c.prepareStatement("select min(step), max(step) " + unordered(OF_ATTEMPT))) {
                bind(s, from, to);
                try (ResultSet r = s.executeQuery()) {
                    r.next();
                    from = r.getLong(1);
                    to = r.getLong(2);
                }
            }
            CurveFold fold = new CurveFold((to - from) / Math.max(1, range.buckets() - 1) + 1);
            foldPoints(fold, from, to);
            return fold;
        }

        private void foldPoints(CurveFold fold, long from, long to) throws SQLException {
            if (from > to) {
                return;
            }
            String rows = range.attempt() == null ? CURRENT : OF_ATTEMPT;
            try (PreparedStatement s = c.prepareStatement("select step, value " + rows)) {
                s.setFetchSize(FETCH);
                bind(s, from, to);
                try (ResultSet r = s.executeQuery()) {
                    while (r.next()) {
                        fold.point(r.getLong(1), r.getDouble(2));
                    }
                }
            }
        }

        private void foldBlocks(CurveFold fold, long first, long last) throws SQLException {
            if (first > last) {
                return;
            }
            try (PreparedStatement s = c.prepareStatement(BLOCKS)) {
                s.setFetchSize(FETCH);
                bind(s, first, last);
                try (ResultSet r = s.executeQuery()) {
                    while (r.next()) {
                        fold.piece(
                                r.getLong(1),
                                r.getLong(2),
                                r.getDouble(3),
                                r.getDouble(4),
                                r.getDouble(5),
                                r.getDouble(6),
                                r.getLong(7),
                                r.getLong(8));
                    }
                }
            }
        }

        private List<HistoryView.Ghost> ghosts() throws SQLException {
            List<HistoryView.Ghost> ghosts = new ArrayList<>();
            try (PreparedStatement s =
                    c.prepareStatement("select attempt, count(*) " + GHOSTS + " group by attempt order by attempt")) {
                bindRange(s, 1, range.from(), range.to());
                try (ResultSet r = s.executeQuery()) {
                    while (r.next()) {
                        ghosts.add(ghost(r.getLong(1), r.getLong(2)));
                    }
                }
            }
            return ghosts;
        }

        private HistoryView.Ghost ghost(long attempt, long total) throws SQLException {
            GhostFold fold = new GhostFold(total, total <= 2L * range.buckets() ? (int) total : range.buckets());
            try (PreparedStatement s =
                    c.prepareStatement("select " + COLUMNS + " " + GHOSTS + " and attempt = ? order by step, time")) {
                s.setFetchSize(FETCH);
                bindRange(s, 1, range.from(), range.to());
                s.setLong(5, attempt);
                try (ResultSet r = s.executeQuery()) {
                    while (r.next()) {
                        fold.add(point(r));
                    }
                }
            }
            return new HistoryView.Ghost(attempt, total, fold.points());
        }

        private void bind(PreparedStatement s, long from, long to) throws SQLException {
            bindRange(s, 1, from, to);
            Long attempt = range.attempt();
            if (attempt != null) {
                s.setLong(5, attempt);
                bindRange(s, 6, from, to);
                s.setLong(10, attempt);
            }
        }

        private void bindRange(PreparedStatement s, int i, long from, long to) throws SQLException {
            s.setObject(i, range.run());
            s.setInt(i + 1, keyId);
            s.setLong(i + 2, from);
            s.setLong(i + 3, to);
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

    static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }
}
