package dev.runyard.service.mlflow;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.service.auth.Fence;
import dev.runyard.service.db.Statements;
import dev.runyard.service.experiment.Curated;
import dev.runyard.service.http.Problem;
import dev.runyard.service.run.client.ClientRuns;
import dev.runyard.spec.json.Json;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Models that programs log, as MLflow's clients know them. A model is its run's: whoever may log into that run may change it, as long as
 * they hold it, and its files are files of the run.
 */
@ApplicationScoped
class MlflowModels {
    /** Models of one run. */
    private static final int MOST = 10_000;

    /** Of the tags, and of the parameters, of one. */
    private static final int MOST_BYTES = 1 << 20;

    /** By what a model is found, and where it lies. */
    static final SortedMap<String, String> COLUMNS = new TreeMap<>(Map.of(
            "name", "m.name", "model_id", "m.id", "model_type", "m.type", "source_run_id", "cast(m.run_id as text)"));

    private static final String SELECT = """
            select m.id, m.run_id, m.name, m.type, m.status, m.params, m.tags, m.created_by, m.created_at, m.changed_at, r.experiment_id
            from logged_model m join run r on r.id = m.run_id\s""";

    private final Statements statements;
    private final Fence fence;

    MlflowModels(Statements statements, Fence fence) {
        this.fence = fence;
        this.statements = statements;
    }

    /** @param experiment that its run is in */
    record Model(String id, UUID run, UUID experiment, ObjectNode json) {}

    /** @throws Problem 422 for one too many */
    @Transactional
    public Model create(
            ClientRuns.Kept run,
            String id,
            String name,
            @Nullable String type,
            ObjectNode params,
            ObjectNode tags,
            String who) {
        fence.hold(run.by());
        if (statements.number("select count(*) from logged_model where run_id = ?", run.id()) >= MOST) {
            throw Problem.invalid(
                    "TOO_MANY_MODELS",
                    "name",
                    name,
                    "is one more than the " + MOST + " models that a run may have",
                    null);
        }
        statements.change(
                "insert into logged_model (id, run_id, name, type, params, tags, created_by)"
                        + " values (?, ?, ?, cast(? as text), cast(? as jsonb), cast(? as jsonb), ?)",
                id,
                run.id(),
                name,
                type,
                Json.canonical(params),
                Json.canonical(tags),
                who);
        return one(id);
    }

    /** @throws Problem 404 */
    Model one(String id) {
        return statements
                .row(SELECT + "where m.id = ?", MlflowModels::model, id)
                .orElseThrow(() -> Problem.of(
                        404, "RESOURCE_DOES_NOT_EXIST", "Logged model with ID '" + Wire.shown(id) + "' not found."));
    }

    /**
     * Those of experiments, the newest first; one more than asked for where there are more.
     *
     * @param equals names of {@link #COLUMNS} and their values
     */
    List<Model> of(Collection<UUID> experiments, SortedMap<String, String> equals, int most, int offset) {
        StringBuilder sql = new StringBuilder(SELECT).append("where r.experiment_id = any(?) and r.deleted_at is null");
        List<Object> values = new ArrayList<>(List.of(experiments));
        equals.forEach((name, value) -> {
            sql.append(" and ").append(COLUMNS.get(name)).append(" = ?");
            values.add(value);
        });
        sql.append(" order by m.created_at desc, m.id limit ? offset ?");
        values.add(most + 1);
        values.add(offset);
        return statements.rows(sql.toString(), MlflowModels::model, values.toArray());
    }

    @Transactional
    void status(ClientRuns.Kept run, String id, String status) {
        fence.hold(run.by());
        statements.change("update logged_model set status = ?, changed_at = now() where id = ?", status, id);
    }

    @Transactional
    void tag(ClientRuns.Kept run, String id, ObjectNode tags) {
        fence.hold(run.by());
        merged("tags", id, "tags || cast(? as jsonb)", tags);
    }

    @Transactional
    boolean untag(ClientRuns.Kept run, String id, String tag) {
        fence.hold(run.by());
        return statements.change(
                        "update logged_model set tags = tags - cast(? as text), changed_at = now()"
                                + " where id = ? and jsonb_exists(tags, ?)",
                        tag,
                        id,
                        tag)
                == 1;
    }

    /** What is said already stays. */
    @Transactional
    void params(ClientRuns.Kept run, String id, ObjectNode params) {
        fence.hold(run.by());
        merged("params", id, "cast(? as jsonb) || params", params);
    }

    private void merged(String column, String id, String with, ObjectNode more) {
        String text = Json.canonical(more);
        int changed = statements.change(
                "update logged_model set " + column + " = " + with + ", changed_at = now() where id = ?"
                        + " and octet_length((" + with + ")::text) <= " + MOST_BYTES,
                text,
                id,
                text);
        if (changed == 0) {
            throw Problem.invalid(
                    "OUT_OF_RANGE",
                    column,
                    id,
                    "would take more than " + MOST_BYTES + " bytes of this model",
                    "log what is long as a file of the run");
        }
    }

    @Transactional
    void delete(ClientRuns.Kept run, String id) {
        fence.hold(run.by());
        statements.change("delete from logged_model where id = ?", id);
    }

    @Transactional
    void output(ClientRuns.Kept run, String model, long step) {
        fence.hold(run.by());
        statements.change(
                "insert into run_output (run_id, model_id, step) values (?, ?, ?)"
                        + " on conflict (run_id, model_id) do update set step = excluded.step",
                run.id(),
                model,
                step);
    }

    private static Model model(ResultSet r) throws SQLException {
        String id = r.getString("id");
        UUID run = r.getObject("run_id", UUID.class);
        UUID experiment = r.getObject("experiment_id", UUID.class);
        ObjectNode model = Json.mapper().createObjectNode();
        ObjectNode info = model.putObject("info");
        info.put("model_id", id);
        info.put("experiment_id", experiment.toString());
        info.put("name", r.getString("name"));
        info.put("creation_timestamp_ms", Statements.instant(r, "created_at").toEpochMilli());
        info.put(
                "last_updated_timestamp_ms", Statements.instant(r, "changed_at").toEpochMilli());
        info.put("artifact_uri", "mlflow-artifacts:/" + experiment + "/" + run + "/artifacts/" + folder(id));
        info.put(
                "status",
                "LOGGED_MODEL_" + (r.getString("status").equals("FAILED") ? "UPLOAD_FAILED" : r.getString("status")));
        info.put("creator_id", r.getString("created_by"));
        String type = r.getString("type");
        if (type != null) {
            info.put("model_type", type);
        }
        info.put("source_run_id", run.toString());
        MlflowRuns.pairs(info.putArray("tags"), Curated.tags(r.getString("tags")));
        ObjectNode data = model.putObject("data");
        ArrayNode params = data.putArray("params");
        MlflowRuns.pairs(params, Curated.tags(r.getString("params")));
        data.putArray("metrics");
        return new Model(id, run, experiment, model);
    }

    /** Where its files lie among its run's. */
    static String folder(String id) {
        return "models/" + id;
    }
}
