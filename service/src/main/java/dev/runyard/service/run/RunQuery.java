package dev.runyard.service.run;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A condition on runs as SQL text with its values beside it; the text never holds what a person wrote. */
final class RunQuery {
    /** Stands in the text for whatever names a run's id where the condition is used. */
    private static final String ID = "{id}";

    private final ToIntFunction<String> metrics;
    private final StringBuilder sql = new StringBuilder("true");
    private final List<@Nullable Object> values = new ArrayList<>();

    /** @param metrics the number of a metric's name; the planner knows more of a number than of a search for one */
    RunQuery(ToIntFunction<String> metrics) {
        this.metrics = metrics;
    }

    /** Adds a condition that this class's callers wrote themselves. */
    RunQuery and(String condition, @Nullable Object... bound) {
        sql.append(" and ").append(condition);
        values.addAll(java.util.Arrays.asList(bound));
        return this;
    }

    RunQuery and(RunFilter filter) {
        sql.append(" and ").append(text(filter));
        return this;
    }

    /** @param id an expression for the run's id: the nearer it is to the rows read first, the sooner others are left out */
    String sql(String id) {
        return sql.toString().replace(ID, id);
    }

    List<@Nullable Object> values() {
        return values;
    }

    /** Whether the value can be held against the field so; asked by the parser, which knows the position. */
    static boolean fits(RunFilter.Compare compare) {
        boolean contains = compare.how() == RunFilter.Comparison.CONTAINS;
        if (compare.field() instanceof RunField.Column column) {
            return switch (column.type()) {
                case TEXT -> compare.value().indexOf('\0') < 0;
                case NUMBER -> !contains && whole(compare.value());
                case TIME -> !contains && time(compare.value()) != null;
            };
        }
        if (compare.field() instanceof RunField.Metric) {
            return !contains && real(compare.value()) != null;
        }
        boolean order = compare.how() != RunFilter.Comparison.EQUAL
                && compare.how() != RunFilter.Comparison.UNEQUAL
                && !contains;
        return compare.value().indexOf('\0') < 0 && (!order || decimal(compare.value()) != null);
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
        RunFilter.Compare compare = (RunFilter.Compare) filter;
        if (compare.field() instanceof RunField.Column column) {
            return column(column, compare);
        }
        return compare.field() instanceof RunField.Metric metric
                ? metric(metric, compare)
                : param((RunField.Param) compare.field(), compare);
    }

    private String column(RunField.Column column, RunFilter.Compare compare) {
        if (compare.how() == RunFilter.Comparison.CONTAINS) {
            values.add(compare.value());
            return "position(lower(?) in lower(" + column.sql() + ")) > 0";
        }
        values.add(
                switch (column.type()) {
                    case TEXT -> compare.value();
                    case NUMBER -> Long.valueOf(compare.value());
                    case TIME -> time(compare.value());
                });
        return column.sql() + " " + compare.how().sql + " ?";
    }

    /**
     * The runs that meet it are gathered from the index once and then looked up. Coalesce keeps the planner from a join, which it
     * likes to order by one metric and to probe for the other: endless where the two oppose each other.
     */
    private String metric(RunField.Metric metric, RunFilter.Compare compare) {
        values.add(metrics.applyAsInt(metric.key()));
        values.add(real(compare.value()));
        return "coalesce(" + ID + " in (select m.run_id from metric_summary m where m.key_id = ? and "
                + metric.aggregate().sql + " " + compare.how().sql + " ?), false)";
    }

    /** One lateral value, so that the path is bound once however often the value is looked at. */
    private String param(RunField.Param param, RunFilter.Compare compare) {
        values.add(param.path());
        values.add(param.path());
        values.add(compare.value());
        String from = " from (select " + RunField.Param.SQL + " as v) p where ";
        BigDecimal number = compare.quoted() ? null : decimal(compare.value());
        if (compare.how() == RunFilter.Comparison.CONTAINS) {
            return "exists (select 1" + from + "position(lower(?) in lower(p.v #>> '{}')) > 0)";
        }
        if (number != null) {
            return "exists (select 1" + from + "case jsonb_typeof(p.v) when 'number' then cast(p.v as numeric) "
                    + compare.how().sql + " cast(? as numeric) end)";
        }
        return "exists (select 1" + from + "p.v #>> '{}' " + compare.how().sql + " ?)";
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
