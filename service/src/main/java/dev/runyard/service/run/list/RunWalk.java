package dev.runyard.service.run.list;

import dev.runyard.service.db.Statements;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Runs in the order of a field, from a cursor on. Those with a value come first, in its order; those without one (no such metric,
 * NaN, no such parameter) follow, newest first, whichever way the list is sorted. Only what the condition and the order need is
 * read; whoever shows the rows looks them up.
 */
final class RunWalk {
    /** Characters of a note that order it. */
    private static final int LONGEST_NOTE = 200;

    private final Statements statements;
    private final RunQuery where;
    private final RunField field;
    private final boolean down;
    private final String expression;
    private final String type;
    private final FieldJoins joins;

    /**
     * @param sort the field, after a - for the greatest first; null or empty: newest first
     */
    RunWalk(Statements statements, RunQuery where, @Nullable String sort, StoredKeys keys) {
        this.statements = statements;
        this.where = where;
        String asked = sort == null || sort.isEmpty() ? "-createdAt" : sort;
        down = asked.startsWith("-");
        field = RunField.parse("sort", down ? asked.substring(1) : asked);
        joins = new FieldJoins(keys);
        String value = joins.expression(field);
        if (field.equals(RunField.COLUMNS.get("note"))) {
            // Its text goes into the cursor, and that into an address.
            expression = "left(" + value + ", " + LONGEST_NOTE + ")";
            type = RunField.Type.TEXT.sql;
        } else if (field instanceof RunField.Param) {
            // Numbers as numbers, before or after all texts.
            expression = "cast(" + value + " as jsonb)";
            type = "jsonb";
        } else {
            expression = value;
            type = field instanceof RunField.Column column
                    ? column.type().sql
                    : field instanceof RunField.Tag ? "text" : "double precision";
        }
    }

    /** @param value of the sort, as text; null among those without one */
    record Step(UUID id, Instant createdAt, @Nullable String value) {}

    RunField field() {
        return field;
    }

    /** At most {@code limit} runs behind the cursor. */
    List<Step> from(@Nullable RunCursor cursor, int limit) {
        List<Step> steps = new ArrayList<>();
        if (cursor == null || cursor.value() != null) {
            steps.addAll(valued(cursor, limit));
        }
        boolean missing = !(field instanceof RunField.Column column) || column.nullable();
        if (steps.size() < limit && missing) {
            steps.addAll(missing(cursor != null && cursor.value() == null ? cursor : null, limit - steps.size()));
        }
        return steps;
    }

    /** So many of the first by their order alone are looked at before all runs are. */
    private static final int TRIED = 1_000;

    private List<Step> valued(@Nullable RunCursor cursor, int limit) {
        if (limit < TRIED && (field instanceof RunField.Metric || filtered())) {
            List<Step> tried = tried(cursor, limit);
            if (tried.size() >= limit) {
                return tried;
            }
        }
        return all(cursor, limit);
    }

    private boolean filtered() {
        return field instanceof RunField.Column column && column.name().equals("createdAt") && where.looksUp();
    }

    /**
     * The first by a metric, or the newest, and those of them that meet the condition: where enough do, they are the first that do, and
     * nothing else had to be read.
     */
    private List<Step> tried(@Nullable RunCursor cursor, int limit) {
        String way = down ? " desc" : " asc";
        List<@Nullable Object> values = new ArrayList<>();
        boolean metric = field instanceof RunField.Metric;
        String value = field instanceof RunField.Metric m ? m.sql("m") : "o.created_at";
        String id = metric ? "m.run_id" : "o.id";
        StringBuilder sql = new StringBuilder(
                        "select r.id, r.created_at, cast(t.v as text) as sort_value from (select ")
                .append(id + " as id, " + value + " as v from ")
                .append(metric ? "metric_summary m where m.key_id = ? and " : "run o where ")
                .append(value)
                .append(" is not null");
        if (metric) {
            values.addAll(joins.values());
        }
        if (cursor != null) {
            sql.append(" and (%s, %s) %s (cast(? as %s), ?)".formatted(value, id, down ? "<" : ">", type));
            values.add(cursor.value());
            values.add(cursor.id());
        }
        // One after the other, hence the offset: the planner would rather ask every run.
        sql.append(" order by " + value + way + ", " + id + way + " limit " + TRIED)
                .append(") t cross join lateral (select r.id, r.created_at from run r ")
                .append(where.joins())
                .append("where r.id = t.id and ")
                .append(where.sqlOfEach("r.id"))
                .append(" offset 0) r order by t.v" + way + ", t.id" + way + " limit ?");
        values.addAll(where.values());
        values.add(limit);
        return read(sql.toString(), values);
    }

    /** The order is made of narrow indexes; only the runs of the page are looked up themselves. */
    private List<Step> all(@Nullable RunCursor cursor, int limit) {
        List<@Nullable Object> values = new ArrayList<>(joins.values());
        values.addAll(where.values());
        // What is sorted by a metric is left out where the metric is read, before the run is looked for.
        String from = from() + "where " + where.sql(joins.run(field));
        StringBuilder sql = new StringBuilder(
                "select r.id, r.created_at, cast(t.v as text) as sort_value from (select id, v from (");
        // Worked out once a run, hence the offset.
        sql.append("select r.id, ").append(expression).append(" as v").append(from);
        sql.append(field instanceof RunField.Param ? " offset 0) x where v is not null" : ") x where v is not null");
        if (cursor != null) {
            sql.append(" and (v, id) %s (cast(? as %s), ?)".formatted(down ? "<" : ">", type));
            values.add(cursor.value());
            values.add(cursor.id());
        }
        String way = down ? " desc" : " asc";
        sql.append(" order by v" + way + ", id" + way + " limit ?) t join run r on r.id = t.id order by t.v" + way
                + ", t.id" + way);
        values.add(limit);
        return read(sql.toString(), values);
    }

    private List<Step> missing(@Nullable RunCursor cursor, int limit) {
        List<@Nullable Object> values = new ArrayList<>(joins.values());
        StringBuilder sql = new StringBuilder("select r.id, r.created_at, cast(null as text) as sort_value")
                .append(from())
                .append("where ")
                .append(where.sql("r.id"))
                .append(" and ")
                .append(expression)
                .append(" is null");
        values.addAll(where.values());
        if (cursor != null) {
            sql.append(" and (r.created_at, r.id) < (cast(? as timestamptz), ?)");
            values.add(cursor.createdAt());
            values.add(cursor.id());
        }
        values.add(limit);
        return read(sql.append(" order by r.created_at desc, r.id desc limit ?").toString(), values);
    }

    private String from() {
        return " from run r " + where.joins(joins) + joins.joins();
    }

    private List<Step> read(String sql, List<@Nullable Object> values) {
        return statements.rows(
                sql,
                r -> new Step(
                        r.getObject("id", UUID.class), Statements.instant(r, "created_at"), r.getString("sort_value")),
                values.toArray());
    }
}
