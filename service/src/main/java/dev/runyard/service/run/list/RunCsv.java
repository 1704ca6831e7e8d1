package dev.runyard.service.run.list;

import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Problem;
import dev.runyard.spec.Csv;
import dev.runyard.spec.json.Json;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.Writer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Every run that matches, as text with a column for each field asked for. Numbers are written so that reading them gives the same
 * double, NaN and infinities by these names, times in UTC. Rows are read page by page and written without a connection in hand: a
 * reader that takes hours holds nobody up.
 */
@ApplicationScoped
public class RunCsv {
    static final int COLUMNS = 200;

    /** Runs whose place in the order is read at once: each time all that match are put in order. */
    private static final int STRETCH = 20_000;

    private static final int PAGE = 1_000;

    /** Readers at once: others wait for a page's time, and lists keep their connections. */
    private static final int READERS = 3;

    private final Statements statements;
    private final RunChoice choice;
    private final Semaphore turn = new Semaphore(READERS, true);

    public RunCsv(Statements statements, RunChoice choice) {
        this.statements = statements;
        this.choice = choice;
    }

    /**
     * @param columns fields, 1 to {@value #COLUMNS}
     * @throws Problem 422 for a field, sort, filter or state that means nothing; nothing is written then
     */
    void check(RunChoice.Ask runs, List<String> columns, @Nullable String sort) {
        if (columns.isEmpty() || columns.size() > COLUMNS) {
            throw Problem.invalid(
                    "OUT_OF_RANGE", "column", columns.size(), "must stand 1 to " + COLUMNS + " times", null);
        }
        columns.forEach(column -> RunField.parse("column", column));
        QuarkusTransaction.requiringNew().run(() -> new RunWalk(statements, choice.where(runs), sort, choice));
    }

    void write(RunChoice.Ask runs, List<String> columns, @Nullable String sort, Writer out) throws IOException {
        out.write("id");
        for (String column : columns) {
            out.write("," + Csv.cell(column));
        }
        out.write("\r\n");
        RunCursor from = null;
        List<RunWalk.Step> steps;
        do {
            RunCursor place = from;
            steps = read(() -> new RunWalk(statements, choice.where(runs), sort, choice).from(place, STRETCH));
            for (int i = 0; i < steps.size(); i += PAGE) {
                List<UUID> page = steps.subList(i, Math.min(steps.size(), i + PAGE)).stream()
                        .map(RunWalk.Step::id)
                        .toList();
                Map<UUID, String> rows = read(() -> rows(page, columns));
                for (UUID run : page) {
                    // One that was removed for good in between has none.
                    out.write(rows.getOrDefault(run, ""));
                }
            }
            from = steps.isEmpty() ? null : behind(steps.get(steps.size() - 1));
        } while (steps.size() == STRETCH);
        out.flush();
    }

    private static RunCursor behind(RunWalk.Step last) {
        return new RunCursor(
                0, last.value(), last.value() == null ? last.createdAt().toString() : null, last.id(), 0);
    }

    private <T> T read(Supplier<T> what) {
        turn.acquireUninterruptibly();
        try {
            return QuarkusTransaction.requiringNew().call(() -> {
                choice.settings();
                return what.get();
            });
        } finally {
            turn.release();
        }
    }

    private Map<UUID, String> rows(List<UUID> ids, List<String> columns) {
        FieldJoins joins = new FieldJoins(choice);
        List<RunField> fields =
                columns.stream().map(c -> RunField.parse("column", c)).toList();
        StringBuilder sql = new StringBuilder("select r.id");
        fields.forEach(field -> sql.append(", ").append(joins.stored(field)));
        sql.append(" from run r").append(joins.joins()).append("where r.id = any(?)");
        List<@Nullable Object> values = new ArrayList<>(joins.values());
        values.add(ids);
        Map<UUID, String> rows = new HashMap<>();
        statements.each(
                sql.toString(),
                r -> {
                    StringBuilder row = new StringBuilder(r.getString(1));
                    for (int i = 0; i < fields.size(); i++) {
                        row.append(',').append(cell(fields.get(i), r, i + 2));
                    }
                    rows.put(r.getObject(1, UUID.class), row.append("\r\n").toString());
                },
                values.toArray());
        return rows;
    }

    private static String cell(RunField field, ResultSet r, int column) throws SQLException {
        String text = r.getString(column);
        if (text == null) {
            return "";
        }
        if (field instanceof RunField.Metric || field instanceof RunField.At) {
            return Double.toString(r.getDouble(column));
        }
        if (field instanceof RunField.Param) {
            // JSON as it is stored: a number keeps every digit.
            return text.startsWith("\"") ? Csv.cell(Json.tree(text).textValue()) : Csv.quoted(text);
        }
        RunField.Type type = field instanceof RunField.Column known ? known.type() : RunField.Type.TEXT;
        return switch (type) {
            case TIME ->
                String.valueOf(r.getObject(column, OffsetDateTime.class).toInstant());
            case FLAG -> String.valueOf(r.getBoolean(column));
            case NUMBER, ID -> text;
            case TEXT -> Csv.cell(text);
        };
    }
}
