package dev.runyard.service.run.list;

import dev.runyard.service.http.Problem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What has to stand beside {@code run r} for fields to have a value. Ask for the expressions first, then for the joins: a field is
 * joined once however often it is asked for. Expressions bind nothing; the joins bind {@link #values()}, in order.
 */
public final class FieldJoins {
    private final StoredKeys keys;
    private final StringBuilder joins = new StringBuilder(" ");
    private final List<@Nullable Object> values = new ArrayList<>();
    private final Map<RunField, String> known = new HashMap<>();
    private final Map<String, String> summaries = new HashMap<>();
    private boolean experiment;
    private boolean configuration;
    private int tasks;

    public FieldJoins(StoredKeys keys) {
        this.keys = keys;
    }

    /** SQL for the field's value: of the column's type, a double for a metric, JSON text for a parameter. */
    public String expression(RunField field) {
        String found = known.get(field);
        if (found == null) {
            found = join(field);
            known.put(field, found);
        }
        return found;
    }

    /** SQL for the id of the run that has the value, from where the value is read: null where there is no such row. */
    String run(RunField field) {
        expression(field);
        return field instanceof RunField.Metric metric ? summary(metric.key()) + ".run_id" : "r.id";
    }

    /** The value as it is stored: a last value that is NaN too, which stands in no order and meets no comparison. */
    public String stored(RunField field) {
        String expression = expression(field);
        return field instanceof RunField.Metric metric && metric.part() == RunField.Part.LAST
                ? summary(metric.key()) + ".last"
                : expression;
    }

    /** The value as JSON; null where there is none. */
    String json(RunField field) {
        String expression = expression(field);
        return field instanceof RunField.Param ? expression : "to_jsonb(" + expression + ")";
    }

    /** The value as a double; null where it is no finite number. */
    public String number(RunField field) {
        String expression = expression(field);
        if (field instanceof RunField.Param) {
            return "case when ascii(" + expression + ") between 45 and 57 then cast(" + expression
                    + " as double precision) end";
        }
        if (field instanceof RunField.Column column) {
            return switch (column.type()) {
                case NUMBER -> "cast(" + expression + " as double precision)";
                case TIME -> "extract(epoch from " + expression + ")";
                case FLAG -> "cast(cast(" + expression + " as integer) as double precision)";
                case TEXT, ID -> "cast(null as double precision)";
            };
        }
        if (field instanceof RunField.Tag) {
            return "cast(null as double precision)";
        }
        return "case when abs(" + expression + ") < 'Infinity' then " + expression + " end";
    }

    /** The value as a double, as {@link #number}; of a run that has none, that of the newest finished task that looked at it. */
    public String numberOrOfTask(RunField field) {
        if (!(field instanceof RunField.Metric metric)) {
            return number(field);
        }
        String own = summary(metric.key());
        String alias = "l" + tasks++;
        joins.append("""
                left join lateral (
                  select s.* from run t join metric_summary s on s.run_id = t.id and s.key_id = ?
                  where %2$s.run_id is null and t.of_run = r.id and t.state = 'FINISHED' and t.deleted_at is null
                  order by t.ended_at desc, t.id limit 1) %1$s on true
                """.formatted(alias, own));
        values.add(keys.metric(metric.key()));
        String value = "coalesce(" + metric.sql(own) + ", " + metric.sql(alias) + ")";
        return "case when abs(" + value + ") < 'Infinity' then " + value + " end";
    }

    public String joins() {
        return joins.toString();
    }

    public List<@Nullable Object> values() {
        return values;
    }

    private String join(RunField field) {
        if (field instanceof RunField.Column column) {
            if (column.sql().startsWith("e.") && !experiment) {
                experiment = true;
                joins.append("join experiment e on e.id = r.experiment_id ");
            }
            return column.sql();
        }
        if (field instanceof RunField.Metric metric) {
            return metric.sql(summary(metric.key()));
        }
        if (field instanceof RunField.At at) {
            String best = summary(at.other());
            String alias = "a" + known.size();
            joins.append(RunField.At.lateral(best, alias));
            values.add(keys.metric(at.key()));
            return alias + ".v";
        }
        if (field instanceof RunField.Tag tag) {
            String alias = "t" + known.size();
            joins.append("cross join lateral (select r.tags ->> cast(? as text) as v) " + alias + " ");
            values.add(tag.name());
            return alias + ".v";
        }
        if (field instanceof RunField.Dataset dataset) {
            throw Problem.invalid(
                    "NO_ORDER",
                    "field",
                    "dataset." + dataset.name(),
                    "may stand for several data sets of a run",
                    "use it in a filter");
        }
        return parameter((RunField.Param) field);
    }

    private String summary(String key) {
        return summaries.computeIfAbsent(key, k -> {
            String alias = "m" + summaries.size();
            joins.append("left join metric_summary %1$s on %1$s.run_id = r.id and %1$s.key_id = ? ".formatted(alias));
            values.add(keys.metric(k));
            return alias;
        });
    }

    private String parameter(RunField.Param param) {
        if (!configuration) {
            configuration = true;
            joins.append("left join run_config c on c.run_id = r.id ");
        }
        return keys.value(param.path());
    }
}
