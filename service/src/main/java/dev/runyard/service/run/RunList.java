package dev.runyard.service.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runyard.service.db.Statements;
import dev.runyard.service.experiment.Experiments;
import dev.runyard.service.http.Given;
import dev.runyard.service.http.Problem;
import dev.runyard.service.metric.MetricSummaries;
import dev.runyard.service.metric.SummaryView;
import dev.runyard.spec.Nearest;
import dev.runyard.spec.run.RunState;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.UUID;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Pages of runs. Rows with a sort value come first, in its order; rows without one (no such metric, NaN, no such parameter) follow,
 * newest first, whichever way the list is sorted. Each part is read along an index, so a page costs the same at any depth.
 */
@ApplicationScoped
public class RunList {
    static final int MOST = 1_000;

    /** Rows are counted up to here, which no sweep exceeds; counting a large lab whole would cost more than its page. */
    static final int COUNTED = 10_000;

    /** Fresh plans, since what suits one experiment or metric does not suit the next; room for the ids that a filter gathers. */
    private static final String SETTINGS = """
            select set_config('statement_timeout', '5s', true), set_config('plan_cache_mode', 'force_custom_plan', true),
                   set_config('work_mem', '64MB', true), set_config('jit', 'off', true)""";

    /** Most metrics of a row. */
    static final int METRICS = 50;

    /** Metrics of a row where none were asked for. */
    private static final int UNASKED = 20;

    /** Most names that a page tells of, and how many of its runs are looked at for them. */
    static final int NAMED = 1_000;

    private static final int LOOKED_AT = 40;

    /** Bytes of JSON that the rows of a page may have, so that the page with its names stays below 2 MB; one row is always shown. */
    static final int PAGE_BYTES = 1_900_000;

    /** No row has it. */
    private static final UUID NOBODY = new UUID(0, 0);

    private final Statements statements;
    private final Experiments experiments;
    private final MetricSummaries summaries;
    private final Waiting waiting;
    private final ObjectMapper json;

    public RunList(
            Statements statements,
            Experiments experiments,
            MetricSummaries summaries,
            Waiting waiting,
            ObjectMapper json) {
        this.statements = statements;
        this.experiments = experiments;
        this.summaries = summaries;
        this.waiting = waiting;
        this.json = json;
    }

    /** What to list, as it came in the query. */
    public record Ask(
            @Nullable String experiment,
            @Nullable String sweep,
            @Nullable String state,
            List<String> filter,
            @Nullable String sort,
            int limit,
            @Nullable String cursor,
            List<String> metrics) {}

    /**
     * @param items with the summaries of the metrics asked for; a page of many bytes has fewer than asked for, and a {@code next}
     * @param total rows of the whole list, as counted for its first page, but at most {@value #COUNTED}
     * @param more whether there are more than {@code total}
     * @param metrics names that runs of this page have, the most frequent first, at most {@value #NAMED}; ask for the ones to see
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Page(List<RunView> items, @Nullable String next, long total, boolean more, List<String> metrics) {}

    private record Row(RunView run, @Nullable String value) {}

    /** The order asked for. */
    private record Order(
            RunField field, boolean down, String expression, String type, boolean nullable, String id, int metric) {
        static Order parse(@Nullable String text, ToIntFunction<String> metrics) {
            String asked = text == null || text.isEmpty() ? "-createdAt" : text;
            boolean down = asked.startsWith("-");
            RunField field = RunField.parse("sort", down ? asked.substring(1) : asked);
            if (field instanceof RunField.Column column) {
                return new Order(field, down, column.sql(), column.type().sql, column.nullable(), "r.id", 0);
            }
            if (field instanceof RunField.Metric metric) {
                return new Order(
                        field,
                        down,
                        metric.aggregate().sql,
                        "double precision",
                        true,
                        "m.run_id",
                        metrics.applyAsInt(metric.key()));
            }
            return new Order(field, down, "v.value", "jsonb", true, "r.id", 0);
        }

        /** What {@link #expression} needs beside the run, with its values. */
        String join(boolean inner, List<@Nullable Object> values) {
            if (field instanceof RunField.Metric) {
                values.add(metric);
                return (inner ? "" : "left ") + "join metric_summary m on m.run_id = r.id and m.key_id = ? ";
            }
            if (field instanceof RunField.Param param) {
                values.add(param.path());
                values.add(param.path());
                return "cross join lateral (select " + RunField.Param.SQL + " as value) v ";
            }
            return "";
        }
    }

    /** @throws Problem 422 for a sort, filter, state, limit or cursor that means nothing */
    @Transactional
    public Page page(Ask ask) {
        if (ask.limit() < 1 || ask.limit() > MOST) {
            throw Problem.invalid("OUT_OF_RANGE", "limit", ask.limit(), "must lie in [1, " + MOST + "]", null);
        }
        if (ask.metrics().size() > METRICS) {
            throw Problem.invalid(
                    "OUT_OF_RANGE", "metrics", ask.metrics().size(), "must be at most " + METRICS + " metrics", null);
        }
        Order order = Order.parse(ask.sort(), this::metric);
        RunQuery where = where(ask);
        int query = Objects.hash(ask.experiment(), ask.sweep(), ask.state(), ask.filter(), ask.sort());
        RunCursor cursor = ask.cursor() == null ? null : RunCursor.parse(ask.cursor(), query);
        statements.row(SETTINGS, r -> r.getString(1));
        long total = cursor == null ? count(where) : cursor.total();
        List<Row> rows = new ArrayList<>();
        if (cursor == null || cursor.value() != null) {
            rows.addAll(valued(order, where, cursor, ask.limit() + 1));
        }
        if (rows.size() <= ask.limit() && order.nullable()) {
            rows.addAll(missing(
                    order,
                    where,
                    cursor != null && cursor.value() == null ? cursor : null,
                    ask.limit() + 1 - rows.size()));
        }
        boolean more = rows.size() > ask.limit();
        List<RunView> page = (more ? rows.subList(0, ask.limit()) : rows)
                .stream().map(Row::run).toList();
        List<String> names = summaries.names(spread(page), NAMED);
        List<RunView> items = fitting(complete(page, wanted(ask, order, names)));
        String next = null;
        if (more || items.size() < page.size()) {
            Row last = rows.get(items.size() - 1);
            next = new RunCursor(
                            query,
                            last.value(),
                            last.value() == null ? last.run().createdAt().toString() : null,
                            last.run().id(),
                            total)
                    .text();
        }
        return new Page(items, next, Math.min(total, COUNTED), total > COUNTED, names);
    }

    /** Some runs from all over the page, which are likely to have its metrics among them. */
    private static List<UUID> spread(List<RunView> page) {
        int every = Math.max(1, page.size() / LOOKED_AT);
        List<UUID> some = new ArrayList<>();
        for (int i = 0; i < page.size(); i += every) {
            some.add(page.get(i).id());
        }
        return some;
    }

    /** What was asked for and what the list is sorted by; else the first by name, accuracies and losses before the machine's. */
    private static Set<String> wanted(Ask ask, Order order, List<String> names) {
        Set<String> wanted = new LinkedHashSet<>(ask.metrics());
        if (wanted.isEmpty()) {
            names.stream()
                    .sorted(Comparator.comparing(RunList::rank).thenComparing(Comparator.naturalOrder()))
                    .limit(UNASKED)
                    .forEach(wanted::add);
        }
        if (order.field() instanceof RunField.Metric metric) {
            wanted.add(metric.key());
        }
        return wanted;
    }

    private static int rank(String metric) {
        return metric.matches("(test|val|train)/.*") ? 0 : metric.startsWith("system/") ? 2 : 1;
    }

    private List<RunView> fitting(List<RunView> items) {
        long bytes = 0;
        for (int i = 0; i < items.size(); i++) {
            bytes += bytes(items.get(i));
            if (bytes > PAGE_BYTES && i > 0) {
                return items.subList(0, i);
            }
        }
        return items;
    }

    /**
     * The row alone, as who just queued it needs it: without summaries and without its place in the queue.
     *
     * @throws Problem 404
     */
    public RunView bare(UUID id) {
        return statements
                .row("select " + RunView.COLUMNS + " from run r" + RunView.JOINS + "where r.id = ?", RunView::new, id)
                .orElseThrow(() -> Problem.notFound("run", id));
    }

    /** @throws Problem 404 */
    @Transactional
    public RunView one(UUID id) {
        RunView run = bare(id);
        return run.with(summaries.of(id), waiting.of(run));
    }

    /**
     * At most one more than {@link #COUNTED}. Joins no more than the condition needs, so that an index answers without the wide
     * rows of the runs.
     */
    private long count(RunQuery where) {
        String condition = where.sql("r.id");
        String join = condition.contains("e.name") ? " join experiment e on e.id = r.experiment_id" : "";
        return statements.number(
                "select count(*) from (select 1 from run r" + join + " where " + condition + " limit " + (COUNTED + 1)
                        + ") counted",
                where.values().toArray());
    }

    /** The number of a metric's name; one that nobody uses has none, and 0 meets no row. */
    private int metric(String key) {
        return (int) statements.number("select id from metric_key where key = ?", key);
    }

    private List<Row> valued(Order order, RunQuery where, @Nullable RunCursor cursor, int limit) {
        List<@Nullable Object> values = new ArrayList<>();
        String way = order.down() ? " desc" : " asc";
        StringBuilder sql = new StringBuilder("select ")
                .append(RunView.COLUMNS)
                .append(", cast(")
                .append(order.expression())
                .append(" as text) as sort_value from run r")
                .append(RunView.JOINS)
                .append(order.join(true, values))
                .append("where ")
                .append(where.sql(order.id()));
        values.addAll(where.values());
        if (order.nullable()) {
            sql.append(" and ").append(order.expression()).append(" is not null");
        }
        if (cursor != null) {
            sql.append(" and (%s, %s) %s (cast(? as %s), ?)"
                    .formatted(order.expression(), order.id(), order.down() ? "<" : ">", order.type()));
            values.add(cursor.value());
            values.add(cursor.id());
        }
        sql.append(" order by ").append(order.expression()).append(way);
        sql.append(", ").append(order.id()).append(way).append(" limit ?");
        values.add(limit);
        return statements.rows(
                sql.toString(), r -> new Row(new RunView(r), r.getString("sort_value")), values.toArray());
    }

    private List<Row> missing(Order order, RunQuery where, @Nullable RunCursor cursor, int limit) {
        List<@Nullable Object> values = new ArrayList<>();
        StringBuilder sql = new StringBuilder("select ")
                .append(RunView.COLUMNS)
                .append(" from run r")
                .append(RunView.JOINS)
                .append(order.join(false, values))
                .append("where ")
                .append(where.sql("r.id"))
                .append(" and ")
                .append(order.expression())
                .append(" is null");
        values.addAll(where.values());
        if (cursor != null) {
            sql.append(" and (r.created_at, r.id) < (cast(? as timestamptz), ?)");
            values.add(cursor.createdAt());
            values.add(cursor.id());
        }
        sql.append(" order by r.created_at desc, r.id desc limit ?");
        values.add(limit);
        return statements.rows(sql.toString(), r -> new Row(new RunView(r), null), values.toArray());
    }

    private RunQuery where(Ask ask) {
        RunQuery where = new RunQuery(this::metric);
        if (ask.experiment() != null) {
            // By its id, since the planner knows how many runs that one has, but not how many a name has.
            where.and("r.experiment_id = ?", experiments.find(ask.experiment()).orElse(NOBODY));
        }
        if (ask.sweep() != null) {
            where.and("r.sweep_id = ?", Given.id("sweep", ask.sweep()));
        }
        if (ask.state() != null) {
            List<String> states = Arrays.asList(ask.state().split(",", -1));
            List<String> known =
                    Arrays.stream(RunState.values()).map(Enum::name).toList();
            for (String state : states) {
                if (!known.contains(state)) {
                    throw Nearest.unknown("state", state, known, "UNKNOWN_VALUE");
                }
            }
            where.and("r.state = any(?)", states);
        }
        ask.filter().forEach(filter -> where.and(RunFilter.parse(filter)));
        return where;
    }

    private long bytes(RunView run) {
        try {
            return json.writeValueAsBytes(run).length;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a run's view is JSON", e);
        }
    }

    private List<RunView> complete(List<RunView> runs, Set<String> metrics) {
        Map<UUID, SortedMap<String, SummaryView>> found =
                summaries.of(runs.stream().map(RunView::id).toList(), metrics);
        Map<UUID, String> why = waiting.of(runs);
        return runs.stream()
                .map(r -> r.with(found.get(r.id()), why.get(r.id())).listed())
                .toList();
    }
}
