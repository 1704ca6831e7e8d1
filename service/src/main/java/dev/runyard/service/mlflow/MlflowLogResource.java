package dev.runyard.service.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.service.auth.Role;
import dev.runyard.service.metric.PointBatch;
import dev.runyard.service.run.client.ClientLog;
import dev.runyard.service.run.client.ClientRuns;
import dev.runyard.service.run.client.ClientTags;
import dev.runyard.spec.json.Json;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What programs log by MLflow's protocol. Each call may come again, and changes nothing then. */
@Path("/api/2.0/mlflow/runs")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.WILDCARD)
@Blocking
@Tag(name = "mlflow")
@RolesAllowed({Role.RESEARCHER, Role.ATTEMPT})
public class MlflowLogResource {
    private static final long MAX_STEP = 1L << 53;
    private static final long MAX_MILLIS = 253_000_000_000_000L;
    private static final PointBatch NO_POINTS =
            new PointBatch(0, 0, new String[0], new long[0], new double[0], new double[0], new long[0]);

    private final ClientRuns runs;
    private final ClientLog log;
    private final Scope scope;
    private final MlflowModels models;

    MlflowLogResource(ClientRuns runs, ClientLog log, Scope scope, MlflowModels models) {
        this.models = models;
        this.runs = runs;
        this.log = log;
        this.scope = scope;
    }

    @POST
    @Path("/log-metric")
    public ObjectNode metric(byte[] body) {
        Wire message = Wire.body(body);
        UUID run = message.run();
        PointBatch points = points(List.of(message));
        log.store(writable(run), new ClientLog.Entry(Map.of(), points, List.of()));
        return nothing();
    }

    @POST
    @Path("/log-parameter")
    public ObjectNode param(byte[] body) {
        Wire message = Wire.body(body);
        UUID run = message.run();
        Map<String, String> params = params(List.of(message));
        log.store(writable(run), new ClientLog.Entry(params, NO_POINTS, List.of()));
        return nothing();
    }

    @POST
    @Path("/log-batch")
    public ObjectNode batch(byte[] body) {
        Wire message = Wire.body(body);
        UUID run = message.run();
        List<Wire> metrics = few("metrics", message.list("metrics"), MlflowRuns.Limits.BATCH_METRICS);
        List<Wire> params = few("params", message.list("params"), MlflowRuns.Limits.BATCH_PARAMS);
        List<Wire> tags = few("tags", message.list("tags"), MlflowRuns.Limits.BATCH_TAGS);
        int all = metrics.size() + params.size() + tags.size();
        if (all > MlflowRuns.Limits.BATCH) {
            throw Wire.invalid("A batch logging request can contain at most " + MlflowRuns.Limits.BATCH
                    + " metrics, params, and tags in total; got " + all);
        }
        ClientLog.Entry entry = new ClientLog.Entry(params(params), points(metrics), List.of());
        ObjectNode texts = MlflowRuns.tags(tags);
        boolean resumes = texts.has(ClientTags.RESUME_STEP);
        boolean named = tags.size() == all && all > 0 && !resumes;
        ClientRuns.Kept kept = named ? runs.changeable(run, scope.caller()) : writable(run);
        if (resumes) {
            // First, else the batch's own points beyond that step would count as what was left behind.
            MlflowTags.set(runs, log, kept, texts);
            kept = writable(run);
        }
        if (tags.size() < all) {
            log.store(kept, entry);
        }
        if (!resumes) {
            MlflowTags.set(runs, log, kept, texts);
        }
        return nothing();
    }

    @POST
    @Path("/log-inputs")
    public ObjectNode inputs(byte[] body) {
        Wire message = Wire.body(body);
        UUID run = message.run();
        List<ClientLog.Dataset> datasets = new ArrayList<>();
        for (Wire input : few("datasets", message.list("datasets"), MlflowRuns.Limits.BATCH)) {
            Wire dataset = input.messageOrNull("dataset");
            if (dataset == null) {
                throw input.missing("dataset");
            }
            datasets.add(new ClientLog.Dataset(
                    dataset.key("name"),
                    dataset.key("digest"),
                    dataset.text("source_type"),
                    dataset.text("source"),
                    dataset.textOrNull("schema"),
                    dataset.textOrNull("profile"),
                    MlflowRuns.tags(input.list("tags"))));
        }
        log.store(writable(run), new ClientLog.Entry(Map.of(), NO_POINTS, datasets));
        return nothing();
    }

    /** Which models the run made. */
    @POST
    @Path("/outputs")
    public ObjectNode outputs(byte[] body) {
        Wire message = Wire.body(body);
        UUID run = message.run();
        List<Wire> made = few("models", message.list("models"), MlflowRuns.Limits.BATCH);
        ClientRuns.Kept kept = writable(run);
        for (Wire output : made) {
            String id = output.text("model_id");
            scope.sees(models.one(id).run());
            Long step = output.wholeOrNull("step");
            models.output(kept, id, step == null ? 0 : within("step", step, MAX_STEP));
        }
        return nothing();
    }

    /** As clients of MLflow 2 say that they logged one: in a tag of the run, one after the other. */
    @POST
    @Path("/log-model")
    public ObjectNode model(byte[] body) {
        Wire message = Wire.body(body);
        UUID run = message.run();
        JsonNode model = Json.tree(message.text("model_json"));
        if (!model.isObject() || !model.path("artifact_path").isTextual()) {
            throw Wire.invalid("Malformed model info. Missing mandatory fields: artifact_path");
        }
        ClientRuns.Kept kept = writable(run);
        runs.append(kept.id(), ClientTags.MODELS, model, kept.by());
        return nothing();
    }

    private ClientRuns.Kept writable(UUID run) {
        return runs.writable(run, scope.caller());
    }

    private static ObjectNode nothing() {
        return Json.mapper().createObjectNode();
    }

    static List<Wire> few(String name, List<Wire> messages, int most) {
        if (messages.size() > most) {
            throw Wire.invalid("A batch logging request can contain at most " + most + " " + name + ". Got "
                    + messages.size() + ". Please split up " + name + " across multiple requests and try again.");
        }
        return messages;
    }

    private static Map<String, String> params(List<Wire> messages) {
        Map<String, String> params = new TreeMap<>();
        for (Wire message : messages) {
            String key = message.key("key");
            String value = message.textOrEmpty("value");
            if (value.length() > MlflowRuns.Limits.PARAM) {
                throw Wire.invalid("Param value of '" + key + "' exceeds the maximum length of "
                        + MlflowRuns.Limits.PARAM + " characters: " + value.length());
            }
            String before = params.put(key, value);
            if (before != null && !before.equals(value)) {
                throw Wire.invalid("Duplicate parameter keys have been submitted: " + key);
            }
        }
        return params;
    }

    private static PointBatch points(List<Wire> messages) {
        int n = messages.size();
        String[] keys = new String[n];
        long[] steps = new long[n];
        long[] times = new long[n];
        double[] values = new double[n];
        double[] epochs = new double[n];
        Set<String> checked = new HashSet<>();
        for (int i = 0; i < n; i++) {
            Wire message = messages.get(i);
            keys[i] = message.key("key", checked);
            values[i] = message.number("value");
            times[i] = within("timestamp", message.whole("timestamp"), MAX_MILLIS) * 1_000;
            Long step = message.wholeOrNull("step");
            steps[i] = step == null ? 0 : within("step", step, MAX_STEP);
            epochs[i] = Double.NaN;
        }
        return new PointBatch(0, n, keys, steps, epochs, values, times);
    }

    private static long within(String field, long value, long most) {
        if (value < 0 || value > most) {
            throw Wire.invalid("Invalid value " + value + " for parameter '" + field + "' supplied: it must lie in [0, "
                    + most + "]");
        }
        return value;
    }
}
