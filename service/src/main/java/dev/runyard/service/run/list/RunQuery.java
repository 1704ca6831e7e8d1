package dev.runyard.service.run.list;

import dev.runyard.service.run.Configuration;
import dev.runyard.spec.json.Json;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A condition on runs as SQL text with its values beside it; the text never holds what a person wrote. */
public final class RunQuery {
    /** Stands in the text for whatever names a run's id where the condition is used. */
    private static final String ID = "{id}";

    /** {has:x} from … where {of:x} …{end}: runs x that have something. */
    private static final Pattern MARK = Pattern.compile("\\{(has|of|end):?([a-z._]*)}");

    private final StoredKeys keys;
    private final StringBuilder sql = new StringBuilder("true");
    private boolean few;
    private final List<@Nullable Object> values = new ArrayList<>();

    public RunQuery(StoredKeys keys) {
        this.keys = keys;
    }

    /** Few runs meet what was said so far, such as being of one sweep: the rest is looked up for each. */
    RunQuery few() {
        few = true;
        return this;
    }

    /** Adds a condition that this class's callers wrote themselves. */
    public RunQuery and(String condition, @Nullable Object... bound) {
        sql.append(" and ").append(condition);
        values.addAll(Arrays.asList(bound));
        return this;
    }

    public RunQuery and(RunFilter filter) {
        sql.append(" and ").append(text(filter));
        return this;
    }

    /**
     * For conditions on many runs: those that meet a condition on a metric or parameter are gathered once and looked up then. Coalesce
     * keeps the planner from a join, which it likes to order by one metric and to probe for the other: endless where the two oppose
     * each other.
     *
     * @param id an expression for the run's id: the nearer it is to the rows read first, the sooner others are left out
     */
    public String sql(String id) {
        return few ? sqlOfEach(id) : sqlOfMany(id);
    }

    private String sqlOfMany(String id) {
        return MARK.matcher(sql)
                .replaceAll(mark -> switch (mark.group(1)) {
                    case "has" -> "coalesce(" + id + " in (select " + mark.group(2);
                    case "of" -> "";
                    default -> "), false)";
                })
                .replace(ID, id);
    }

    /** For conditions on few runs: looked up for each of them. Binds the same. */
    String sqlOfEach(String id) {
        return MARK.matcher(sql)
                .replaceAll(mark -> switch (mark.group(1)) {
                    case "has" -> "exists (select 1";
                    case "of" -> mark.group(2) + " = " + id + " and ";
                    default -> " offset 0)";
                })
                .replace(ID, id);
    }

    /** What the condition needs beside {@code run r}. */
    public String joins() {
        return sql.indexOf("e.name") >= 0 ? "join experiment e on e.id = r.experiment_id " : "";
    }

    /** What the condition needs beside {@code run r}, unless the fields that are asked for have it there already. */
    public String joins(FieldJoins fields) {
        return fields.joins().contains("join experiment e ") ? "" : joins();
    }

    /** Whether it looks for runs by a metric or parameter. */
    boolean looksUp() {
        return sql.indexOf("{has:") >= 0;
    }

    public List<@Nullable Object> values() {
        return values;
    }

    /** Whether the value can be held against the field so; asked by the parser, which knows the position. */
    static boolean fits(RunFilter.Compare compare) {
        RunFilter.Comparison how = compare.how();
        String value = compare.value().text();
        if (value.indexOf('\0') >= 0 || (how.pattern() && value.length() > RunFilter.PATTERN)) {
            return false;
        }
        if (compare.field() instanceof RunField.Column column) {
            return switch (column.type()) {
                case TEXT -> true;
                case ID -> how.equality() && id(value) != null;
                case FLAG -> how.equality() && (value.equals("true") || value.equals("false"));
                case NUMBER -> !how.pattern() && whole(value);
                case TIME -> !how.pattern() && time(value) != null;
            };
        }
        if (compare.field() instanceof RunField.Tag || compare.field() instanceof RunField.Dataset) {
            return !how.order();
        }
        if (compare.field() instanceof RunField.Param) {
            return !how.order() || decimal(value) != null;
        }
        return !how.pattern() && real(value) != null;
    }

    private String text(RunFilter filter) {
        if (filter instanceof RunFilter.And and) {
            return and.parts().stream().map(this::text).collect(Collectors.joining(" and ", "(", ")"));
        }
        if (filter instanceof RunFilter.Or or) {
            return or.parts().stream().map(this::text).collect(Collectors.joining(" or ", "(", ")"));
        }
        if (filter instanceof RunFilter.Not not) {
            return "not coalesce(" + text(not.part()) + ", false)";
        }
        if (filter instanceof RunFilter.Missing missing) {
            return missing(missing.field(), missing.no());
        }
        if (filter instanceof RunFilter.OneOf one) {
            return oneOf(one);
        }
        RunFilter.Compare compare = (RunFilter.Compare) filter;
        if (compare.field() instanceof RunField.Column column) {
            return column(column, compare.how(), compare.value().text());
        }
        if (compare.field() instanceof RunField.Tag tag) {
            String value = tagged(tag);
            return column(
                    new RunField.Column("", value, RunField.Type.TEXT, true),
                    compare.how(),
                    compare.value().text());
        }
        if (compare.field() instanceof RunField.Dataset dataset) {
            return used(column(
                    new RunField.Column(dataset.name(), dataset.sql(), RunField.Type.TEXT, true),
                    compare.how(),
                    compare.value().text()));
        }
        return compare.field() instanceof RunField.Param param
                ? param(param, compare)
                : metric(
                        compare.field(),
                        compare.how().sql + " ?",
                        real(compare.value().text()));
    }

    private String oneOf(RunFilter.OneOf one) {
        if (one.field() instanceof RunField.Param param) {
            String sql = gathered(param, one.no() ? "v <> all(cast(? as text[]))" : "v = any(cast(? as text[]))");
            values.add(one.values().stream()
                    .flatMap(value -> spelled(value, false).stream())
                    .toList());
            return sql;
        }
        if (one.field() instanceof RunField.Column column) {
            values.add(one.values().stream().map(RunFilter.Value::text).toList());
            return column.sql() + (one.no() ? " <> all" : " = any") + "(cast(cast(? as text[]) as " + column.type().sql
                    + "[]))";
        }
        RunFilter.Comparison how = one.no() ? RunFilter.Comparison.UNEQUAL : RunFilter.Comparison.EQUAL;
        List<RunFilter> each = one.values().stream()
                .map(value -> (RunFilter) new RunFilter.Compare(one.field(), how, value))
                .toList();
        return text(one.no() ? new RunFilter.And(each) : new RunFilter.Or(each));
    }

    private String missing(RunField field, boolean no) {
        if (field instanceof RunField.Tag tag) {
            return tagged(tag) + (no ? " is not null" : " is null");
        }
        if (field instanceof RunField.Column column) {
            return column.sql() + (no ? " is not null" : " is null");
        }
        if (field instanceof RunField.Dataset dataset) {
            return (no ? "" : "not ") + used(dataset.sql() + " is not null");
        }
        String has =
                field instanceof RunField.Param param ? gathered(param, "v is not null") : metric(field, "is not null");
        return no ? has : "not " + has;
    }

    /** Whether the run says that it used a data set of which this holds. */
    private static String used(String condition) {
        return "exists (select 1 from run_dataset d where d.run_id = " + ID + " and " + condition + ")";
    }

    private String column(RunField.Column column, RunFilter.Comparison how, String value) {
        if (how == RunFilter.Comparison.CONTAINS) {
            // Before what the column itself binds.
            values.add(column.name().isEmpty() ? values.size() - 1 : values.size(), value);
            return "position(lower(?) in lower(" + column.sql() + ")) > 0";
        }
        values.add(
                switch (column.type()) {
                    case TEXT -> value;
                    case ID -> id(value);
                    case FLAG -> Boolean.valueOf(value);
                    case NUMBER -> Long.valueOf(value);
                    case TIME -> time(value);
                });
        return column.sql() + " " + how.sql + " ?";
    }

    private String metric(RunField field, String condition, @Nullable Object... bound) {
        String sql;
        if (field instanceof RunField.At at) {
            values.add(keys.metric(at.key()));
            values.add(keys.metric(at.other()));
            sql = RunField.At.lateral("m", "a") + "where {of:m.run_id}m.key_id = ? and a.v " + condition;
        } else {
            RunField.Metric metric = (RunField.Metric) field;
            values.add(keys.metric(metric.key()));
            sql = "where {of:m.run_id}m.key_id = ? and " + metric.sql("m") + " " + condition;
        }
        values.addAll(Arrays.asList(bound));
        return "{has:m.run_id} from metric_summary m " + sql + "{end}";
    }

    private String param(RunField.Param param, RunFilter.Compare compare) {
        RunFilter.Comparison how = compare.how();
        if (how.equality()) {
            String sql = gathered(
                    param,
                    how == RunFilter.Comparison.EQUAL ? "v = any(cast(? as text[]))" : "v <> all(cast(? as text[]))");
            values.add(spelled(compare.value(), true));
            return sql;
        }
        String sql = gathered(
                param,
                how.order()
                        ? "case when ascii(v) between 45 and 57 then cast(v as numeric) " + how.sql
                                + " cast(? as numeric) end"
                        : how == RunFilter.Comparison.CONTAINS
                                ? "position(lower(?) in lower(" + BARE + ")) > 0"
                                : BARE + " " + how.sql + " ?");
        values.add(compare.value().text());
        return sql;
    }

    /** A parameter's value without the quotes of a text. */
    private static final String BARE = "case when ascii(v) = 34 then cast(v as jsonb) #>> '{}' else v end";

    /** All configurations are narrow and read once, for there is no index of each path. {@code v} is the value's JSON text. */
    private String gathered(RunField.Param param, String condition) {
        String value = Matcher.quoteReplacement(keys.value(param.path()));
        return "{has:c.run_id} from run_config c where {of:c.run_id}" + condition.replaceAll("\\bv\\b", value)
                + "{end}";
    }

    /**
     * The JSON texts that a value may mean: a bare number is a number, bare true and false are these, a number in quotes is either (those
     * who know parameters as texts write it so), anything else is a text, or the text of a list.
     *
     * @param either false: what stands in quotes is a text, whatever it looks like, as in a list of values
     */
    private static List<String> spelled(RunFilter.Value value, boolean either) {
        String text = value.text();
        BigDecimal number = value.quoted() && !either ? null : decimal(text);
        if (number != null) {
            String plain = Configuration.number(number);
            return value.quoted() ? List.of(Json.canonical(text), plain) : List.of(plain);
        }
        if (!value.quoted() && (text.equals("true") || text.equals("false"))) {
            return List.of(text);
        }
        String json = Json.canonical(text);
        return text.startsWith("[") || text.startsWith("{") ? List.of(json, text) : List.of(json);
    }

    private String tagged(RunField.Tag tag) {
        values.add(tag.name());
        return "(r.tags ->> cast(? as text))";
    }

    private static @Nullable UUID id(String text) {
        try {
            UUID id = UUID.fromString(text);
            return id.toString().equalsIgnoreCase(text) ? id : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static boolean whole(String text) {
        try {
            return Long.parseLong(text) != Long.MIN_VALUE;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    static @Nullable Double real(String text) {
        try {
            double value = Double.parseDouble(text);
            return Double.isNaN(value) || !text.matches("[-+]?(Infinity|[0-9.eE+-]+)") ? null : value;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    static @Nullable BigDecimal decimal(String text) {
        try {
            BigDecimal value = new BigDecimal(text);
            return Math.abs((long) value.scale()) > 400 || value.precision() > 100 ? null : value;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    static @Nullable Instant time(String text) {
        try {
            Instant time = text.endsWith("Z")
                    ? Instant.parse(text)
                    : OffsetDateTime.parse(text).toInstant();
            return time.isBefore(Instant.parse("0001-01-01T00:00:00Z"))
                            || time.isAfter(Instant.parse("9999-12-31T00:00:00Z"))
                    ? null
                    : time;
        } catch (DateTimeException e) {
            return null;
        }
    }
}
