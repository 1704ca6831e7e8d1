package dev.runyard.service.run.list;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Problem;
import dev.runyard.service.metric.MetricSummaries;
import dev.runyard.service.metric.SummaryView;
import dev.runyard.service.run.Configurations;
import dev.runyard.service.run.RunView;
import dev.runyard.service.run.Waiting;
import dev.runyard.spec.json.Json;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Pages of runs, in the order of a {@link RunWalk}. */
@ApplicationScoped
public class RunList {
    static final int MOST = 1_000;

    /** Rows are counted up to here, which no sweep exceeds; counting a large lab whole would cost more than its page. */
    public static final int COUNTED = 10_000;

    /** Most metrics of a row; as many parameters, and fields. */
    static final int EACH = 50;

    /** Metrics of a row where none were asked for. */
    private static final int UNASKED = 20;

    /** Most names that a page tells of, and how many of its runs are looked at for them. */
    static final int NAMED = 1_000;

    private static final int LOOKED_AT = 40;

    /** Bytes of JSON that the rows of a page may have, so that the page with its names stays below 2 MB; one row is always shown. */
    static final int PAGE_BYTES = 1_900_000;

    private final Statements statements;
    private final RunChoice choice;
    private final MetricSummaries summaries;
    private final Configurations configurations;
    private final Waiting waiting;
    private final ObjectMapper json;

    public RunList(
            Statements statements,
            RunChoice choice,
            MetricSummaries summaries,
            Configurations configurations,
            Waiting waiting,
            ObjectMapper json) {
        this.statements = statements;
        this.choice = choice;
        this.summaries = summaries;
        this.configurations = configurations;
        this.waiting = waiting;
        this.json = json;
    }

    /** What to list, as it came in the query. */
    public record Ask(
            RunChoice.Ask runs,
            @Nullable String sort,
            int limit,
            @Nullable String cursor,
            List<String> metrics,
            List<String> params,
            List<String> fields) {}

    /**
     * @param items with the summaries of the metrics asked for; a page of many bytes has fewer than asked for, and a {@code next}
     * @param total rows of the whole list, as counted for its first page, but at most {@value #COUNTED}
     * @param more whether there are more than {@code total}
     * @param metrics names that runs of this page have, the most frequent first, at most {@value #NAMED}; ask for the ones to see
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Page(List<RunView> items, @Nullable String next, long total, boolean more, List<String> metrics) {}

    /** @throws Problem 422 for a sort, filter, state, limit or cursor that means nothing */
    @Transactional
    public Page page(Ask ask) {
        if (ask.limit() < 1 || ask.limit() > MOST) {
            throw Problem.invalid("OUT_OF_RANGE", "limit", ask.limit(), "must lie in [1, " + MOST + "]", null);
        }
        few("metrics", ask.metrics());
        few("param", ask.params());
        few("field", ask.fields());
        RunQuery where = choice.where(ask.runs());
        RunWalk walk = new RunWalk(statements, where, ask.sort(), choice);
        ask.fields().forEach(field -> RunField.parse("field", field));
        int query = Objects.hash(ask.runs(), ask.sort());
        RunCursor cursor = ask.cursor() == null ? null : RunCursor.parse(ask.cursor(), query);
        choice.settings();
        List<RunWalk.Step> steps = walk.from(cursor, ask.limit() + 1);
        boolean more = steps.size() > ask.limit();
        List<RunWalk.Step> shown = more ? steps.subList(0, ask.limit()) : steps;
        long total = cursor != null ? cursor.total() : more ? count(where) : steps.size();
        List<RunView> page = views(shown.stream().map(RunWalk.Step::id).toList());
        List<String> names = summaries.names(spread(page), NAMED);
        List<RunView> items = fitting(complete(page, wanted(ask, walk.field(), names), ask));
        String next = null;
        if (more || items.size() < page.size()) {
            RunWalk.Step last = shown.get(items.size() - 1);
            next = new RunCursor(
                            query,
                            last.value(),
                            last.value() == null ? last.createdAt().toString() : null,
                            last.id(),
                            total)
                    .text();
        }
        return new Page(items, next, Math.min(total, COUNTED), total > COUNTED, names);
    }

    private static void few(String what, List<String> asked) {
        if (asked.size() > EACH) {
            throw Problem.invalid("OUT_OF_RANGE", what, asked.size(), "must stand at most " + EACH + " times", null);
        }
    }

    /** In the order of the ids. */
    private List<RunView> views(List<UUID> ids) {
        Map<UUID, RunView> found = new HashMap<>();
        statements
                .rows(
                        "select " + RunView.COLUMNS + " from run r" + RunView.JOINS + "where r.id = any(?)",
                        RunView::new,
                        ids)
                .forEach(run -> found.put(run.id(), run));
        return ids.stream().map(found::get).filter(Objects::nonNull).toList();
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
    private static Set<String> wanted(Ask ask, RunField sort, List<String> names) {
        Set<String> wanted = new LinkedHashSet<>(ask.metrics());
        if (wanted.isEmpty()) {
            names.stream()
                    .sorted(Comparator.comparing(RunList::rank).thenComparing(Comparator.naturalOrder()))
                    .limit(UNASKED)
                    .forEach(wanted::add);
        }
        if (sort instanceof RunField.Metric metric) {
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
     * At most one more than {@link #COUNTED}. Joins no more than the condition needs, so that an index answers without the wide
     * rows of the runs.
     */
    private long count(RunQuery where) {
        String condition = where.sql("r.id");
        String join = where.joins();
        return statements.number(
                "select count(*) from (select 1 from run r " + join + "where " + condition + " limit " + (COUNTED + 1)
                        + ") counted",
                where.values().toArray());
    }

    private long bytes(RunView run) {
        try {
            return json.writeValueAsBytes(run).length;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a run's view is JSON", e);
        }
    }

    private List<RunView> complete(List<RunView> runs, Set<String> metrics, Ask ask) {
        List<UUID> ids = runs.stream().map(RunView::id).toList();
        Map<UUID, SortedMap<String, SummaryView>> found = summaries.of(ids, metrics);
        Map<UUID, String> why = waiting.of(runs);
        Map<UUID, SortedMap<String, JsonNode>> configured = configurations.of(ids, ask.params());
        Map<UUID, Map<String, JsonNode>> fields = fields(ids, ask.fields());
        return runs.stream()
                .map(r -> r.listed(
                        found.get(r.id()),
                        why.get(r.id()),
                        configured.getOrDefault(r.id(), new TreeMap<>()),
                        fields.getOrDefault(r.id(), Map.of())))
                .toList();
    }

    /** What the runs have at these fields, by the field as it was written. */
    private Map<UUID, Map<String, JsonNode>> fields(List<UUID> runs, List<String> asked) {
        if (runs.isEmpty() || asked.isEmpty()) {
            return Map.of();
        }
        FieldJoins joins = new FieldJoins(choice);
        List<String> expressions = asked.stream()
                .map(field -> joins.json(RunField.parse("field", field)))
                .toList();
        List<Object> values = new ArrayList<>(joins.values());
        values.add(runs);
        Map<UUID, Map<String, JsonNode>> found = new HashMap<>();
        statements.each(
                "select r.id, " + String.join(", ", expressions) + " from run r" + joins.joins()
                        + "where r.id = any(?)",
                r -> {
                    Map<String, JsonNode> row = new TreeMap<>();
                    for (int i = 0; i < asked.size(); i++) {
                        String value = r.getString(i + 2);
                        if (value != null) {
                            row.put(asked.get(i), Json.tree(value));
                        }
                    }
                    found.put(r.getObject(1, UUID.class), row);
                },
                values.toArray());
        return found;
    }
}
