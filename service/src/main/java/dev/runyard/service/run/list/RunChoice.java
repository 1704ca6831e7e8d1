package dev.runyard.service.run.list;

import dev.runyard.service.db.Statements;
import dev.runyard.service.experiment.Curated;
import dev.runyard.service.experiment.Experiments;
import dev.runyard.service.http.Given;
import dev.runyard.service.metric.MetricKeys;
import dev.runyard.spec.Nearest;
import dev.runyard.spec.run.RunState;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Which runs are meant: the same words in lists, groups, catalogues and in what is done to many. */
@ApplicationScoped
public class RunChoice implements StoredKeys {
    /**
     * Fresh plans, since what suits one experiment or metric does not suit the next; room for the ids that a filter gathers. What is read
     * lies in memory or on a disk that does not turn, so the narrow indexes cost less than the wide rows; and helpers of a statement would
     * each gather the same ids again.
     */
    private static final String SETTINGS = """
            select set_config('statement_timeout', '5s', true), set_config('plan_cache_mode', 'force_custom_plan', true),
                   set_config('work_mem', '64MB', true), set_config('jit', 'off', true),
                   set_config('random_page_cost', '1.1', true), set_config('max_parallel_workers_per_gather', '0', true)""";

    /** No row has it. */
    private static final UUID NOBODY = new UUID(0, 0);

    private final Statements statements;
    private final Experiments experiments;
    private final MetricKeys keys;

    public RunChoice(Statements statements, Experiments experiments, MetricKeys keys) {
        this.keys = keys;
        this.statements = statements;
        this.experiments = experiments;
    }

    /**
     * As it came in the query; all of it must hold.
     *
     * @param state one or several, with commas between
     * @param archived null: none of these; true: these too; only: none but these
     * @param deleted null: none of these; only: none but these, archived or not
     */
    public record Ask(
            @Nullable String experiment,
            @Nullable String sweep,
            @Nullable String state,
            List<String> filter,
            @Nullable String archived,
            @Nullable String deleted) {
        /** Without what is archived or deleted. */
        public Ask(@Nullable String experiment, @Nullable String sweep, @Nullable String state, List<String> filter) {
            this(experiment, sweep, state, filter, null, null);
        }

        public Ask {
            experiment = blank(experiment);
            sweep = blank(sweep);
            state = blank(state);
            archived = blank(archived);
            deleted = blank(deleted);
            filter = List.copyOf(filter);
        }

        private static @Nullable String blank(@Nullable String text) {
            return text == null || text.isEmpty() ? null : text;
        }
    }

    /** Limits and plans for what is asked of many runs, until the transaction ends. */
    public void settings() {
        statements.row(SETTINGS, r -> r.getString(1));
    }

    @Override
    public int metric(String key) {
        return keys.id(key).orElse(0);
    }

    @Override
    public Map<Integer, List<UUID>> places(String path) {
        Map<Integer, List<UUID>> places = new TreeMap<>();
        statements.each(
                "select array_position(paths, cast(? as text)), id from config_layout where cast(? as text) = any(paths)",
                r -> places.computeIfAbsent(r.getInt(1), place -> new ArrayList<>())
                        .add(r.getObject(2, UUID.class)),
                path,
                path);
        return places;
    }

    /** The id of the experiment asked for; null where none was. */
    public @Nullable UUID experiment(Ask ask) {
        return ask.experiment() == null
                ? null
                : experiments.find(ask.experiment()).orElse(NOBODY);
    }

    /** @throws dev.runyard.service.http.Problem 422 for a sweep, state or filter that means nothing */
    public RunQuery where(Ask ask) {
        RunQuery where = new RunQuery(this);
        UUID experiment = experiment(ask);
        if (experiment != null) {
            // By its id, since the planner knows how many runs that one has, but not how many a name has.
            where.and("r.experiment_id = ?", experiment);
        }
        if (ask.sweep() != null) {
            where.and("r.sweep_id = ?", Given.id("sweep", ask.sweep())).few();
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
        where.and(Curated.shown("r", ask.archived(), ask.deleted()));
        ask.filter().forEach(filter -> where.and(RunFilter.parse(filter)));
        return where;
    }
}
