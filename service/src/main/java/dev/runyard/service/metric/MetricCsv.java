package dev.runyard.service.metric;

import io.agroal.api.AgroalDataSource;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.Writer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;

/**
 * Every point that counts, as RFC 4180 text: key,step,epoch,value,time,attempt. Numbers are written so that reading them gives
 * the same double; NaN, Infinity and -Infinity are written by these names. A name that a spreadsheet would take for a formula
 * gets an apostrophe in front.
 */
@ApplicationScoped
class MetricCsv {
    private static final String FORMULA = "=+-@\t\r";

    private static final String READ = """
            select k.key, p.step, p.epoch, p.value, p.time, p.attempt
            from metric_point p join metric_key k on k.id = p.key_id
            where p.run_id = ? and p.superseded_by is null and (? or k.key = any(?))
            order by k.key, p.step, p.time
            """;

    private final AgroalDataSource dataSource;

    MetricCsv(AgroalDataSource dataSource) {
        this.dataSource = dataSource;
    }

    /** @param keys empty: all */
    void write(UUID run, List<String> keys, Writer out) throws SQLException, IOException {
        try (Connection c = dataSource.getConnection()) {
            c.setAutoCommit(false);
            try (PreparedStatement s = c.prepareStatement(READ)) {
                s.setFetchSize(5_000);
                s.setObject(1, run);
                s.setBoolean(2, keys.isEmpty());
                s.setArray(3, c.createArrayOf("text", keys.toArray()));
                out.write("key,step,epoch,value,time,attempt\r\n");
                try (ResultSet r = s.executeQuery()) {
                    while (r.next()) {
                        row(r, out);
                    }
                }
            } finally {
                c.rollback();
                c.setAutoCommit(true);
            }
        }
        out.flush();
    }

    private static void row(ResultSet r, Writer out) throws SQLException, IOException {
        out.write(cell(r.getString(1)));
        out.write(',');
        out.write(Long.toString(r.getLong(2)));
        out.write(',');
        double epoch = r.getDouble(3);
        out.write(r.wasNull() ? "" : Double.toString(epoch));
        out.write(',');
        out.write(Double.toString(r.getDouble(4)));
        out.write(',');
        out.write(MetricHistory.instant(r.getLong(5)).toString());
        out.write(',');
        out.write(Long.toString(r.getLong(6)));
        out.write("\r\n");
    }

    static String cell(String text) {
        String safe = !text.isEmpty() && FORMULA.indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
        return safe.matches("[^\",\r\n]*") ? safe : "\"" + safe.replace("\"", "\"\"") + "\"";
    }
}
