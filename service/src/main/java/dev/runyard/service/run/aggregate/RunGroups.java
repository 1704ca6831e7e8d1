package dev.runyard.service.run.aggregate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Problem;
import dev.runyard.service.run.Configuration;
import dev.runyard.service.run.list.FieldJoins;
import dev.runyard.service.run.list.RunChoice;
import dev.runyard.service.run.list.RunField;
import dev.runyard.service.run.list.RunQuery;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.run.RunState;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Groups runs by what they have, and draws up what each group measured: over all of its runs, never over a sample. */
@ApplicationScoped
public class RunGroups {
    static final int MOST = 1_000;
    static final int BY = 5;
    static final int FIELDS = 20;

    private final Statements statements;
    private final RunChoice choice;

    public RunGroups(Statements statements, RunChoice choice) {
        this.statements = statements;
        this.choice = choice;
    }

    /**
     * @param by fields whose values make the groups, 1 to {@value #BY}
     * @param fields whose spread each group has, at most {@value #FIELDS}
     * @param sort one of these, or runs; after a - the greatest first; a field sorts by its mean
     */
    public record Ask(
            RunChoice.Ask runs,
            List<String> by,
            List<String> fields,
            @Nullable String sort,
            int limit,
            @Nullable String cursor) {}

    /** @throws Problem 422 for a field, sort, filter, state, limit or cursor that means nothing */
    @Transactional
    public GroupsView page(Ask ask) {
        many("by", ask.by(), 1, BY);
        many("field", ask.fields(), 0, FIELDS);
        if (ask.limit() < 1 || ask.limit() > MOST) {
            throw Problem.invalid("OUT_OF_RANGE", "limit", ask.limit(), "must lie in [1, " + MOST + "]", null);
        }
        List<RunField> by = ask.by().stream().map(RunGroups::key).toList();
        List<RunField> fields =
                ask.fields().stream().map(f -> RunField.parse("field", f)).toList();
        int query = Objects.hash(ask.runs(), ask.by(), ask.sort());
        long begun = begun(ask.cursor(), query);
        choice.settings();
        RunQuery where = choice.where(ask.runs());
        FieldJoins joins = new FieldJoins(choice);
        String inner = inner(by, fields, joins, where);
        List<@Nullable Object> values = new ArrayList<>(joins.values());
        values.addAll(where.values());
        values.add(ask.limit());
        values.add(begun);
        record Found(GroupsView.Group group, long total) {}
        List<Found> found = statements.rows(
                "select g.*, count(*) over () as total from (" + grouped(by.size(), fields.size(), inner)
                        + ") g order by " + order(ask, by) + " limit ? offset ?",
                r -> new Found(group(ask, by, r), r.getLong("total")),
                values.toArray());
        long total = found.isEmpty() ? begun : found.get(0).total();
        long end = begun + found.size();
        return new GroupsView(
                found.stream().map(Found::group).toList(),
                end < total ? Integer.toHexString(query) + "_" + end : null,
                total,
                false);
    }

    /** A field that makes groups. What was measured does not: each run would be a group of its own. */
    static RunField key(String text) {
        RunField field = RunField.parse("by", text);
        if (field instanceof RunField.Metric || field instanceof RunField.At) {
            throw Problem.invalid(
                    "UNKNOWN_FIELD",
                    "by",
                    text,
                    "is a metric, which makes no groups",
                    "group by a column or a parameter");
        }
        return field;
    }

    /** One row a run: what it is grouped by, its state, and its numbers. Read once each, hence the offset. */
    private static String inner(List<RunField> by, List<RunField> fields, FieldJoins joins, RunQuery where) {
        List<String> columns = new ArrayList<>(List.of("r.state as state"));
        for (int i = 0; i < by.size(); i++) {
            columns.add(joins.expression(by.get(i)) + " as b" + i);
        }
        for (int i = 0; i < fields.size(); i++) {
            columns.add(joins.number(fields.get(i)) + " as f" + i);
        }
        String joined = where.joins(joins) + joins.joins();
        return "select " + String.join(", ", columns) + " from run r " + joined + "where " + where.sql("r.id")
                + " offset 0";
    }

    private static String grouped(int by, int fields, String inner) {
        String keys = IntStream.range(0, by).mapToObj(i -> "b" + i).collect(Collectors.joining(", "));
        StringBuilder sql = new StringBuilder("select ").append(keys).append(", count(*) as runs");
        for (RunState state : RunState.values()) {
            sql.append(", count(*) filter (where state = '%1$s') as %1$s".formatted(state));
        }
        for (int i = 0; i < fields; i++) {
            sql.append(
                    ", count(f%1$d) as n%1$d, avg(f%1$d) as mean%1$d, stddev_samp(f%1$d) as std%1$d, min(f%1$d) as min%1$d, max(f%1$d) as max%1$d"
                            .formatted(i));
        }
        return sql.append(" from (")
                .append(inner)
                .append(") i group by ")
                .append(keys)
                .toString();
    }

    private static String order(Ask ask, List<RunField> by) {
        String sort = ask.sort() == null || ask.sort().isEmpty() ? "-runs" : ask.sort();
        boolean down = sort.startsWith("-");
        String field = down ? sort.substring(1) : sort;
        String column;
        if (field.equals("runs")) {
            column = "runs";
        } else if (ask.by().contains(field)) {
            int i = ask.by().indexOf(field);
            column = by.get(i) instanceof RunField.Param ? "cast(b" + i + " as jsonb)" : "b" + i;
        } else if (ask.fields().contains(field)) {
            column = "mean" + ask.fields().indexOf(field);
        } else {
            List<String> choices = new ArrayList<>(ask.by());
            choices.addAll(ask.fields());
            choices.add("runs");
            throw Problem.invalid("UNKNOWN_FIELD", "sort", field, "is not one of " + String.join(", ", choices), null);
        }
        String rest = IntStream.range(0, by.size()).mapToObj(i -> ", b" + i).collect(Collectors.joining());
        return column + (down ? " desc nulls last" : " nulls last") + rest;
    }

    private static GroupsView.Group group(Ask ask, List<RunField> by, ResultSet r) throws SQLException {
        Map<String, JsonNode> keys = new LinkedHashMap<>();
        List<String> filter = new ArrayList<>();
        for (int i = 0; i < by.size(); i++) {
            JsonNode value = value(by.get(i), r, "b" + i);
            keys.put(ask.by().get(i), value);
            filter.add(equal(ask.by().get(i), value));
        }
        Map<RunState, Long> states = new EnumMap<>(RunState.class);
        for (RunState state : RunState.values()) {
            long runs = r.getLong(state.name());
            if (runs > 0) {
                states.put(state, runs);
            }
        }
        Map<String, GroupsView.Spread> fields = new LinkedHashMap<>();
        for (int i = 0; i < ask.fields().size(); i++) {
            fields.put(
                    ask.fields().get(i),
                    new GroupsView.Spread(
                            r.getLong("n" + i),
                            r.getObject("mean" + i, Double.class),
                            r.getObject("std" + i, Double.class),
                            r.getObject("min" + i, Double.class),
                            r.getObject("max" + i, Double.class)));
        }
        return new GroupsView.Group(keys, String.join(" and ", filter), r.getLong("runs"), states, fields);
    }

    static JsonNode value(RunField field, ResultSet r, String column) throws SQLException {
        String text = r.getString(column);
        if (text == null) {
            return NullNode.getInstance();
        }
        if (field instanceof RunField.Param) {
            return Json.tree(text);
        }
        RunField.Type type = field instanceof RunField.Column known ? known.type() : RunField.Type.TEXT;
        return switch (type) {
            case NUMBER -> Json.mapper().getNodeFactory().numberNode(r.getLong(column));
            case TIME -> Json.mapper().getNodeFactory().textNode(String.valueOf(Statements.instant(r, column)));
            case FLAG -> Json.mapper().getNodeFactory().booleanNode(r.getBoolean(column));
            case TEXT, ID -> Json.mapper().getNodeFactory().textNode(text);
        };
    }

    private static final Pattern NUMBER = Pattern.compile("^[-+.\\d][-+.\\deE]*$");

    /** As a filter: the runs that have this value, or none, there. */
    static String equal(String field, JsonNode value) {
        String name = named(field);
        if (value.isNull()) {
            return name + " is null";
        }
        boolean bare = value.isNumber() || value.isBoolean();
        String text = value.isTextual() ? value.textValue() : Configuration.text(value);
        // In a list a number in quotes is a text; held against one value it may be either.
        return bare
                ? name + " = " + text
                : NUMBER.matcher(text).find()
                        ? name + " in (" + quoted(text, '\'') + ")"
                        : name + " = " + quoted(text, '\'');
    }

    /** A field as a filter names it. */
    static String named(String field) {
        return field.matches("[\\p{L}\\p{Nd}_./:@-]+") ? field : quoted(field, '`');
    }

    private static String quoted(String text, char quote) {
        return quote + text.replace("\\", "\\\\").replace(String.valueOf(quote), "\\" + quote) + quote;
    }

    private static long begun(@Nullable String cursor, int query) {
        if (cursor == null || cursor.isEmpty()) {
            return 0;
        }
        int cut = cursor.indexOf('_');
        if (cut > 0
                && cursor.substring(0, cut).equals(Integer.toHexString(query))
                && cursor.substring(cut + 1).matches("[0-9]{1,9}")) {
            return Long.parseLong(cursor.substring(cut + 1));
        }
        throw Problem.invalid(
                "BAD_CURSOR",
                "cursor",
                cursor,
                "does not belong to these groups",
                "ask for the first page, without cursor");
    }

    private static void many(String what, List<String> asked, int least, int most) {
        if (asked.size() < least || asked.size() > most) {
            throw Problem.invalid(
                    "OUT_OF_RANGE", what, asked.size(), "must stand " + least + " to " + most + " times", null);
        }
        if (asked.stream().distinct().count() < asked.size()) {
            throw Problem.invalid("DUPLICATE_NAME", what, String.join(", ", asked), "names a field twice", null);
        }
    }
}
