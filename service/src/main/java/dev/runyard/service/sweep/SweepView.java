package dev.runyard.service.sweep;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.service.db.Statements;
import dev.runyard.service.experiment.Curated;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.run.FailureReason;
import dev.runyard.spec.run.RunState;
import dev.runyard.spec.sweep.Points;
import dev.runyard.spec.sweep.SweepSpec;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A sweep as shown.
 *
 * @param total runs it will have
 * @param created rows made so far; the others follow as the window moves
 * @param spec as it was accepted
 * @param specFault why this version cannot read it
 * @param note what whoever queued it should know; both are not in lists
 * @param states how many of the rows are in each state
 * @param outcome what became of it; partly failed also where some were cancelled
 * @param failures how many runs FAILED for each reason
 * @param tags texts by name
 * @param archived put away: lists leave it out unless asked
 * @param deletedAt when it was thrown away
 * @param hasNote whether somebody wrote a note
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SweepView(
        UUID id,
        String project,
        String experiment,
        String name,
        SweepState state,
        @Schema(implementation = SweepSpec.class) JsonNode spec,
        @Nullable String specFault,
        @Nullable String note,
        int total,
        int created,
        Map<RunState, Long> states,
        Instant createdAt,
        String createdBy,
        @Nullable Instant endedAt,
        Outcome outcome,
        Map<FailureReason, Long> failures,
        Map<String, String> tags,
        boolean starred,
        boolean archived,
        @Nullable Instant deletedAt,
        boolean hasNote) {

    /** What became of it, for those who would take "finished" for a success. */
    public enum Outcome {
        @JsonProperty("running")
        RUNNING,
        @JsonProperty("complete")
        COMPLETE,
        @JsonProperty("partly failed")
        PARTLY_FAILED,
        @JsonProperty("failed")
        FAILED,
        @JsonProperty("cancelled")
        CANCELLED,
        @JsonProperty("empty")
        EMPTY;

        /** A run that the pruner stopped did what it was there for. */
        static Outcome of(SweepState state, Map<RunState, Long> states) {
            long good = states.getOrDefault(RunState.FINISHED, 0L) + states.getOrDefault(RunState.PRUNED, 0L);
            long bad = states.getOrDefault(RunState.FAILED, 0L);
            long cancelled = states.getOrDefault(RunState.CANCELLED, 0L);
            if (state == SweepState.RUNNING || state == SweepState.PAUSED) {
                return RUNNING;
            }
            if (state == SweepState.CANCELLED) {
                return CANCELLED;
            }
            if (good + bad + cancelled == 0) {
                return EMPTY;
            }
            if (bad == 0) {
                return cancelled == 0 ? COMPLETE : good == 0 ? CANCELLED : PARTLY_FAILED;
            }
            return good == 0 ? FAILED : PARTLY_FAILED;
        }
    }

    static final String SELECT = """
            select s.*, p.name as project, e.name as experiment,
                   (select coalesce(jsonb_object_agg(c.state, c.n), '{}')
                    from (select r.state, count(*) as n from run r where r.sweep_id = s.id group by r.state
                          union all
                          select coalesce(d.told_state, 'RUNNING'), count(*) from sweep_draw d
                          where s.external and d.sweep_id = s.id and d.asked is not null
                          group by coalesce(d.told_state, 'RUNNING')) c) as states,
                   (select coalesce(jsonb_object_agg(c.reason, c.n), '{}')
                    from (select r.reason, count(*) as n from run r where r.sweep_id = s.id and r.state = 'FAILED'
                          group by r.reason) c) as failures,
                   coalesce((select n.text <> '' from note n where n.subject = s.id order by n.id desc limit 1), false) as noted
            from sweep s join experiment e on e.id = s.experiment_id join project p on p.id = s.project_id\s""";

    SweepView(ResultSet row) throws SQLException {
        this(
                row.getObject("id", UUID.class),
                row.getString("project"),
                row.getString("experiment"),
                row.getString("name"),
                SweepState.valueOf(row.getString("state")),
                Json.tree(row.getString("spec")),
                null,
                null,
                row.getInt("total"),
                row.getInt("created"),
                counts(row.getString("states")),
                Statements.instant(row, "created_at"),
                row.getString("created_by"),
                Statements.time(row, "ended_at"),
                Outcome.of(SweepState.valueOf(row.getString("state")), counts(row.getString("states"))),
                reasons(row.getString("failures")),
                Curated.tags(row.getString("tags")),
                row.getBoolean("starred"),
                row.getBoolean("archived"),
                Statements.time(row, "deleted_at"),
                row.getBoolean("noted"));
    }

    private static Map<FailureReason, Long> reasons(String json) {
        Map<FailureReason, Long> counts = new EnumMap<>(FailureReason.class);
        Json.tree(json)
                .properties()
                .forEach(e -> counts.put(
                        FailureReason.valueOf(e.getKey()), e.getValue().asLong()));
        return counts;
    }

    /**
     * With what only a reading of the spec tells; one that cannot be read harms no list.
     *
     * @param taken how many points of the sweep that a spec follows count
     */
    SweepView noted(ToIntFunction<SweepSpec> taken) {
        String fault = null;
        String said = null;
        try {
            SweepSpec read = Json.read(spec, SweepSpec.class);
            String from = read.from() == null
                    ? null
                    : "learns from " + taken.applyAsInt(read) + " points of sweep " + read.from();
            said = Stream.concat(Stream.ofNullable(from), Points.note(read).stream())
                    .reduce((a, b) -> a + "; " + b)
                    .orElse(null);
        } catch (InvalidSpec e) {
            fault = e.getMessage();
        }
        return new SweepView(
                id,
                project,
                experiment,
                name,
                state,
                spec,
                fault,
                said,
                total,
                created,
                states,
                createdAt,
                createdBy,
                endedAt,
                outcome,
                failures,
                tags,
                starred,
                archived,
                deletedAt,
                hasNote);
    }

    private static Map<RunState, Long> counts(String json) {
        Map<RunState, Long> counts = new EnumMap<>(RunState.class);
        Json.tree(json)
                .properties()
                .forEach(e ->
                        counts.put(RunState.valueOf(e.getKey()), e.getValue().asLong()));
        return counts;
    }
}
