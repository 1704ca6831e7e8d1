package dev.runyard.service.report;

import dev.runyard.service.db.Statements;
import dev.runyard.service.run.Configuration;
import dev.runyard.service.run.list.FieldJoins;
import dev.runyard.service.run.list.RunChoice;
import dev.runyard.service.run.list.RunField;
import dev.runyard.service.run.list.RunQuery;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.table.ReportSpec;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Which runs a definition is of, and what each brings, as the beginning of statements. */
@ApplicationScoped
class ReportRuns {
    /** Most runs of one report. */
    static final int MOST = 20_000;

    private final Statements statements;
    private final RunChoice choice;

    ReportRuns(Statements statements, RunChoice choice) {
        this.statements = statements;
        this.choice = choice;
    }

    /**
     * {@code chosen}: one row a run with its state, what makes its row (b0 …) and column (c0 …) as JSON text, what its cell is over (o), its
     * metrics (f0 …) and the parameters it trains (p).
     *
     * @param values that the text binds
     * @param paths of parameters that make rows, columns or a cell's values
     * @param sweep the only one that is meant; null: the definition names none
     */
    record Chosen(
            String with,
            List<@Nullable Object> values,
            List<String> paths,
            @Nullable UUID sweep) {}

    /** Under the settings of lists of runs, in the caller's transaction. */
    Chosen of(ReportSpec spec) {
        choice.settings();
        ReportSpec.Runs runs = spec.runs();
        UUID sweep = runs.sweep() == null ? null : sweep(runs.sweep());
        RunQuery where = choice.where(new RunChoice.Ask(
                runs.experiment(),
                sweep == null ? null : sweep.toString(),
                null,
                runs.filter() == null ? List.of() : List.of(runs.filter()),
                Boolean.TRUE.equals(runs.archived()) ? "true" : null,
                null));
        if (!runs.ids().isEmpty()) {
            where.and("r.id = any(?)", runs.ids().stream().map(UUID::fromString).toList());
        }
        FieldJoins joins = new FieldJoins(choice);
        List<String> paths = new ArrayList<>();
        List<String> columns =
                new ArrayList<>(List.of("r.id", "r.name", "r.state", "r.reason", "r.message", "r.created_at"));
        keys("rows", "b", spec.rows(), joins, columns, paths);
        keys("columns", "c", spec.columns(), joins, columns, paths);
        columns.add("concat_ws(' ', "
                + spec.cell().over().stream()
                        .map(field -> text(field("cell.over", field, paths), joins))
                        .collect(Collectors.joining(", "))
                + ") as o");
        List<String> metrics = spec.cell().metric();
        for (int i = 0; i < metrics.size(); i++) {
            RunField metric = RunField.parse("cell.metric", "metrics." + metrics.get(i));
            // Among the runs of an experiment tasks stand for themselves; they are no runs of a sweep.
            columns.add((sweep == null ? joins.number(metric) : joins.numberOrOfTask(metric)) + " as f" + i);
        }
        columns.add(joins.number(RunField.parse("extra", "metrics.system/parameters")) + " as p");
        String from = " from run r " + where.joins(joins) + joins.joins() + "where " + where.sql("r.id");
        List<@Nullable Object> values = new ArrayList<>(joins.values());
        values.addAll(where.values());
        String with = "with chosen as materialized (select " + String.join(", ", columns) + from + " limit "
                + (MOST + 1) + ") ";
        return new Chosen(with, values, paths, sweep);
    }

    /** What a list of runs calls it; a bare path is one of the configuration. */
    private static RunField field(String where, String text, List<String> paths) {
        boolean known = RunField.COLUMNS.containsKey(text) || text.startsWith("params.") || text.startsWith("tags.");
        RunField field = RunField.parse(where, known ? text : "params." + text);
        if (field instanceof RunField.Param param) {
            paths.add(param.path());
            paths.add(Configuration.PROGRAM + param.path());
        }
        return field;
    }

    private static void keys(
            String where,
            String letter,
            List<String> fields,
            FieldJoins joins,
            List<String> columns,
            List<String> paths) {
        IntStream.range(0, fields.size())
                .forEach(i -> columns.add(
                        "coalesce(" + text(field(where, fields.get(i), paths), joins) + ", 'null') as " + letter + i));
    }

    /** JSON text; null where there is none. */
    private static String text(RunField field, FieldJoins joins) {
        String expression = joins.expression(field);
        return field instanceof RunField.Param ? expression : "cast(to_jsonb(" + expression + ") as text)";
    }

    /** By id, or by a name that one alone has: of two, nobody could say which was meant. */
    private UUID sweep(String named) {
        List<UUID> found = statements.rows(
                "select id from sweep where deleted_at is null and (name = ? or cast(id as text) = lower(?))"
                        + " order by created_at desc limit 3",
                r -> r.getObject(1, UUID.class),
                named,
                named);
        if (found.size() == 1) {
            return found.get(0);
        }
        throw new InvalidSpec(
                "UNKNOWN_VALUE",
                "runs.sweep",
                named,
                found.isEmpty() ? "is the id or name of no sweep" : "is the name of several sweeps",
                found.isEmpty()
                        ? "\"runyard ls sweeps\" lists them"
                        : "give the id of one, for example the newest, " + found.get(0));
    }

    /** Those of the ids that nobody finds in a list: deleted, or never there. */
    List<String> gone(List<String> ids) {
        if (ids.isEmpty()) {
            return List.of();
        }
        return statements.rows(
                "select cast(g.id as text) from unnest(cast(? as uuid[])) as g(id)"
                        + " where not exists (select 1 from run r where r.id = g.id and r.deleted_at is null)",
                r -> r.getString(1),
                ids.stream().map(UUID::fromString).toList());
    }

    /** Seeds that each point of the sweep is run with. */
    int seeds(@Nullable UUID sweep) {
        if (sweep == null) {
            return 0;
        }
        return statements
                .row("select spec from sweep where id = ?", r -> Json.tree(r.getString(1)), sweep)
                .map(spec -> Math.max(
                        spec.path("seeds").size(),
                        spec.path("axes").path("seed").size()))
                .orElse(0);
    }
}
