package dev.runyard.service.mlflow;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.service.db.Asking;
import dev.runyard.service.db.Statements;
import dev.runyard.service.event.Journal;
import dev.runyard.service.experiment.Curated;
import dev.runyard.service.experiment.Experiment;
import dev.runyard.service.experiment.Experiments;
import dev.runyard.service.http.Given;
import dev.runyard.service.http.Problem;
import dev.runyard.service.run.client.ClientTags;
import dev.runyard.spec.json.Json;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Experiments by MLflow's ids and names. The one that everything goes to is "Default" with the id 0 there. */
@ApplicationScoped
class MlflowExperiments {
    static final String DEFAULT_ID = "0";
    static final String DEFAULT_NAME = "Default";

    private static final int MOST_TAGS = 1_000;

    /** The experiment stands as {@code r}, so that the filters' tags are its own; one value: the project whose default one has the id 0. */
    static final String SELECT = """
            select r.id, r.project_id, r.name, r.created_at, r.deleted_at, r.tags, %s as changed,
                   r.name = '%s' and r.project_id = cast(? as uuid) as home
            from experiment r\s""".formatted(changed(), Experiment.DEFAULT);

    /** When anybody changed it last. */
    static String changed() {
        return "coalesce((select max(v.time) from event v where v.experiment_id = r.id), r.created_at)";
    }

    private final Statements statements;
    private final Asking asking;
    private final Experiments experiments;
    private final Journal journal;

    MlflowExperiments(Statements statements, Asking asking, Experiments experiments, Journal journal) {
        this.asking = asking;
        this.statements = statements;
        this.experiments = experiments;
        this.journal = journal;
    }

    /** One experiment. */
    record Row(
            UUID id,
            UUID project,
            String name,
            Instant createdAt,
            Instant changedAt,
            @Nullable Instant deletedAt,
            SortedMap<String, String> tags,
            boolean home) {
        Row(ResultSet r) throws SQLException {
            this(
                    r.getObject("id", UUID.class),
                    r.getObject("project_id", UUID.class),
                    r.getString("name"),
                    Statements.instant(r, "created_at"),
                    Statements.instant(r, "changed"),
                    Statements.time(r, "deleted_at"),
                    Curated.tags(r.getString("tags")),
                    r.getBoolean("home"));
        }

        /** As MLflow's clients know it. */
        String wireId() {
            return home ? DEFAULT_ID : id.toString();
        }

        Experiments.Place place() {
            return new Experiments.Place(project, id);
        }

        ObjectNode json() {
            ObjectNode json = Json.mapper().createObjectNode();
            json.put("experiment_id", wireId());
            json.put("name", home ? DEFAULT_NAME : name);
            json.put("artifact_location", "mlflow-artifacts:/" + id);
            json.put("lifecycle_stage", deletedAt == null ? "active" : "deleted");
            json.put("creation_time", createdAt.toEpochMilli());
            json.put("last_update_time", changedAt.toEpochMilli());
            MlflowRuns.pairs(json.putArray("tags"), tags);
            return json;
        }
    }

    /** The project whose default experiment has the id 0; null for whoever would have to name one of several. */
    @Nullable
    UUID homeProject() {
        try {
            return experiments.project();
        } catch (Problem e) {
            return null;
        }
    }

    /** @throws Problem 404 */
    @Transactional
    public Row byId(String wireId, String who) {
        if (wireId.equals(DEFAULT_ID)) {
            return byUuid(experiments.home(who).experiment()).orElseThrow();
        }
        UUID id = Wire.id(wireId);
        return Optional.ofNullable(id)
                .flatMap(this::byUuid)
                .orElseThrow(() -> Problem.of(
                        404, "RESOURCE_DOES_NOT_EXIST", "No Experiment with id=" + Wire.shown(wireId) + " exists"));
    }

    /**
     * Where a run goes, without all else that is known of its experiment: every run that begins asks.
     *
     * @param lostAfter what the experiment's tag says; null: nothing
     * @param wireId as MLflow's clients know it
     */
    record Place(Experiments.Place place, @Nullable String lostAfter, String wireId) {}

    /** @throws Problem 404; 400 for one that is deleted */
    Place place(String wireId, String who) {
        UUID id = Wire.id(wireId);
        Optional<Place> found = id == null
                ? Optional.empty()
                : asking.unrecorded(() -> statements.row(
                        "select project_id, tags ->> '" + ClientTags.LOST_AFTER
                                + "' from experiment where id = ? and deleted_at is null and name <> '"
                                + Experiment.DEFAULT + "'",
                        r -> new Place(
                                new Experiments.Place(r.getObject(1, UUID.class), id), r.getString(2), id.toString()),
                        id));
        if (found.isPresent()) {
            return found.get();
        }
        Row row = byId(wireId, who);
        if (row.deletedAt() != null) {
            throw Wire.invalid(
                    "The experiment " + row.wireId() + " must be in the 'active' state. Current state is deleted.");
        }
        return new Place(row.place(), row.tags().get(ClientTags.LOST_AFTER), row.wireId());
    }

    Optional<Row> byUuid(UUID id) {
        return statements.row(SELECT + "where r.id = ?", Row::new, homeProject(), id);
    }

    /** @throws Problem 404 in the words that make a client create it */
    @Transactional
    public Row byName(String name, String who) {
        if (name.equals(DEFAULT_NAME)) {
            return byId(DEFAULT_ID, who);
        }
        return experiments
                .find(name)
                .flatMap(this::byUuid)
                .orElseThrow(() -> Problem.of(
                        404,
                        "RESOURCE_DOES_NOT_EXIST",
                        "Could not find experiment with name '" + Wire.shown(name) + "'"));
    }

    /** @throws Problem 400 RESOURCE_ALREADY_EXISTS */
    @Transactional
    public Row create(String name, ObjectNode tags, String who) {
        String checked = Given.label("name", name);
        UUID project = experiments.project();
        if (checked.equals(DEFAULT_NAME)) {
            experiments.home(who);
            throw exists(checked, false);
        }
        Optional<UUID> made =
                statements.row("""
                insert into experiment (project_id, name, created_by, tags) values (?, ?, ?, cast(? as jsonb))
                on conflict do nothing returning id""", r -> r.getObject(1, UUID.class), project, checked, who, Json.canonical(tags));
        UUID id = made.orElseThrow(() -> exists(
                checked,
                statements.number(
                                "select count(*) from experiment where project_id = ? and name = ? and deleted_at is not null",
                                project,
                                checked)
                        > 0));
        journal.curated(null, null, id, who, "create");
        return byUuid(id).orElseThrow();
    }

    private static Problem exists(String name, boolean deleted) {
        return Problem.of(
                400,
                "RESOURCE_ALREADY_EXISTS",
                "Experiment '" + name + "' already exists"
                        + (deleted ? " in deleted state. You can restore the experiment, or name another." : "."));
    }

    /** Sets a tag, or with null takes it away. */
    @Transactional
    public boolean tag(UUID experiment, String tag, @Nullable String value, String who) {
        if (tag.equals(ClientTags.LOST_AFTER) && value != null) {
            ClientTags.seconds(value);
        }
        String change = value == null
                ? "tags - cast(? as text)"
                : "tags || jsonb_build_object(cast(? as text), cast(? as text))";
        Integer count = statements
                .row(
                        "update experiment set tags = " + change + " where id = ?"
                                + (value == null ? " and jsonb_exists(tags, ?)" : "")
                                + " returning (select count(*) from jsonb_object_keys(tags))",
                        r -> r.getInt(1),
                        value == null ? new Object[] {tag, experiment, tag} : new Object[] {tag, value, experiment})
                .orElse(-1);
        if (count > MOST_TAGS) {
            throw Problem.invalid(
                    "TOO_MANY_TAGS",
                    "tags",
                    count,
                    "are more than the " + MOST_TAGS + " that an experiment may have",
                    null);
        }
        if (count >= 0) {
            journal.curated(null, null, experiment, who, "tag");
        }
        return count >= 0;
    }

    List<Row> rows(String sql, List<@Nullable Object> values) {
        return statements.rows(sql, Row::new, values.toArray());
    }
}
