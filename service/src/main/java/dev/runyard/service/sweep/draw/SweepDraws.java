package dev.runyard.service.sweep.draw;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Problem;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.sampler.Past;
import dev.runyard.spec.sampler.Sampler;
import dev.runyard.spec.sampler.SamplerSpec;
import dev.runyard.spec.space.Space;
import dev.runyard.spec.sweep.Overrides;
import dev.runyard.spec.sweep.Points;
import dev.runyard.spec.sweep.SweepSpec;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Draws points and stores them, with how they were drawn, in the transaction that makes their runs: a point that is there is never drawn
 * again, whoever dies. The sweep's row is locked by whoever calls.
 */
@ApplicationScoped
public class SweepDraws {
    private final Statements statements;
    private final SweepHistory history;
    private final FurtherSeeds seeds;

    public SweepDraws(Statements statements, SweepHistory history, FurtherSeeds seeds) {
        this.statements = statements;
        this.history = history;
        this.seeds = seeds;
    }

    /** How a point came about. */
    enum Source {
        SAMPLER,
        ENQUEUE,
        INCLUDE
    }

    /** Everything that a sampler draws that does not learn, and what people gave. */
    @Transactional(Transactional.TxType.MANDATORY)
    public void begin(UUID sweep, SweepSpec spec) {
        List<Map<String, JsonNode>> given = Points.enqueued(spec);
        if (!Points.blind(spec)) {
            store(sweep, spec, given, Source.ENQUEUE, 0, 0, 0);
            return;
        }
        List<Map<String, JsonNode>> points = Points.points(spec);
        int drawn = points.size() - spec.include().size();
        int first = Math.min(given.size(), drawn);
        store(sweep, spec, points.subList(0, first), Source.ENQUEUE, 0, 0, 0);
        store(sweep, spec, points.subList(first, drawn), Source.SAMPLER, first, first * seeds(spec), first);
        store(sweep, spec, points.subList(drawn, points.size()), Source.INCLUDE, drawn, drawn * seeds(spec), drawn);
    }

    /**
     * Further points of a sampler that learns, or what is included after them.
     *
     * @param index of the first run that has no point yet
     * @param total runs that the sweep is to have
     * @param wanted points, at least 1
     * @return how many runs they are, from outside how many points; 0 when there are no more
     */
    @Transactional(Transactional.TxType.MANDATORY)
    public int more(UUID sweep, SweepSpec spec, int index, int total, int wanted) {
        int point = drawn(sweep);
        int included = spec.include().isEmpty()
                ? 0
                : (int) statements.number(
                        "select count(*) from sweep_draw where sweep_id = ? and source = 'include'", sweep);
        List<Map<String, JsonNode>> rest = spec.include()
                .subList(
                        Math.min(included, spec.include().size()),
                        spec.include().size());
        int left = (spec.later() ? seeds.left(sweep, spec) : total - index) - rest.size() * seeds(spec);
        if (left <= 0) {
            return store(sweep, spec, rest, Source.INCLUDE, point, index, point);
        }
        Space space = spec.space();
        SamplerSpec asked = spec.sampler();
        List<Past> known = new ArrayList<>(followed(spec).taken());
        known.addAll(history.of(sweep, spec));
        int count = Math.min(wanted, (left + seeds(spec) - 1) / seeds(spec));
        List<Map<String, JsonNode>> drawn = Sampler.of(asked).draw(space, asked.seed(), known, count);
        return store(sweep, spec, drawn, Source.SAMPLER, point, index, known.size());
    }

    /**
     * What a sweep begins with of another one.
     *
     * @param taken points that are over and lie in its space
     * @param over how many are over
     * @param named whether the other one has one of its axes, or a point, over or not, that sets one
     */
    public record Followed(List<Past> taken, int over, boolean named) {}

    /** Of the sweep that this one follows, as it is now; nothing where it follows none. */
    public Followed followed(SweepSpec spec) {
        if (spec.from() == null) {
            return new Followed(List.of(), 0, false);
        }
        Space space = spec.space();
        UUID from = UUID.fromString(spec.from());
        List<Past> all = history.of(from, spec);
        List<Past> over =
                all.stream().filter(past -> past.state() != Past.State.OPEN).toList();
        // What is not over yet will be: an axis that is there at times only may be set by a later point.
        boolean named =
                all.stream().anyMatch(past -> past.point().keySet().stream().anyMatch(spec.axes()::containsKey))
                        || statements.number(
                                        "select count(*) from sweep where id = ? and jsonb_exists_any(spec -> 'axes', cast(? as text[]))",
                                        from,
                                        List.copyOf(spec.axes().keySet()))
                                == 1;
        return new Followed(
                over.stream().filter(past -> space.has(past.point())).toList(), over.size(), named);
    }

    /** How many points of the sweep that it follows the first draw took; what would be taken now, before there is one. */
    public int taken(UUID sweep, SweepSpec spec) {
        return statements
                .row(
                        "select history - point from sweep_draw where sweep_id = ? and source = 'sampler' order by point limit 1",
                        r -> r.getInt(1),
                        sweep)
                .orElseGet(() -> followed(spec).taken().size());
    }

    /** @throws InvalidSpec UNKNOWN_VERSION when the sweep began with a version of its sampler that this release does not have */
    public void known(UUID sweep, SweepSpec spec) {
        statements
                .row(
                        "select version from sweep_draw where sweep_id = ? and version is not null order by point desc limit 1",
                        r -> r.getInt(1),
                        sweep)
                .ifPresent(version -> Sampler.of(spec.sampler(), version));
    }

    /** Points there are. */
    public int drawn(UUID sweep) {
        // They are numbered without a gap; counting them would read all of them at every request.
        return (int) statements.number("select coalesce(max(point), -1) + 1 from sweep_draw where sweep_id = ?", sweep);
    }

    /**
     * The further seeds of the best points, once all points are over.
     *
     * @return how many runs they are
     */
    @Transactional(Transactional.TxType.MANDATORY)
    public int further(UUID sweep, SweepSpec spec, int index) {
        List<Past> past = history.of(sweep, spec);
        ArrayNode runs = Json.mapper().createArrayNode();
        for (int point : seeds.due(sweep, past)) {
            for (Map<String, JsonNode> run :
                    Points.further(spec, past.get(point).point())) {
                place(runs, index, point, run);
            }
        }
        places(sweep, runs);
        return runs.size();
    }

    /** Runs of a point that are made at once. */
    public static int seeds(SweepSpec spec) {
        return spec.later() ? 1 : Math.max(1, spec.seeds().size());
    }

    /**
     * @param points further ones that were asked for
     * @param wanted all that the sweep would have, with those that are included
     * @param total runs that it would have
     * @throws Problem 422 for more points than its sampler is for, or more runs than a sweep may have
     */
    public static void bounded(SweepSpec spec, int points, int wanted, int total) {
        int drawn = wanted - spec.include().size();
        int most = spec.sampler().most();
        if (drawn > most) {
            throw Problem.invalid(
                    "OUT_OF_RANGE",
                    "points",
                    points,
                    "make " + drawn + " points, and sampler " + spec.sampler().kind() + " draws " + most + " at most",
                    points > drawn - most
                            ? "add " + (points - (drawn - most)) + " or fewer, or go on with sampler tpe and from:"
                            : "go on with sampler tpe and from: this sweep's id");
        }
        if (total > SweepSpec.LIMIT) {
            throw Problem.invalid(
                    "SWEEP_TOO_LARGE",
                    "points",
                    points,
                    "make " + total + " runs, more than " + SweepSpec.LIMIT,
                    "add fewer");
        }
    }

    /** Points in a row, and a place for each of their runs. One that is no valid spec has none. */
    private int store(
            UUID sweep,
            SweepSpec spec,
            List<Map<String, JsonNode>> points,
            Source source,
            int point,
            int index,
            int known) {
        boolean own = source == Source.SAMPLER;
        Sampler sampler = Sampler.of(spec.sampler());
        ArrayNode drawn = Json.mapper().createArrayNode();
        ArrayNode runs = Json.mapper().createArrayNode();
        for (int i = 0; i < points.size(); i++) {
            Map<String, JsonNode> params = points.get(i);
            // What does not learn was looked at point by point when the sweep was accepted.
            String refused = sampler.blind() || spec.outside() ? null : refusal(spec.base(), params);
            ObjectNode row = drawn.addObject().put("point", point + i);
            row.set("params", Json.mapper().valueToTree(params));
            row.put("history", sampler.blind() ? point + i : known + i).put("refused", refused);
            if (refused == null && !spec.outside()) {
                for (Map<String, JsonNode> run : Points.runs(spec, params)) {
                    place(runs, index, point + i, run);
                }
            }
        }
        statements.change(
                """
                insert into sweep_draw (sweep_id, point, params, source, sampler, version, seed, history, refused)
                select ?, d.point, d.params, ?, ?, cast(? as integer), cast(? as bigint), d.history, d.refused
                from jsonb_to_recordset(cast(? as jsonb)) as d(point int, params jsonb, history int, refused text)""",
                sweep,
                source.name().toLowerCase(Locale.ROOT),
                own ? spec.sampler().kind() : null,
                own ? sampler.version() : null,
                own ? spec.sampler().seed() : null,
                Json.canonical(drawn));
        if (spec.outside()) {
            return drawn.size();
        }
        places(sweep, runs);
        return runs.size();
    }

    private static void place(ArrayNode runs, int index, int point, Map<String, JsonNode> run) {
        ObjectNode place = runs.addObject().put("index", index + runs.size() - 1);
        place.put("point", point).set("params", Json.mapper().valueToTree(run));
    }

    private void places(UUID sweep, ArrayNode runs) {
        statements.change("""
                insert into sweep_point (sweep_id, sweep_index, params, point)
                select ?, p.index, p.params, p.point
                from jsonb_to_recordset(cast(? as jsonb)) as p(index int, params jsonb, point int)""", sweep, Json.canonical(runs));
    }

    /** What is wrong with a point that chance made: a combination that the axes allow and training does not. */
    private static @Nullable String refusal(ObjectNode base, Map<String, JsonNode> params) {
        try {
            Overrides.apply(base, params);
            return null;
        } catch (InvalidSpec e) {
            return e.getMessage();
        }
    }
}
