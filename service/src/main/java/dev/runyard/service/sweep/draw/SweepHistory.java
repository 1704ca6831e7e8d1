package dev.runyard.service.sweep.draw;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.service.db.Statements;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.run.RunState;
import dev.runyard.spec.sampler.Past;
import dev.runyard.spec.sweep.SweepSpec;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What came of a sweep's points: what its sampler learns from. */
@ApplicationScoped
public class SweepHistory {
    /**
     * The last value of each goal, of every run of every point, in the order of the draws. Of a run that was pruned, the value at the epoch at which
     * that was decided: how far it came until it stopped is a matter of how fast it obeyed, and must not tell with what is drawn
     * next. It is one of steps where the metric that the pruner looked at has no epochs.
     */
    private static final String RUNS = """
            select d.point, d.params, d.refused, r.state, coalesce(x.epoch, r.epoch) as epoch,
                   (select array_agg(coalesce(
                             (select q.value from metric_point q
                              where x.epoch is not null and q.run_id = r.id and q.key_id = k.id and q.superseded_by is null
                                and (q.epoch >= x.epoch and q.epoch < x.epoch + 1
                                     or q.epoch is null and x.steps and q.step >= x.epoch)
                              order by q.step limit 1),
                             m.last) order by g.n)
                    from unnest(cast(? as text[])) with ordinality as g(key, n)
                    left join metric_key k on k.key = g.key
                    left join metric_summary m on m.key_id = k.id and m.run_id = r.id) as vals
            from sweep_draw d
            left join sweep_point p on p.sweep_id = d.sweep_id and p.point = d.point
            left join run r on r.sweep_id = d.sweep_id and r.sweep_index = p.sweep_index
            left join lateral (
              select s.epoch,
                     r.spec ->> 'task' = 'command' and not exists (
                       select from sweep w join metric_key k on k.key = coalesce(w.spec #>> '{pruner,metric}', w.spec ->> 'metric')
                       join metric_point p on p.run_id = r.id and p.key_id = k.id
                       where w.id = d.sweep_id and p.superseded_by is null and p.epoch is not null) as steps
              from sweep_reading s where r.state = 'PRUNED' and s.run_id = r.id
                and s.decision = 'STOP' order by s.epoch limit 1) x on true
            where d.sweep_id = ? order by d.point, p.sweep_index""";

    private final Statements statements;
    private final StudyHistory studies;

    public SweepHistory(Statements statements, StudyHistory studies) {
        this.statements = statements;
        this.studies = studies;
    }

    /** One run of a point. {@code state} is null while it has not been made. */
    private record Row(
            int point,
            JsonNode params,
            @Nullable String refused,
            @Nullable RunState state,
            int epoch,
            @Nullable List<@Nullable Double> values) {}

    /**
     * @param asks its goals count, also over the runs of another sweep
     */
    public List<Past> of(UUID sweep, SweepSpec asks) {
        return of(sweep, Goals.of(asks));
    }

    /** All points in the order of the draws. */
    public List<Past> of(UUID sweep, Goals goals) {
        if (statements.number("select count(*) from sweep where id = ? and external", sweep) == 1) {
            return studies.of(sweep, goals);
        }
        List<String> keys = goals.all().stream().map(Goals.Goal::metric).toList();
        Map<Integer, List<Row>> points = new LinkedHashMap<>();
        statements
                .rows(
                        RUNS,
                        r -> new Row(
                                r.getInt("point"),
                                Json.tree(r.getString("params")),
                                r.getString("refused"),
                                r.getString("state") == null ? null : RunState.valueOf(r.getString("state")),
                                r.getInt("epoch"),
                                r.getArray("vals") == null
                                        ? null
                                        : java.util.Arrays.asList(
                                                (Double[]) r.getArray("vals").getArray())),
                        keys,
                        sweep)
                .forEach(row -> points.computeIfAbsent(row.point(), p -> new ArrayList<>())
                        .add(row));
        List<Past> out = new ArrayList<>();
        points.values().forEach(rows -> out.add(past(rows, goals)));
        return out;
    }

    private static Past past(List<Row> rows, Goals goals) {
        Map<String, JsonNode> params = new TreeMap<>();
        rows.get(0).params().properties().forEach(e -> params.put(e.getKey(), e.getValue()));
        if (rows.get(0).refused() != null) {
            return Past.failed(params);
        }
        boolean open = rows.stream()
                .anyMatch(r -> r.state() == null || !r.state().terminal() || r.state() == RunState.CANCELLED);
        if (open) {
            return Past.open(params);
        }
        List<Row> finished =
                rows.stream().filter(r -> r.state() == RunState.FINISHED).toList();
        List<Row> pruned =
                rows.stream().filter(r -> r.state() == RunState.PRUNED).toList();
        // A point that was pruned with one seed was not seen to its end: its mean is over those that were stopped.
        List<Row> counted = pruned.isEmpty() ? finished : pruned;
        if (counted.isEmpty()) {
            return Past.failed(params);
        }
        List<Double> losses = new ArrayList<>();
        for (int k = 0; k < goals.all().size(); k++) {
            losses.add(goals.all().get(k).loss(mean(counted, k)));
        }
        int epochs = counted.stream().mapToInt(Row::epoch).min().orElse(0);
        return new Past(params, pruned.isEmpty() ? Past.State.FINISHED : Past.State.PRUNED, losses, epochs);
    }

    private static double mean(List<Row> rows, int goal) {
        double sum = 0;
        for (Row row : rows) {
            Double value = row.values() == null ? null : row.values().get(goal);
            sum += value == null ? Double.NaN : value;
        }
        return sum / rows.size();
    }
}
