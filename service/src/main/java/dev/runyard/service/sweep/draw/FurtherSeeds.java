package dev.runyard.service.sweep.draw;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Problem;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.sampler.Past;
import dev.runyard.spec.sweep.Points;
import dev.runyard.spec.sweep.SweepSpec;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A sweep with {@code seedsLater}: every point is run for its first seed, and when all are over the best quarter is run for the others. Made longer
 * it does the same again: the quarter is then of all points, and those that have their seeds already are not run once more.
 */
@ApplicationScoped
public class FurtherSeeds {
    private final Statements statements;

    public FurtherSeeds(Statements statements) {
        this.statements = statements;
    }

    /**
     * Of the runs that have their place in a sweep.
     *
     * @param points of how many points they are
     * @param seeded how many of these have further seeds
     */
    private record Placed(int runs, int points, int seeded) {}

    private Placed placed(UUID sweep) {
        return statements
                .row("""
                        select coalesce(sum(n), 0), count(*), count(*) filter (where n > 1)
                        from (select count(*) as n from sweep_point where sweep_id = ? group by point) p""", r -> new Placed(r.getInt(1), r.getInt(2), r.getInt(3)), sweep)
                .orElseThrow();
    }

    /** Points that are to be run for their first seed: as many as the spec says, unless the sweep was made longer or its axes had no more. */
    private int wanted(UUID sweep, SweepSpec spec) {
        return statements
                .row(
                        "select points from sweep where id = ?",
                        r -> r.getObject(1, Integer.class) == null ? -1 : r.getInt(1),
                        sweep)
                .filter(points -> points >= 0)
                .orElseGet(() -> Points.first(spec));
    }

    /** Points that have no place yet. */
    public int left(UUID sweep, SweepSpec spec) {
        return wanted(sweep, spec) - placed(sweep).points();
    }

    /** Whether the run that comes next is for a further seed of one of the best points, and so has to wait until all are over. */
    public boolean waits(UUID sweep, JsonNode document) {
        if (!document.path("seedsLater").asBoolean()) {
            return false;
        }
        SweepSpec spec = Json.read(document, SweepSpec.class);
        return spec.later() && left(sweep, spec) <= 0;
    }

    /**
     * The best points that have no further seeds yet, the best one first.
     *
     * @param past of all points, in the order of the draws
     */
    public List<Integer> due(UUID sweep, List<Past> past) {
        Set<Integer> seeded = statements
                .rows(
                        "select point from sweep_point where sweep_id = ? group by point having count(*) > 1",
                        r -> r.getInt(1),
                        sweep)
                .stream()
                .collect(Collectors.toSet());
        return IntStream.range(0, past.size())
                .filter(i -> past.get(i).told())
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> past.get(i).loss()))
                .limit(Points.best(placed(sweep).points()))
                .filter(i -> !seeded.contains(i))
                .toList();
    }

    /**
     * There are no more points than these: the best of them are next.
     *
     * @return runs that the sweep is to have
     */
    public int noMore(UUID sweep, SweepSpec spec) {
        Placed placed = placed(sweep);
        return set(sweep, spec, placed, placed.points());
    }

    /**
     * Makes room for further points.
     *
     * @param created runs that were made
     * @param total runs that the sweep was to have
     * @param points 1 or more
     * @return runs that the sweep is to have; more, if none of those that have their seeds stays among the best
     * @throws Problem 422 SWEEP_TOO_LARGE
     */
    public int longer(UUID sweep, int created, int total, SweepSpec spec, int points) {
        Placed placed = placed(sweep);
        boolean over = created >= total;
        int tried = (int) statements.number(
                "select count(distinct point) from sweep_point where sweep_id = ? and sweep_index < ?", sweep, created);
        // What was drawn before the sweep was stopped is not drawn again: it goes on with these.
        int wanted = Math.max(placed.points(), (over ? tried : wanted(sweep, spec)) + points);
        SweepDraws.bounded(
                spec,
                points,
                wanted,
                placed.runs() + wanted - placed.points() + (spec.seeds().size() - 1) * Points.best(wanted));
        return set(sweep, spec, placed, wanted);
    }

    private int set(UUID sweep, SweepSpec spec, Placed placed, int wanted) {
        int further = (spec.seeds().size() - 1) * Math.max(0, Points.best(wanted) - placed.seeded());
        int total = placed.runs() + wanted - placed.points() + further;
        statements.change("update sweep set points = ?, total = ? where id = ?", wanted, total, sweep);
        return total;
    }
}
