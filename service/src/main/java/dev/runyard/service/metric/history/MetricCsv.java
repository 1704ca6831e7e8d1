package dev.runyard.service.metric.history;

import dev.runyard.service.db.Statements;
import dev.runyard.spec.Csv;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.Writer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Every point that counts, as RFC 4180 text: key,step,epoch,value,time,attempt. Numbers are written so that reading them gives
 * the same double; NaN, Infinity and -Infinity are written by these names. A name that a spreadsheet would take for a formula
 * gets an apostrophe in front. Points are read page by page and written without a connection in hand: a reader that takes hours
 * holds nobody up.
 */
@ApplicationScoped
class MetricCsv {
    private static final int PAGE = 5_000;

    private static final String KEYS = """
            select k.id, k.key from metric_summary s join metric_key k on k.id = s.key_id
            where s.run_id = ? and (? or k.key = any(cast(? as text[]))) order by k.key""";

    private static final String POINTS = """
            select step, epoch, value, time, attempt from metric_point
            where run_id = ? and key_id = ? and superseded_by is null and (step, time) > (?, ?)
            order by step, time limit ?""";

    private final Statements statements;

    MetricCsv(Statements statements) {
        this.statements = statements;
    }

    private record Key(int id, String name) {}

    private record Point(long step, @Nullable Double epoch, double value, long time, long attempt) {
        Point(ResultSet r) throws SQLException {
            this(r.getLong(1), r.getObject(2, Double.class), r.getDouble(3), r.getLong(4), r.getLong(5));
        }
    }

    /** @param keys empty: all */
    void write(UUID run, List<String> keys, Writer out) throws IOException {
        out.write("key,step,epoch,value,time,attempt\r\n");
        for (Key key : statements.rows(KEYS, r -> new Key(r.getInt(1), r.getString(2)), run, keys.isEmpty(), keys)) {
            String name = Csv.cell(key.name());
            long step = -1;
            long time = Long.MIN_VALUE;
            List<Point> page;
            do {
                page = statements.rows(POINTS, Point::new, run, key.id(), step, time, PAGE);
                for (Point point : page) {
                    write(name, point, out);
                    step = point.step();
                    time = point.time();
                }
            } while (page.size() == PAGE);
        }
        out.flush();
    }

    private static void write(String key, Point point, Writer out) throws IOException {
        out.write(key + "," + point.step() + ","
                + (point.epoch() == null ? "" : Double.toString(point.epoch())) + "," + point.value() + ","
                + MetricHistory.instant(point.time()) + "," + point.attempt() + "\r\n");
    }
}
