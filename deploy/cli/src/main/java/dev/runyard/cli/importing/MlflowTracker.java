package dev.runyard.cli.importing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.cli.remote.LabApi;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** A server that speaks MLflow's REST. */
final class MlflowTracker implements Tracker {
    private static final String API = "../2.0/mlflow/";
    private static final int PAGE = 200;
    private static final int POINTS = 25_000;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Tags that the lab writes by itself. */
    static final List<String> OWN = List.of("mlflow.runName", Takeover.ORIGIN, Takeover.WHOLE);

    private final LabApi server;
    private final List<String> names;
    private final boolean files;

    /** @param names of experiments; empty: all */
    MlflowTracker(LabApi server, List<String> names, boolean files) {
        this.server = server;
        this.names = names;
        this.files = files;
    }

    @Override
    public List<Past> runs(Consumer<String> left) {
        Map<String, String> experiments = new LinkedHashMap<>();
        ObjectNode all = JSON.createObjectNode().put("max_results", PAGE).put("view_type", "ALL");
        pages("experiments/search", all, "experiments").forEach(e -> {
            String name = e.path("name").asText();
            if (names.isEmpty() || names.contains(name)) {
                experiments.put(e.path("experiment_id").asText(), name);
            }
        });
        List<Past> runs = new ArrayList<>();
        experiments.forEach((id, name) -> {
            ObjectNode query = JSON.createObjectNode().put("max_results", PAGE).put("run_view_type", "ACTIVE_ONLY");
            query.putArray("experiment_ids").add(id);
            pages("runs/search", query, "runs").forEach(run -> runs.add(past(name, run)));
        });
        return runs;
    }

    /** What is to run has not ended; an import makes nothing wait. */
    static String status(String word) {
        return word.equals("SCHEDULED") ? "RUNNING" : word;
    }

    private Past past(String experiment, JsonNode run) {
        JsonNode info = run.path("info");
        String id = info.path("run_id").asText();
        SortedMap<String, String> tags = texts(run.path("data").path("tags"));
        OWN.forEach(tags::remove);
        List<String> keys = StreamSupport.stream(
                        run.path("data").path("metrics").spliterator(), false)
                .map(metric -> metric.path("key").asText())
                .toList();
        return new Past(
                "mlflow:" + server.url() + "/" + id,
                experiment,
                info.path("run_name").asText(id),
                status(info.path("status").asText("FINISHED")),
                info.path("start_time").asLong(),
                info.hasNonNull("end_time") ? info.path("end_time").asLong() : null,
                texts(run.path("data").path("params")),
                tags,
                new Content() {
                    @Override
                    public void points(PointTaker taker) throws IOException {
                        for (String key : keys) {
                            history(id, key, taker);
                        }
                    }

                    @Override
                    public void datasets(Consumer<JsonNode> taker) {
                        run.path("inputs").path("dataset_inputs").forEach(taker);
                    }

                    @Override
                    public void files(FileTaker taker, Consumer<String> lost) throws IOException {
                        String root = info.path("artifact_uri").asText();
                        if (!files) {
                            return;
                        }
                        if (!root.startsWith("mlflow-artifacts:")) {
                            lost.accept("files of runs that are not served by the tracking server ("
                                    + root.replaceFirst("[^:/]+$", "…") + ")");
                            return;
                        }
                        folder(id, root.replaceFirst("^mlflow-artifacts:/+", ""), "", taker);
                    }
                });
    }

    private void history(String run, String key, PointTaker taker) throws IOException {
        String token = "";
        do {
            JsonNode page = server.get(API + "metrics/get-history?run_id=" + run + "&metric_key=" + LabApi.encode(key)
                    + "&max_results=" + POINTS + (token.isEmpty() ? "" : "&page_token=" + LabApi.encode(token)));
            for (JsonNode point : page.path("metrics")) {
                JsonNode value = point.path("value");
                taker.take(
                        key,
                        value.isTextual() ? Double.parseDouble(value.textValue()) : value.asDouble(),
                        point.path("timestamp").asLong(),
                        point.path("step").asLong());
            }
            token = page.path("next_page_token").asText("");
        } while (!token.isEmpty());
    }

    private void folder(String run, String root, String path, FileTaker taker) throws IOException {
        JsonNode list = server.get(
                API + "artifacts/list?run_id=" + run + (path.isEmpty() ? "" : "&path=" + LabApi.encode(path)));
        for (JsonNode file : list.path("files")) {
            String name = file.path("path").asText();
            if (file.path("is_dir").asBoolean()) {
                folder(run, root, name, taker);
                continue;
            }
            Path part = Files.createTempFile("runyard-import", ".part");
            try {
                StringBuilder address = new StringBuilder("../2.0/mlflow-artifacts/artifacts");
                for (String step : (root + "/" + name).split("/")) {
                    address.append('/').append(LabApi.encode(step));
                }
                server.download(address.toString(), part);
                taker.take(name, part);
            } finally {
                Files.deleteIfExists(part);
            }
        }
    }

    private Stream<JsonNode> pages(String path, ObjectNode query, String items) {
        List<JsonNode> all = new ArrayList<>();
        String token;
        do {
            JsonNode page = server.again(API + path, query);
            Iterator<JsonNode> some = page.path(items).elements();
            some.forEachRemaining(all::add);
            token = page.path("next_page_token").asText("");
            query.put("page_token", token);
        } while (!token.isEmpty());
        return all.stream();
    }

    private static SortedMap<String, String> texts(JsonNode pairs) {
        SortedMap<String, String> texts = new TreeMap<>();
        pairs.forEach(
                pair -> texts.put(pair.path("key").asText(), pair.path("value").asText()));
        return texts;
    }
}
