package dev.runyard.service.run;

import dev.runyard.service.auth.Fence;
import dev.runyard.service.http.Given;
import dev.runyard.service.http.Problem;
import io.agroal.api.AgroalDataSource;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** What attempts printed. A line sent twice is kept once. */
@ApplicationScoped
public class RunLogs {
    static final int MOST_LINES = 1_000;
    static final int LONGEST_LINE = 16 << 10;

    private static final String PUT = Fence.SQL + """
            insert into run_log (run_id, attempt, seq, time, line)
            select f.id, f.attempt, ? + l.i::int - 1, l.time, l.line
            from fence f, unnest(?::timestamptz[], ?::text[]) with ordinality as l(time, line, i)
            on conflict (run_id, attempt, seq) do nothing
            """;

    private static final String READ = """
            select attempt, seq, time, line from run_log
            where run_id = ? and (attempt, seq) > (?, ?) order by attempt, seq limit ?
            """;

    private final AgroalDataSource dataSource;

    RunLogs(AgroalDataSource dataSource) {
        this.dataSource = dataSource;
    }

    /**
     * @param from number of the first line within the attempt, from 0
     * @param lines at most 1,000, each at most 16 KiB of UTF-8
     */
    public record Request(int from, List<Line> lines) {}

    /** One line as it was printed, without its line end. */
    public record Line(Instant time, String line) {}

    /** @param seq rises through all attempts of the run: attempt · 2^32 + number within the attempt */
    public record LineView(long seq, Instant time, long attempt, String line) {}

    /** @param next pass it as {@code after} to read on; also when no line is there yet */
    public record Page(List<LineView> items, long next) {}

    /** @throws Problem 422 for lines that are too long or too many; 409 for a stale attempt */
    public int add(UUID run, long attempt, Request request) throws SQLException {
        check(request);
        int n = request.lines().size();
        OffsetDateTime[] times = new OffsetDateTime[n];
        String[] lines = new String[n];
        for (int i = 0; i < n; i++) {
            times[i] = request.lines().get(i).time().atOffset(ZoneOffset.UTC);
            // Postgres' text has no NUL; its picture says that there was one.
            lines[i] = request.lines().get(i).line().replace('\0', '\u2400');
        }
        try (Connection c = dataSource.getConnection()) {
            c.setAutoCommit(false);
            try {
                Fence.hold(c, run, attempt);
                int stored;
                try (PreparedStatement s = c.prepareStatement(PUT)) {
                    s.setObject(1, run);
                    s.setLong(2, attempt);
                    s.setInt(3, request.from());
                    s.setArray(4, c.createArrayOf("timestamptz", times));
                    s.setArray(5, c.createArrayOf("text", lines));
                    stored = s.executeUpdate();
                }
                c.commit();
                return stored;
            } finally {
                c.rollback();
                c.setAutoCommit(true);
            }
        }
    }

    /** @param after the number of the last line already known; 0: from the first */
    public Page read(UUID run, long after, int limit) throws SQLException {
        try (Connection c = dataSource.getConnection()) {
            if (!Fence.exists(c, run)) {
                throw Problem.notFound("run", run);
            }
            List<LineView> items = new ArrayList<>();
            try (PreparedStatement s = c.prepareStatement(READ)) {
                s.setObject(1, run);
                s.setInt(2, (int) (after >>> 32));
                s.setInt(3, (int) after);
                s.setInt(4, limit);
                try (ResultSet r = s.executeQuery()) {
                    while (r.next()) {
                        items.add(new LineView(
                                r.getLong(1) << 32 | r.getLong(2),
                                r.getObject(3, OffsetDateTime.class).toInstant(),
                                r.getLong(1),
                                r.getString(4)));
                    }
                }
            }
            return new Page(
                    items, items.isEmpty() ? after : items.get(items.size() - 1).seq());
        }
    }

    private static void check(Request request) {
        List<Line> lines = request.lines();
        if (lines == null) {
            throw Problem.invalid("MISSING_FIELD", "lines", null, "is required", null);
        }
        if (lines.size() > MOST_LINES) {
            throw Problem.tooLarge("At most 1,000 lines at a time.", MOST_LINES);
        }
        Given.range("from", request.from(), Integer.MAX_VALUE - MOST_LINES);
        for (int i = 0; i < lines.size(); i++) {
            Line line = lines.get(i);
            if (line == null || line.line() == null || line.time() == null) {
                throw Problem.invalid("MISSING_FIELD", "lines[" + i + "]", null, "needs time and line", null);
            }
            if (line.line().length() > LONGEST_LINE
                    || line.line().getBytes(StandardCharsets.UTF_8).length > LONGEST_LINE) {
                throw Problem.invalid(
                        "OUT_OF_RANGE",
                        "lines[" + i + "].line",
                        line.line(),
                        "is longer than " + LONGEST_LINE + " bytes",
                        "send it in pieces");
            }
        }
    }
}
