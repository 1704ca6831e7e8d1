package dev.runyard.service.sweep.whole;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Problem;
import dev.runyard.service.metric.Goal;
import dev.runyard.service.sweep.SweepTable;
import dev.runyard.service.sweep.draw.Goals;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.sweep.SweepSpec;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The best value so far, over all runs of a sweep that have ended: a step for each run that was better than all before it. */
@ApplicationScoped
public class SweepProgress {
    /**
     * What ended without a value took its time, too, and comes before it is left out. Only what came to its end can be the best.
     *
     * <p>Hours begin with the first start of all runs, also of those that go on.
     *
     * <p>A point from outside is a row of {@code sweep_draw} and takes the time from its being asked for until it was told.
     */
    private static final String STEPS = """
            with first as (
              select least((select min(r.started_at) from run r where r.sweep_id = ? and r.deleted_at is null),
                           (select min(d.asked_at) from sweep_draw d where d.sweep_id = ?)) as began),
            ended as (
              select r.id, r.name, null::integer as point, r.sweep_index as place, r.state, r.started_at, r.ended_at,
                     coalesce((select sum(extract(epoch from coalesce(a.ended_at, r.ended_at) - a.started_at)) * r.devices
                               from attempt a where a.run_id = r.id and a.started_at is not null),
                              extract(epoch from r.ended_at - r.started_at), 0) as seconds,
                     (select %1$s from metric_summary m join metric_key k on k.id = m.key_id
                      where m.run_id = r.id and k.key = ?) as value
              from run r where r.sweep_id = ? and r.deleted_at is null and r.ended_at is not null
              union all
              select null, 'point ' || d.point, d.point, d.point, d.told_state, d.asked_at, d.told_at,
                     extract(epoch from d.told_at - d.asked_at), cast(d.told ->> ? as float8)
              from sweep_draw d join sweep s on s.id = d.sweep_id
              where s.external and d.sweep_id = ? and d.told_at is not null),
            summed as (
              select *, sum(greatest(seconds, 0)) over (order by ended_at, place rows unbounded preceding) / 3600 as device_hours,
                     extract(epoch from ended_at - began) / 3600 as hours
              from ended cross join first),
            numbered as (
              select *, row_number() over (order by ended_at, place) as n,
                     min(case when state = 'FINISHED' then %2$s value end) over (order by ended_at, place rows unbounded preceding) as best
              from summed where value < 'Infinity' and value > '-Infinity'),
            stepped as (
              select *, lag(best) over (order by n) as before, count(*) over () as runs from numbered)
            select id, name, point, value, n, greatest(hours, 0) as hours, device_hours, runs,
                   best is not null and (before is null or best < before) as better
            from stepped where best is not null and (before is null or best < before) or n = runs order by n""";

    private final Statements statements;

    SweepProgress(Statements statements) {
        this.statements = statements;
    }

    /**
     * A run that was better than all that ended before it.
     *
     * @param run absent of a point from outside, whose number is {@code point}
     * @param n how many had ended with a value until then, this one among them: 1 or more
     * @param hours since the first run of the sweep started
     * @param deviceHours of all that had ended until then, each device of a run counted
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record BestStep(
            @Nullable UUID run,
            @Nullable Integer point,
            String name,
            double value,
            long n,
            double hours,
            double deviceHours) {}

    /**
     * @param goal which end is better
     * @param runs how many ended with a value; {@code hours} and {@code deviceHours}: when the last of them did
     * @param steps in the order of their ends, each better than the one before
     */
    public record BestSoFar(
            String metric,
            String value,
            Goal goal,
            long runs,
            double hours,
            double deviceHours,
            List<BestStep> steps) {}

    private record Row(BestStep step, boolean better, long runs) {}

    /**
     * @param metric null: the sweep's own
     * @throws Problem 404
     */
    BestSoFar of(UUID sweep, @Nullable String metric, SweepTable.Value which) {
        JsonNode document = statements
                .row("select spec from sweep where id = ?", r -> Json.tree(r.getString(1)), sweep)
                .orElseThrow(() -> Problem.notFound("sweep", sweep));
        Goals goals = Goals.of(document);
        String key = metric == null || metric.isEmpty() ? goals.first().metric() : metric;
        Goal goal = goal(goals, key);
        String value = which.counted(key) == SweepTable.Value.BEST ? "coalesce(m.best, m.last)" : "m.last";
        List<Row> found = statements.rows(
                STEPS.formatted(value, goal == Goal.MAX ? "-" : ""),
                r -> new Row(
                        new BestStep(
                                r.getObject("id", UUID.class),
                                r.getObject("point", Integer.class),
                                r.getString("name"),
                                r.getDouble("value"),
                                r.getLong("n"),
                                r.getDouble("hours"),
                                r.getDouble("device_hours")),
                        r.getBoolean("better"),
                        r.getLong("runs")),
                sweep,
                sweep,
                key,
                sweep,
                key,
                sweep);
        List<BestStep> steps = new ArrayList<>();
        found.stream().filter(Row::better).map(Row::step).forEach(steps::add);
        Row last = found.isEmpty() ? null : found.get(found.size() - 1);
        return new BestSoFar(
                key,
                which.name().toLowerCase(java.util.Locale.ROOT),
                goal,
                last == null ? 0 : last.runs(),
                last == null ? 0 : last.step().hours(),
                last == null ? 0 : last.step().deviceHours(),
                steps);
    }

    /** As the metric is defined, else as the sweep says; where nobody says it, more is better, as the page says too. */
    private static Goal goal(Goals goals, String key) {
        Goal defined = Goal.of(key);
        if (defined != null) {
            return defined;
        }
        return goals.all().stream()
                .filter(goal -> goal.metric().equals(key))
                .findFirst()
                .map(goal -> goal.better() == SweepSpec.Goal.MIN ? Goal.MIN : Goal.MAX)
                .orElse(Goal.MAX);
    }
}
