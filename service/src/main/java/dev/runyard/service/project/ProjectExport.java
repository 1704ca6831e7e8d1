package dev.runyard.service.project;

import dev.runyard.service.boot.Version;
import dev.runyard.service.db.Asking;
import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Problem;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.run.RunState;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Writes all of a project as lines of JSON: a head, a line a row, and at the end how many there were. */
@ApplicationScoped
public class ProjectExport {
    static final int FORMAT = 1;
    static final int HOURS_SECONDS = 6 * 3_600;

    /** Most points of one metric in a line. What counts and what is superseded have an index each, and none has both. */
    static final String POINTS = """
            select json_build_object('run_id', p.run_id, 'key', k.key, 'attempt', p.attempt, 'superseded_by', p.superseded_by,
              'step', json_agg(p.step order by p.step, p.time), 'time', json_agg(p.time order by p.step, p.time),
              'value', json_agg(p.value order by p.step, p.time), 'epoch', json_agg(p.epoch order by p.step, p.time))
            from (select * from metric_point where run_id = ? and superseded_by is null
                  union all select * from metric_point where run_id = ? and superseded_by is not null) p
            join metric_key k on k.id = p.key_id
            group by p.run_id, k.key, p.attempt, p.superseded_by, p.step / 16384
            order by k.key, p.attempt, p.superseded_by nulls first, p.step / 16384""";

    private final Statements statements;
    private final Asking asking;

    ProjectExport(Statements statements, Asking asking) {
        this.statements = statements;
        this.asking = asking;
    }

    /**
     * @param name of the project
     * @throws Problem 404; 409 PROJECT_BUSY while a worker holds a run of it, whose end would be missing
     */
    UUID ready(String name) {
        // Behind the walls: whoever sees a project sees all that is written.
        UUID project = statements
                .row("select id from project where name = ?", r -> r.getObject(1, UUID.class), name)
                .orElseThrow(() -> Problem.notFound("project", name));
        return asking.asLab(() -> {
            List<String> held = Arrays.stream(RunState.values())
                    .filter(RunState::held)
                    .map(Enum::name)
                    .toList();
            long busy = statements.number(
                    "select count(*) from run where project_id = ? and not external and state = any(?)", project, held);
            if (busy > 0) {
                throw Problem.of(
                        409,
                        "PROJECT_BUSY",
                        busy + " runs of project " + name + " are going on; wait for their end, or pause them first.");
            }
            return project;
        });
    }

    /** All of it as of one moment. */
    void write(UUID project, String name, Writer out) {
        asking.asLab(
                () -> QuarkusTransaction.requiringNew().timeout(HOURS_SECONDS).call(() -> {
                    statements.change("set transaction isolation level repeatable read, read only");
                    statements.change("set local statement_timeout = 0");
                    line(out, Json.canonical(Map.of("runyard", Version.CURRENT, "format", FORMAT, "project", name)));
                    long rows = 0;
                    for (Part part : Part.ALL) {
                        rows += part.table().equals(Part.POINTS) ? points(project, out) : rows(part, project, out);
                    }
                    line(out, Json.canonical(Map.of("end", true, "rows", rows)));
                    return rows;
                }));
    }

    private long rows(Part part, UUID project, Writer out) {
        StringBuilder sql = new StringBuilder("select ").append(part.line());
        boolean metric = Part.BY_METRIC.contains(part.table());
        sql.append(" from ").append(part.table()).append(" t");
        if (metric) {
            sql.append(" join metric_key k on k.id = t.key_id");
        }
        sql.append(" where ").append(part.which()).append(" order by ").append(part.order());
        return each(part.table(), sql.toString(), out, part.values(project));
    }

    private long points(UUID project, Writer out) {
        List<UUID> runs = statements.rows(
                "select id from run where project_id = ? order by created_at, id",
                r -> r.getObject(1, UUID.class),
                project);
        long rows = 0;
        for (UUID run : runs) {
            rows += each(Part.POINTS, POINTS, out, run, run);
        }
        return rows;
    }

    private long each(String table, String sql, Writer out, Object... values) {
        long[] rows = {0};
        statements.each(
                sql,
                r -> {
                    line(out, "{\"table\":\"" + table + "\",\"row\":" + r.getString(1) + "}");
                    rows[0]++;
                },
                values);
        return rows[0];
    }

    private static void line(Writer out, String text) {
        try {
            out.write(text);
            out.write('\n');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
