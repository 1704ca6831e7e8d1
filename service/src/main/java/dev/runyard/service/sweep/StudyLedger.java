package dev.runyard.service.sweep;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.service.db.Asking;
import dev.runyard.service.db.Statements;
import dev.runyard.service.event.Journal;
import dev.runyard.service.http.Problem;
import dev.runyard.service.run.IllegalTransition;
import dev.runyard.service.sweep.draw.Goals;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.sampler.Past;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Hands out the points of a sweep that is carried out from outside, and books what comes of them: each once, however often it is said. */
@ApplicationScoped
public class StudyLedger {
    private final Statements statements;
    private final Asking asking;
    private final StudyRoom studies;
    private final SweepPruning pruning;
    private final Journal journal;

    public StudyLedger(Statements statements, Asking asking, StudyRoom studies, SweepPruning pruning, Journal journal) {
        this.asking = asking;
        this.statements = statements;
        this.studies = studies;
        this.pruning = pruning;
        this.journal = journal;
    }

    /** A point to try. */
    public record Handed(int point, JsonNode params) {}

    /**
     * @param points fewer than asked for, or none, where the sweep has no more
     * @param stopping why there are none
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Asked(List<Handed> points, @Nullable String stopping) {}

    /**
     * What came of a point.
     *
     * @param values metric to value
     * @param epochs that it got; null: unsaid
     */
    public record Result(
            Past.State state,
            Map<String, Double> values,
            @Nullable Integer epochs,
            @Nullable String message) {}

    /** Hands out up to so many points, drawn now where they are not drawn yet; {@code asked} names the request. */
    @Transactional(Transactional.TxType.MANDATORY)
    public Asked ask(UUID asked, UUID sweep, int points, String who) {
        StudyRoom.Room room = studies.room(sweep, points);
        if (room.points() == 0) {
            return new Asked(List.of(), studies.stopping(sweep));
        }
        List<Handed> handed = statements.rows(
                "update sweep_draw set asked = ?, asked_at = now(), asked_by = ?"
                        + " where sweep_id = ? and point >= ? and point < ? returning point, params",
                StudyLedger::handed,
                asked,
                who,
                sweep,
                room.first(),
                room.first() + room.points());
        return new Asked(
                handed.stream().sorted(Comparator.comparingInt(Handed::point)).toList(), null);
    }

    /** What a request was answered with. */
    public Asked asked(UUID asked, UUID sweep) {
        List<Handed> points = statements.rows(
                "select point, params from sweep_draw where sweep_id = ? and asked = ? order by point",
                StudyLedger::handed,
                sweep,
                asked);
        return new Asked(points, points.isEmpty() ? studies.stopping(sweep) : null);
    }

    private static Handed handed(ResultSet row) throws SQLException {
        return new Handed(row.getInt(1), Json.tree(row.getString(2)));
    }

    /**
     * What a point came to in the end.
     *
     * @throws Problem 404 for a point that nobody asked for, 409 ALREADY_TOLD for another result than before
     */
    @Transactional
    public void tell(UUID sweep, Goals goals, int point, Result given, String who) {
        own(sweep, "key share");
        Result result = complete(sweep, goals, point, given);
        String values = Json.canonical(new TreeMap<>(result.values()));
        int told = statements.change("""
                update sweep_draw set told_state = ?, told = cast(? as jsonb), told_epoch = cast(? as integer), told_at = now(),
                       told_by = ?, message = ?
                where sweep_id = ? and point = ? and asked is not null and told_state is null""", result.state(), values, result.epochs(), who, result.message(), sweep, point);
        if (told == 0) {
            before(sweep, point, result);
            return;
        }
        journal.sweep(
                sweep,
                who,
                "tell",
                SweepState.RUNNING,
                SweepState.RUNNING,
                "point " + point + ": "
                        + (result.values().isEmpty()
                                ? result.state().name().toLowerCase(java.util.Locale.ROOT)
                                : values));
        studies.settle(sweep);
    }

    /**
     * That whoever asks may change the sweep. Its points are behind the project's wall alone.
     *
     * @param lock key share: it stays, and others tell of it at the same time; no key update: nobody else decides on it meanwhile
     * @throws Problem 403
     */
    private void own(UUID sweep, String lock) {
        String owned = "select " + asking.own("s") + " from sweep s where s.id = ? for " + lock;
        if (!statements.row(owned, r -> r.getBoolean(1), sweep).orElse(false)) {
            throw Problem.notAllowed();
        }
    }

    /** A pruned point was worth what it reported last, unless somebody says otherwise. */
    private Result complete(UUID sweep, Goals goals, int point, Result given) {
        String metric = goals.first().metric();
        if (given.state() != Past.State.PRUNED || given.values().containsKey(metric)) {
            return given;
        }
        record Last(int epoch, double value) {}
        Last last = statements
                .row(
                        "select epoch, value from sweep_reading where sweep_id = ? and sweep_index = ? order by epoch desc limit 1",
                        r -> new Last(r.getInt(1), r.getDouble(2)),
                        sweep,
                        point)
                .filter(found -> metric.equals(goals.watched()))
                .orElseThrow(() -> Problem.invalid(
                        "MISSING_FIELD",
                        "values." + metric,
                        null,
                        "is required of a pruned point that reported nothing",
                        "give the last value of " + metric));
        Map<String, Double> values = new TreeMap<>(given.values());
        values.put(metric, last.value());
        return new Result(
                given.state(), values, given.epochs() == null ? last.epoch() : given.epochs(), given.message());
    }

    /** It was told before: the same again is fine. */
    private void before(UUID sweep, int point, Result result) {
        record Told(@Nullable String state, Map<String, Double> values) {}
        Told before = statements
                .row(
                        "select told_state, coalesce(told, '{}') from sweep_draw where sweep_id = ? and point = ? and asked is not null",
                        r -> new Told(r.getString(1), numbers(Json.tree(r.getString(2)))),
                        sweep,
                        point)
                .orElseThrow(() -> Problem.notFound("point that was asked for,", point));
        if (!result.state().name().equals(before.state()) || !before.values().equals(result.values())) {
            throw Problem.of(
                    409,
                    "ALREADY_TOLD",
                    "Point " + point + " was told before, as " + before.state() + " " + before.values()
                            + ": what is told stays.");
        }
    }

    private static Map<String, Double> numbers(JsonNode values) {
        Map<String, Double> out = new TreeMap<>();
        values.properties().forEach(e -> out.put(e.getKey(), e.getValue().doubleValue()));
        return out;
    }

    /**
     * What a point reports on its way, and whether it goes on.
     *
     * @throws Problem 404, 409 for another value at the same epoch, or anything new of a point whose end was told
     */
    @Transactional
    public SweepPruning.Told report(UUID sweep, int point, int epoch, double value) {
        own(sweep, "no key update");
        record Point(boolean told, boolean known) {}
        Point asked = statements
                .row("""
                        select told_state is not null, exists (select from sweep_reading r where r.sweep_id = d.sweep_id
                          and r.sweep_index = d.point and r.epoch = ? and r.value = ?)
                        from sweep_draw d where d.sweep_id = ? and d.point = ? and d.asked is not null""", r -> new Point(r.getBoolean(1), r.getBoolean(2)), epoch, value, sweep, point)
                .orElseThrow(() -> Problem.notFound("point that was asked for,", point));
        if (asked.told() && !asked.known()) {
            throw Problem.of(
                    409,
                    "ALREADY_TOLD",
                    "Point " + point + " is over, as was told: what it reports now, at epoch " + epoch
                            + ", would change nothing.");
        }
        return pruning.told(sweep, point, epoch, value);
    }

    /**
     * What is told of a sweep from outside. Its spec need not be readable: who has a result has it once.
     *
     * @throws Problem 404; 422 for a sweep that this lab's devices carry out; 409 for one that is deleted
     */
    public Goals study(UUID sweep) {
        record Found(JsonNode spec, boolean external, boolean deleted) {}
        Found found = statements
                .row(
                        "select spec, external, deleted_at is not null from sweep where id = ?",
                        r -> new Found(Json.tree(r.getString(1)), r.getBoolean(2), r.getBoolean(3)),
                        sweep)
                .orElseThrow(() -> Problem.notFound("sweep", sweep));
        if (!found.external()) {
            throw Problem.invalid(
                    "NOT_APPLICABLE",
                    "sweep",
                    sweep,
                    "is carried out by this lab's devices: nobody else is given its points",
                    "queue one with external: true");
        }
        if (found.deleted()) {
            throw new IllegalTransition("sweep", sweep, "ask or tell", IllegalTransition.DELETED);
        }
        return Goals.of(found.spec());
    }
}
