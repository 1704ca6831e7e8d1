package dev.runyard.service.run.aggregate;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.service.db.Asking;
import dev.runyard.service.db.Statements;
import dev.runyard.service.metric.Goal;
import dev.runyard.service.run.Configuration;
import dev.runyard.service.run.Configurations;
import dev.runyard.service.run.list.RunChoice;
import dev.runyard.service.run.list.RunQuery;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.metric.MetricDefinition;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.transaction.Transactional;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Which keys runs have. Answers are kept for a few seconds, longer where they cost more: a new key shows a little later. Of an
 * experiment, or of the lab, the values are those of the catalogue that follows the runs; of a sweep, or where runs are filtered,
 * those of the runs themselves, of the newest {@value #LOOKED_AT} where more match.
 */
@ApplicationScoped
public class KeyCatalogue {
    private static final int LOOKED_AT = 2_000;
    private static final int EXAMPLES = 20;
    private static final int REMEMBERED = 200;
    private static final long LEAST_NANOS = 2_000_000_000L;
    /** An answer is kept this many times as long as it took. */
    private static final int PATIENCE = 50;

    /** Of the whole lab, which everybody's first look asks for: an answer that takes longer than this is made before it is asked for. */
    private static final long SLOW_NANOS = 50_000_000L;

    private static final RunChoice.Ask LAB = new RunChoice.Ask(null, null, null, List.of(), null, null);
    private static final Seen LAB_SEEN = new Seen(LAB, Asking.EVERYTHING);
    private static final Logger LOG = Logger.getLogger(KeyCatalogue.class);

    private static final int DECIMALS = 4;

    private static final String SUMMED = """
            n as (select v.path, sum(c.n) as runs from (%%s) c
                    join config_layout l on l.id = c.layout cross join lateral unnest(l.paths) as v(path) group by v.path)
            select n.path, n.runs, count(v.value) as values,
                   bool_and(ascii(v.value) between 45 and 57) as numbers, bool_and(ascii(v.value) = 34) as texts,
                   bool_and(ascii(v.value) in (102, 116)) as booleans, bool_and(ascii(v.value) in (91, 123)) as json,
                   to_jsonb((array_agg(v.value order by v.nth, v.value))[1:%d]) as examples
            from n left join (%%s) v on v.path = n.path
            group by n.path, n.runs""".formatted(EXAMPLES);

    private static final String LAYOUTS =
            "select c.layout, count(*) as n from chosen r join run_config c on c.run_id = r.id group by c.layout";

    /** Of an experiment: the runs are joined as they are, since helpers cannot share what was gathered before. */
    private static final String ITS_LAYOUTS =
            "select c.layout, count(*) as n from run r join run_config c on c.run_id = r.id %swhere %s group by c.layout";

    /** Of the whole lab, where a join with every run would cost more than all else together. */
    private static final String ALL_LAYOUTS = "select layout, count(*) as n from run_config group by layout";

    private static final String KEPT = """
            select path, value, row_number() over (partition by path order by value) as nth
            from (select distinct path, value from config_value where cast(? as uuid) is null or experiment_id = ?) d""";

    private static final String OWN = """
            select l.paths[cast(u.at as int)] as path, u.value, row_number() over (partition by l.paths[cast(u.at as int)] order by sum(u.n) desc) as nth
            from (select c.layout, v.at, v.value, count(*) as n from chosen r join run_config c on c.run_id = r.id
                  cross join lateral unnest(c.vals) with ordinality as v(value, at) group by c.layout, v.at, v.value) u
            join config_layout l on l.id = u.layout group by l.paths[cast(u.at as int)], u.value""";

    private static final String METRICS = """
             select k.key, c.n from (%s) c join metric_key k on k.id = c.key_id order by c.n desc, k.key limit 20000""";

    private static final String TAGS = """
            select t.name, count(*) from run r %scross join lateral jsonb_object_keys(r.tags) as t(name)
            where r.tags <> '{}' and %s group by t.name order by 2 desc, 1 limit 1000""";

    private static final String SUMMARIES =
            "select m.key_id, count(*) as n from chosen r join metric_summary m on m.run_id = r.id group by m.key_id";

    private static final String ITS_SUMMARIES =
            "select m.key_id, count(*) as n from run r join metric_summary m on m.run_id = r.id %swhere %s group by m.key_id";

    /** Nothing is gathered here that each helper would gather anew. */
    private static final String HELPED = "select set_config('max_parallel_workers_per_gather', ?, true)";

    private static final String ALL_SUMMARIES = "select key_id, count(*) as n from metric_summary group by key_id";

    private final Statements statements;
    private final RunChoice choice;
    private final Configurations configurations;
    private final Asking asking;

    private final Map<Seen, Kept> kept = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Seen, Kept> eldest) {
            return size() > REMEMBERED;
        }
    };

    /** @param sight who asks, where that makes a difference */
    private record Seen(RunChoice.Ask ask, Object sight) {}

    private record Kept(KeysView view, long until, long took) {}

    private final ScheduledExecutorService ahead = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "runyard-key-catalogue");
        thread.setDaemon(true);
        return thread;
    });

    public KeyCatalogue(Statements statements, RunChoice choice, Configurations configurations, Asking asking) {
        this.statements = statements;
        this.choice = choice;
        this.configurations = configurations;
        this.asking = asking;
    }

    void started(@Observes StartupEvent event) {
        var unused = ahead.scheduleWithFixedDelay(this::keepLab, 1, 1, TimeUnit.SECONDS);
    }

    void stopping(@Observes ShutdownEvent event) {
        ahead.shutdownNow();
    }

    private void keepLab() {
        synchronized (kept) {
            Kept known = kept.get(LAB_SEEN);
            if (known != null && (known.took() < SLOW_NANOS || known.until() - System.nanoTime() > 2 * known.took())) {
                return;
            }
        }
        try {
            renewed(LAB_SEEN);
        } catch (RuntimeException e) {
            LOG.debugf("the lab's keys are read when somebody asks: %s", e.getMessage());
        }
    }

    public KeysView of(RunChoice.Ask ask) {
        long now = System.nanoTime();
        Seen seen = new Seen(ask, asking.sight());
        synchronized (kept) {
            Kept known = kept.get(seen);
            if (known != null && known.until() - now > 0) {
                return known.view();
            }
        }
        return renewed(seen);
    }

    private KeysView renewed(Seen seen) {
        long now = System.nanoTime();
        while (asking.asLab(configurations::see)) {
            // Until the catalogue has what was queued before it was asked for.
        }
        KeysView view = read(seen.ask());
        long took = System.nanoTime() - now;
        synchronized (kept) {
            kept.put(seen, new Kept(view, System.nanoTime() + Math.max(LEAST_NANOS, PATIENCE * took), took));
        }
        return view;
    }

    @Transactional
    KeysView read(RunChoice.Ask ask) {
        choice.settings();
        RunQuery where = choice.where(ask);
        boolean some = ask.sweep() != null
                || ask.state() != null
                || !ask.filter().isEmpty()
                || ask.archived() != null
                || ask.deleted() != null;
        String matching = "select %s from run r " + where.joins() + "where " + where.sql("r.id")
                + (some ? " order by r.created_at desc limit " + LOOKED_AT : "");
        String chosen = "with chosen as materialized (" + matching.formatted("r.id") + ")";
        List<@Nullable Object> values = new ArrayList<>(where.values());
        long of = statements.number("select count(*) from (" + matching.formatted("1") + ") counted", values.toArray());
        boolean all = !some && ask.experiment() == null;
        if (!some) {
            statements.row(HELPED, r -> r.getString(1), "2");
        }
        String condition = where.sql("r.id");
        List<KeysView.Metric> metrics = statements.rows(
                all
                        ? METRICS.formatted(ALL_SUMMARIES)
                        : some
                                ? chosen + METRICS.formatted(SUMMARIES)
                                : METRICS.formatted(ITS_SUMMARIES.formatted(where.joins(), condition)),
                r -> metric(r.getString(1), r.getLong(2)),
                all ? new Object[0] : values.toArray());
        List<KeysView.Tag> tags = statements.rows(
                some
                        ? chosen + TAGS.formatted("join chosen c on c.id = r.id ", "true")
                        : TAGS.formatted(where.joins(), condition),
                r -> new KeysView.Tag(r.getString(1), r.getLong(2)),
                values.toArray());
        if (!some) {
            Object experiment = choice.experiment(ask);
            values.add(experiment);
            values.add(experiment);
        }
        String layouts = all ? ALL_LAYOUTS : some ? LAYOUTS : ITS_LAYOUTS.formatted(where.joins(), condition);
        Map<String, KeysView.Param> named = new HashMap<>();
        statements
                .rows(
                        (some ? chosen + ", " : "with ") + SUMMED.formatted(layouts, some ? OWN : KEPT),
                        KeyCatalogue::param,
                        values.toArray())
                // One that a program's spec says, and that it logs too, is one.
                .forEach(one -> named.merge(one.key(), one, (a, b) -> a.runs() < b.runs() ? b : a));
        List<KeysView.Param> params = new ArrayList<>(named.values());
        params.sort(Comparator.comparing((KeysView.Param p) -> !p.varies())
                .thenComparing(p -> -p.runs())
                .thenComparing(KeysView.Param::key));
        return new KeysView(of, params, metrics, tags);
    }

    private static KeysView.Metric metric(String key, long runs) {
        MetricDefinition definition = MetricDefinition.of(key).orElse(null);
        return new KeysView.Metric(
                key,
                runs,
                Goal.of(key),
                definition == null ? "" : definition.unit(),
                definition == null ? DECIMALS : definition.decimals());
    }

    private static KeysView.Param param(ResultSet r) throws SQLException {
        long distinct = r.getLong("values");
        List<JsonNode> examples = new ArrayList<>();
        String found = r.getString("examples");
        if (found != null) {
            Json.tree(found).forEach(text -> examples.add(text.isNull() ? text : Json.tree(text.textValue())));
        }
        examples.sort(Comparator.comparing((JsonNode value) -> !value.isNumber())
                .thenComparingDouble(JsonNode::asDouble)
                .thenComparing(JsonNode::toString));
        return new KeysView.Param(
                Configuration.name(r.getString("path")),
                type(r),
                r.getLong("runs"),
                Math.min(distinct, Configurations.DISTINCT),
                distinct > 1,
                examples);
    }

    private static KeysView.Type type(ResultSet r) throws SQLException {
        KeysView.Type[] types = {KeysView.Type.NUMBER, KeysView.Type.TEXT, KeysView.Type.BOOLEAN, KeysView.Type.JSON};
        String[] columns = {"numbers", "texts", "booleans", "json"};
        for (int i = 0; i < types.length; i++) {
            if (r.getBoolean(columns[i])) {
                return types[i];
            }
        }
        return KeysView.Type.MIXED;
    }
}
