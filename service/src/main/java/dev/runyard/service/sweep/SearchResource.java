package dev.runyard.service.sweep;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.service.auth.Role;
import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Given;
import dev.runyard.service.http.Problem;
import dev.runyard.service.sweep.draw.Goals;
import dev.runyard.service.sweep.draw.SweepHistory;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.sampler.Front;
import dev.runyard.spec.sampler.Importance;
import dev.runyard.spec.sampler.Past;
import dev.runyard.spec.sampler.SamplerSpec;
import dev.runyard.spec.sweep.Around;
import dev.runyard.spec.sweep.Overrides;
import dev.runyard.spec.sweep.SweepSpec;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.sql.Array;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.jspecify.annotations.Nullable;

/** What a sweep has tried, learned and decided; more of it, or no more. */
@Path("/api/v1/sweeps")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed(Role.PERSON)
public class SearchResource {
    /** Readings that one answer holds. */
    private static final int READINGS = 10_000;

    private final Statements statements;
    private final SweepHistory history;
    private final SweepLength length;

    public SearchResource(Statements statements, SweepHistory history, SweepLength length) {
        this.statements = statements;
        this.history = history;
        this.length = length;
    }

    /**
     * A point and how it was drawn.
     *
     * @param source sampler, enqueue, include; unsaid for points of an earlier release
     * @param history points that the sampler knew of
     * @param refused why no run was made of it
     * @param askedAt of a sweep from outside: when it was handed out; {@code toldAt}: when its result came
     * @param message what was told of a failure
     * @param values one for each goal, the mean over the seeds, as reported; absent while there is none
     * @param epochs of a pruned point: those it got
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record PointView(
            int point,
            JsonNode params,
            String source,
            @Nullable String sampler,
            @Nullable Integer version,
            @Nullable Long seed,
            int history,
            @Nullable String refused,
            Instant drawnAt,
            @Nullable Instant askedAt,
            @Nullable Instant toldAt,
            @Nullable String message,
            Past.State state,
            @Nullable List<Double> values,
            @Nullable Double epochs,
            List<UUID> runs) {}

    /**
     * @param metrics the goals
     * @param best of the finished points, by the first goal; null while there is none
     * @param front of several goals: the finished points of which none is better in one goal without being worse in another; absent of one goal
     * @param stopping why no further points are made
     * @param seedsLater whether further seeds are for the best points alone
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Points(
            List<String> metrics,
            List<SweepSpec.Goal> goals,
            @Nullable Integer best,
            @Nullable List<Integer> front,
            @Nullable String stopping,
            boolean seedsLater,
            List<PointView> points) {}

    /** What a pruner saw and decided. {@code run} is absent of a point from outside, whose {@code index} is the point. {@code decision} is KEEP or STOP; absent at an epoch that is no rung. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record ReadingView(
            long seq,
            @Nullable UUID run,
            int index,
            int epoch,
            double value,
            @Nullable String decision,
            @Nullable String why,
            Instant at) {}

    /** @param next pass it as {@code after}; absent on the last page */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Rungs(
            List<ReadingView> readings, @Nullable Long next) {}

    /** @param said in words, where there are too few points to say anything */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record ImportanceView(
            String metric,
            String by,
            int points,
            int needed,
            @Nullable String said,
            List<Importance.Share> shares) {}

    /** @param points more than before, 1 or more */
    public record Extension(int points) {}

    /** Without those that a stopped sweep drew and never ran: they are not open, and nothing comes of them unless it is made longer. */
    @GET
    @Path("/{id}/points")
    public Points points(@PathParam("id") String id) {
        UUID sweep = Given.id("sweep", id);
        Goals goals = Goals.of(document(sweep));
        List<Past> past = history.of(sweep, goals);
        List<PointView> points = new ArrayList<>();
        statements
                .rows(
                        """
                        select d.*, (select array_agg(r.id order by r.sweep_index) from sweep_point p join run r
                          on r.sweep_id = p.sweep_id and r.sweep_index = p.sweep_index
                          where p.sweep_id = d.sweep_id and p.point = d.point) as runs
                        from sweep_draw d join sweep s on s.id = d.sweep_id
                        where d.sweep_id = ? and (d.refused is not null or case when s.external then d.point < s.total
                          else exists (select from sweep_point p where p.sweep_id = d.sweep_id and p.point = d.point
                                       and p.sweep_index < s.total) end)
                        order by d.point""",
                        r -> new PointView(
                                r.getInt("point"),
                                Json.tree(r.getString("params")),
                                r.getString("source"),
                                r.getString("sampler"),
                                r.getObject("version", Integer.class),
                                r.getObject("seed", Long.class),
                                r.getInt("history"),
                                r.getString("refused"),
                                Statements.instant(r, "drawn_at"),
                                Statements.time(r, "asked_at"),
                                Statements.time(r, "told_at"),
                                r.getString("message"),
                                Past.State.OPEN,
                                null,
                                null,
                                ids(r.getArray("runs"))),
                        sweep)
                .stream()
                // One that was drawn since the others were read is for the next time.
                .filter(view -> view.point() < past.size())
                .forEach(view -> points.add(told(view, past.get(view.point()), goals)));
        String stopping = statements
                .row("select coalesce(stopping, '') from sweep where id = ?", r -> r.getString(1), sweep)
                .filter(s -> !s.isEmpty())
                .orElse(null);
        return new Points(
                goals.all().stream().map(Goals.Goal::metric).toList(),
                goals.all().stream().map(Goals.Goal::better).toList(),
                best(goals, points, past),
                goals.all().size() < 2 ? null : front(points, past),
                stopping,
                goals.seedsLater(),
                points);
    }

    private static List<UUID> ids(@Nullable Array array) throws java.sql.SQLException {
        return array == null ? List.of() : Arrays.asList((UUID[]) array.getArray());
    }

    private static PointView told(PointView view, Past past, Goals goals) {
        List<Double> values = new ArrayList<>();
        for (int k = 0; k < past.losses().size(); k++) {
            values.add(goals.all().get(k).loss(past.losses().get(k)));
        }
        return new PointView(
                view.point(),
                view.params(),
                view.source(),
                view.sampler(),
                view.version(),
                view.seed(),
                view.history(),
                view.refused(),
                view.drawnAt(),
                view.askedAt(),
                view.toldAt(),
                view.message(),
                past.state(),
                values.isEmpty() ? null : values,
                past.state() == Past.State.PRUNED ? past.budget() : null,
                view.runs());
    }

    /** Where only the best points have further seeds, one of those: a lucky one of a single seed is none. */
    private static @Nullable Integer best(Goals goals, List<PointView> points, List<Past> past) {
        return points.stream()
                .filter(view -> past.get(view.point()).told())
                .min(Comparator.comparingInt((PointView view) ->
                                goals.seedsLater() ? -view.runs().size() : 0)
                        .thenComparingDouble(view -> past.get(view.point()).loss()))
                .map(PointView::point)
                .orElse(null);
    }

    private static List<Integer> front(List<PointView> points, List<Past> past) {
        List<Integer> told = points.stream()
                .map(PointView::point)
                .filter(point -> past.get(point).told())
                .toList();
        return Front.of(told.stream().map(past::get).toList()).stream()
                .map(told::get)
                .toList();
    }

    @GET
    @Path("/{id}/rungs")
    public Rungs rungs(@PathParam("id") String id, @QueryParam("after") @Nullable String after) {
        UUID sweep = Given.id("sweep", id);
        document(sweep);
        List<ReadingView> found = statements.rows(
                "select * from sweep_reading where sweep_id = ? and seq > ? order by seq limit ?",
                r -> new ReadingView(
                        r.getLong("seq"),
                        r.getObject("run_id", UUID.class),
                        r.getInt("sweep_index"),
                        r.getInt("epoch"),
                        r.getDouble("value"),
                        r.getString("decision"),
                        r.getString("why"),
                        Statements.instant(r, "read_at")),
                sweep,
                Given.number("after", after, 0, 0, Long.MAX_VALUE),
                READINGS);
        return new Rungs(
                found, found.size() < READINGS ? null : found.get(READINGS - 1).seq());
    }

    @GET
    @Path("/{id}/importance")
    public ImportanceView importance(
            @PathParam("id") String id,
            @QueryParam("by") @Parameter(description = "ped-anova or fanova") @Nullable String by) {
        Importance.Method method = Importance.Method.of(by);
        UUID sweep = Given.id("sweep", id);
        SweepSpec spec = spec(sweep);
        Importance.Answer answer = Importance.of(spec.space(), history.of(sweep, spec), method);
        String said = answer.shares().isEmpty()
                ? "too few runs to say: " + answer.told() + " finished points, of " + answer.needed()
                        + " that are needed"
                : null;
        return new ImportanceView(spec.metric(), method.word(), answer.told(), answer.needed(), said, answer.shares());
    }

    /**
     * A run of a point, to be queued as it is or changed.
     *
     * @param point its number, or best
     */
    @GET
    @Path("/{id}/points/{point}/run")
    public JsonNode run(@PathParam("id") String id, @PathParam("point") String point) {
        Points points = points(id);
        SweepSpec spec = spec(Given.id("sweep", id));
        if (spec.outside()) {
            throw Problem.invalid(
                    "NOT_APPLICABLE",
                    "sweep",
                    id,
                    "is carried out from outside: this lab cannot run its points",
                    "run it yourself");
        }
        PointView found = chosen(points, point);
        ObjectNode run = Json.mapper().createObjectNode();
        run.put("experiment", spec.experiment());
        run.put("name", (spec.name() == null ? spec.experiment() : spec.name()) + " point " + found.point());
        run.set("spec", Overrides.tree(spec.base(), params(found)));
        return run;
    }

    /** A sweep over a quarter of each range around a point, which learns from this one, to be queued as it is or changed. */
    @GET
    @Path("/{id}/points/{point}/around")
    public JsonNode around(@PathParam("id") String id, @PathParam("point") String point) {
        Points points = points(id);
        SweepSpec spec = spec(Given.id("sweep", id));
        if (spec.axes().isEmpty()) {
            throw Problem.invalid("NOT_APPLICABLE", "sweep", id, "has no axes", "queue one that has");
        }
        PointView found = chosen(points, point);
        return Around.sweep(spec, id, found.point(), params(found));
    }

    private static Map<String, JsonNode> params(PointView point) {
        Map<String, JsonNode> out = new TreeMap<>();
        point.params().properties().forEach(e -> out.put(e.getKey(), e.getValue()));
        return out;
    }

    private static PointView chosen(Points points, String which) {
        Integer best = points.best();
        if (which.equals("best") && best == null) {
            throw Problem.of(404, "NOT_FOUND", "No point is finished yet, so that none is the best.");
        }
        int number = best != null && which.equals("best")
                ? best
                : (int) Given.number("point", which, 0, 0, Integer.MAX_VALUE);
        // The list leaves out what a stopped sweep never ran: a place in it is no number.
        return points.points().stream()
                .filter(view -> view.point() == number)
                .findFirst()
                .orElseThrow(() -> Problem.notFound("point", number));
    }

    /** Makes the sweep longer by points that its sampler draws; a finished one goes on. */
    @POST
    @RolesAllowed(Role.RESEARCHER)
    @Path("/{id}/extend")
    @Consumes(MediaType.APPLICATION_JSON)
    public Points extend(
            @PathParam("id") String id, byte[] body, @HeaderParam("X-Runyard-User") @Nullable String user) {
        UUID sweep = Given.id("sweep", id);
        Extension more = Json.read(body, Extension.class);
        SweepSpec spec = spec(sweep);
        if (more.points() < 1 || more.points() > SweepSpec.LIMIT) {
            throw new InvalidSpec(
                    "OUT_OF_RANGE", "points", more.points(), "must lie in [1, " + SweepSpec.LIMIT + "]", null);
        }
        if (spec.sampler() instanceof SamplerSpec.Grid) {
            throw new InvalidSpec(
                    "NOT_APPLICABLE",
                    "points",
                    more.points(),
                    "cannot be added to a grid, which has every point",
                    "queue a sweep with the further values");
        }
        length.extend(sweep, spec, more.points(), Given.who(user));
        return points(id);
    }

    /** No further points; runs under way go on to their end. */
    @POST
    @RolesAllowed(Role.RESEARCHER)
    @Path("/{id}/stop")
    public Points stop(@PathParam("id") String id, @HeaderParam("X-Runyard-User") @Nullable String user) {
        UUID sweep = Given.id("sweep", id);
        document(sweep);
        length.stop(sweep, Given.who(user));
        return points(id);
    }

    /** @throws InvalidSpec below {@code spec}, when this release does not read it */
    private SweepSpec spec(UUID sweep) {
        JsonNode document = document(sweep);
        try {
            return Json.read(document, SweepSpec.class);
        } catch (InvalidSpec e) {
            throw e.within("spec");
        }
    }

    private JsonNode document(UUID sweep) {
        return statements
                .row("select spec from sweep where id = ?", r -> Json.tree(r.getString(1)), sweep)
                .orElseThrow(() -> Problem.notFound("sweep", sweep));
    }
}
