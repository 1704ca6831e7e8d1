package dev.runyard.service.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.service.db.Statements;
import dev.runyard.service.experiment.Curated;
import dev.runyard.service.metric.SummaryView;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.report.Preparing;
import dev.runyard.spec.run.FailureReason;
import dev.runyard.spec.run.Placement;
import dev.runyard.spec.run.PriorityClass;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.spec.run.RunState;
import dev.runyard.spec.run.SpecDocument;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A run as shown.
 *
 * @param sweepName what its sweep is called
 * @param index its place in the sweep, from 0
 * @param reason why it FAILED
 * @param message of the last attempt that went wrong
 * @param attempt how many leases it has had
 * @param placement where it may go; absent: anywhere
 * @param step optimiser steps done; {@code steps} of how many, once a worker has counted them
 * @param spec with the defaults that act; as it is stored where this version cannot read it
 * @param specFault why this version cannot read it
 * @param specHash identity of the document
 * @param document the spec as it was submitted; not in lists
 * @param params what the sweep varied, by dotted path
 * @param config every value that acts, by dotted path; in lists those that {@code param=} asks for
 * @param origin who said each value of {@code config}; not in lists
 * @param values what {@code field=} asks for, by the field as it was written; in lists only
 * @param summary of each metric
 * @param device that it is on now
 * @param preparing what its attempt makes before the first step, where that takes long
 * @param waiting why it is not on one, where it is waiting
 * @param tags texts by name
 * @param pinned all its files stay, and it is not deleted
 * @param archived put away: lists leave it out unless asked
 * @param deletedAt when it was thrown away; lists leave it out unless asked
 * @param hasNote whether somebody wrote a note
 * @param external kept by its client, which the lab neither queues nor stops
 * @param heardAt when the client of an external run last wrote
 * @param silent whether that is more than {@value #SILENT_SECONDS} s ago, and the run said to go on
 * @param parent the run that its client put it below
 * @param parentName what that one is called; absent where nobody may see it
 * @param children how many runs are below it
 * @param environment where it was; not in lists
 * @param dataFingerprint hash of names, sizes and labels of its data, once there is a checkpoint; not in lists
 * @param deviceSeconds that all attempts took together; not in lists
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RunView(
        UUID id,
        String project,
        String experiment,
        @Nullable UUID sweep,
        @Nullable String sweepName,
        @Nullable Integer index,
        String name,
        RunState state,
        @Nullable FailureReason reason,
        @Nullable String message,
        long attempt,
        int priority,
        PriorityClass priorityClass,
        @Nullable Placement placement,
        JsonNode labels,
        Instant createdAt,
        String createdBy,
        @Nullable Instant startedAt,
        @Nullable Instant endedAt,
        long step,
        @Nullable Long steps,
        int epoch,
        int epochs,
        @Schema(implementation = RunSpec.class) JsonNode spec,
        @Nullable String specFault,
        String specHash,
        @Nullable JsonNode document,
        ObjectNode params,
        Map<String, JsonNode> config,
        @Nullable Map<String, Configuration.Origin> origin,
        @Nullable Map<String, JsonNode> values,
        Map<String, SummaryView> summary,
        @Nullable UUID device,
        @Nullable Preparing preparing,
        @Nullable String waiting,
        Map<String, String> tags,
        boolean starred,
        boolean pinned,
        boolean archived,
        @Nullable Instant deletedAt,
        boolean hasNote,
        boolean external,
        @Nullable Instant heardAt,
        boolean silent,
        @Nullable UUID parent,
        @Nullable String parentName,
        long children,
        @Nullable RunEnvironment environment,
        @Nullable String dataFingerprint,
        @Nullable Double deviceSeconds) {

    /** A client that writes less often than this is said to be silent; it may be thinking. */
    static final int SILENT_SECONDS = 300;

    /** SQL: whether {@code run r} is one of whose client nobody knows whether it goes on. */
    public static final String SILENT =
            "(r.external and r.state = 'RUNNING' and exists (select 1 from client_run k where k.run_id = r.id"
                    + " and k.heard_at < now() - interval '" + SILENT_SECONDS + " seconds'))";

    /** SQL: the device that {@code run r} is on now. */
    public static final String DEVICE =
            "(select l.device_id from lease l where l.run_id = r.id and l.released_at is null and not l.beside)";

    /** The columns that {@link #RunView(ResultSet)} reads; {@code r} is the run, {@code e} its experiment. */
    public static final String COLUMNS =
            """
            r.id, p.name as project, e.name as experiment, r.sweep_id,
            (select s.name from sweep s where s.id = r.sweep_id) as sweep_name, r.sweep_index, r.name, r.state, r.reason, r.message,
            r.attempt, r.priority, r.priority_class, r.placement, r.labels, r.created_at, r.created_by, r.started_at, r.ended_at, %s as step, r.steps,
            %s as epoch, r.epochs, r.spec, r.spec_hash, r.params, r.tags, r.starred, r.pinned, r.archived, r.deleted_at,
            coalesce((select n.text <> '' from note n where n.subject = r.id order by n.id desc limit 1), false) as noted,
            r.external, case when r.external then (select k.heard_at from client_run k where k.run_id = r.id) end as heard_at,
            %s as silent, r.parent, case when r.parent ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then (
              select k.name from run k where k.id = cast(r.parent as uuid) and k.deleted_at is null) end as parent_name,
            (select count(*) from run k where k.parent = cast(r.id as text) and k.deleted_at is null) as children,
            %s as device,
            case when r.state in ('STARTING', 'RUNNING', 'PAUSING', 'CANCELLING') then (
              select json_build_object('what', a.preparing, 'done', a.prepared, 'of', a.to_prepare)
              from attempt a join lease h on h.run_id = a.run_id and h.attempt = a.attempt
              where a.run_id = r.id and a.attempt = r.attempt and h.released_at is null and not h.beside and a.preparing is not null) end as preparing""".formatted(progress("end_step", "step"), progress("epoch", "epoch"), SILENT, DEVICE);

    /** What the attempt that goes on told last; the run's own when none does. */
    public static String progress(String told, String own) {
        return "coalesce((select a." + told
                + " from attempt a join lease h on h.run_id = a.run_id and h.attempt = a.attempt"
                + " where a.run_id = r.id and a.attempt = r.attempt and h.released_at is null and not h.beside), r."
                + own + ")";
    }

    public static final String JOINS =
            " join experiment e on e.id = r.experiment_id join project p on p.id = r.project_id ";

    public RunView(ResultSet row) throws SQLException {
        this(row, Json.tree(row.getString("spec")));
    }

    /** Of who knows the spec with its defaults already. */
    static RunView of(ResultSet row, JsonNode effective) throws SQLException {
        return new RunView(row, Json.tree(row.getString("spec")), new Understood(effective, null));
    }

    private RunView(ResultSet row, JsonNode document) throws SQLException {
        // An external run has no spec that could be read.
        this(row, document, row.getBoolean("external") ? new Understood(document, null) : Understood.of(document));
    }

    private RunView(ResultSet row, JsonNode document, Understood understood) throws SQLException {
        this(
                row.getObject("id", UUID.class),
                row.getString("project"),
                row.getString("experiment"),
                row.getObject("sweep_id", UUID.class),
                row.getString("sweep_name"),
                row.getObject("sweep_index", Integer.class),
                row.getString("name"),
                RunState.valueOf(row.getString("state")),
                row.getString("reason") == null ? null : FailureReason.valueOf(row.getString("reason")),
                row.getString("message"),
                row.getLong("attempt"),
                row.getInt("priority"),
                PriorityClass.valueOf(row.getString("priority_class")),
                row.getString("placement") == null
                        ? null
                        : Json.read(Json.tree(row.getString("placement")), Placement.class),
                Json.tree(row.getString("labels")),
                Statements.instant(row, "created_at"),
                row.getString("created_by"),
                Statements.time(row, "started_at"),
                Statements.time(row, "ended_at"),
                row.getLong("step"),
                row.getObject("steps", Long.class),
                row.getInt("epoch"),
                row.getInt("epochs"),
                understood.spec,
                understood.fault,
                row.getString("spec_hash"),
                document,
                (ObjectNode) Json.tree(row.getString("params")),
                Map.of(),
                null,
                null,
                Map.of(),
                row.getObject("device", UUID.class),
                row.getString("preparing") == null
                        ? null
                        : Json.read(Json.tree(row.getString("preparing")), Preparing.class),
                null,
                Curated.tags(row.getString("tags")),
                row.getBoolean("starred"),
                row.getBoolean("pinned"),
                row.getBoolean("archived"),
                Statements.time(row, "deleted_at"),
                row.getBoolean("noted"),
                row.getBoolean("external"),
                Statements.time(row, "heard_at"),
                row.getBoolean("silent"),
                id(row.getString("parent")),
                row.getString("parent_name"),
                row.getLong("children"),
                null,
                null,
                null);
    }

    /** A client may put anything into its tag. */
    private static @Nullable UUID id(@Nullable String text) {
        try {
            return text == null ? null : UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** One spec that no longer parses is shown as it is, and keeps nobody from seeing the others. */
    private record Understood(JsonNode spec, @Nullable String fault) {
        static Understood of(JsonNode document) {
            try {
                return new Understood(SpecDocument.read(document).acting(), null);
            } catch (InvalidSpec e) {
                return new Understood(document, e.getMessage());
            }
        }
    }

    /** As one of many: without what its own page alone shows. */
    public RunView listed(
            @Nullable SortedMap<String, SummaryView> found,
            @Nullable String why,
            Map<String, JsonNode> asked,
            Map<String, JsonNode> fields) {
        return copy(null, found, why, asked, null, fields, null);
    }

    /** On its own page. */
    RunView whole(
            SortedMap<String, SummaryView> found,
            @Nullable String why,
            SortedMap<String, JsonNode> all,
            @Nullable RunEnvironment where) {
        Map<String, Configuration.Origin> said = new TreeMap<>();
        if (document != null) {
            all.keySet()
                    .forEach(path -> said.put(
                            path, external ? Configuration.Origin.BASE : Configuration.origin(path, document, params)));
        }
        return copy(document, found, why, all, said, null, where);
    }

    private RunView copy(
            @Nullable JsonNode written,
            @Nullable SortedMap<String, SummaryView> found,
            @Nullable String why,
            Map<String, JsonNode> configuration,
            @Nullable Map<String, Configuration.Origin> said,
            @Nullable Map<String, JsonNode> fields,
            @Nullable RunEnvironment where) {
        return new RunView(
                id,
                project,
                experiment,
                sweep,
                sweepName,
                index,
                name,
                state,
                reason,
                message,
                attempt,
                priority,
                priorityClass,
                placement,
                labels,
                createdAt,
                createdBy,
                startedAt,
                endedAt,
                step,
                steps,
                epoch,
                epochs,
                spec,
                specFault,
                specHash,
                written,
                params,
                configuration,
                said,
                fields,
                found == null ? Map.of() : found,
                device,
                preparing,
                why,
                tags,
                starred,
                pinned,
                archived,
                deletedAt,
                hasNote,
                external,
                heardAt,
                silent,
                parent,
                parentName,
                children,
                where,
                where == null ? null : where.dataHash(),
                where == null ? null : where.deviceSeconds());
    }
}
