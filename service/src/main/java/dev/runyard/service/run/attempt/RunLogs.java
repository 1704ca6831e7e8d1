package dev.runyard.service.run.attempt;

import dev.runyard.service.auth.Fence;
import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Given;
import dev.runyard.service.http.Problem;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
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

    private static final String LAST = """
            select * from (
              select attempt, seq, time, line from run_log where run_id = ? order by attempt desc, seq desc limit ?) l
            order by attempt, seq
            """;

    private final Statements statements;
    private final Fence fence;

    RunLogs(Statements statements, Fence fence) {
        this.statements = statements;
        this.fence = fence;
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
    @Transactional
    public int add(UUID run, long attempt, Request request) {
        check(request);
        fence.hold(run, attempt);
        return statements.change(
                PUT,
                run,
                attempt,
                request.from(),
                request.lines().stream().map(Line::time).toList(),
                // Postgres' text has no NUL; its picture says that there was one.
                request.lines().stream()
                        .map(line -> line.line().replace('\0', '\u2400'))
                        .toList());
    }

    /** @param after the number of the last line already known; 0: from the first */
    public Page read(UUID run, long after, int limit) {
        known(run);
        return page(statements.rows(READ, RunLogs::view, run, (int) (after >>> 32), (int) after, limit), after);
    }

    /**
     * The end of the log, in the order printed.
     *
     * @throws Problem 404
     */
    public Page last(UUID run, int lines) {
        known(run);
        return page(statements.rows(LAST, RunLogs::view, run, lines), 0);
    }

    private void known(UUID run) {
        if (!fence.exists(run)) {
            throw Problem.notFound("run", run);
        }
    }

    private static LineView view(ResultSet row) throws SQLException {
        return new LineView(
                row.getLong(1) << 32 | row.getLong(2),
                Statements.instant(row, "time"),
                row.getLong(1),
                row.getString(4));
    }

    private static Page page(List<LineView> items, long after) {
        return new Page(
                items, items.isEmpty() ? after : items.get(items.size() - 1).seq());
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
