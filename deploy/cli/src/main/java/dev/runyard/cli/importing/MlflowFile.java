package dev.runyard.cli.importing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.cli.terminal.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;

/** The SQLite file that an MLflow server keeps, as {@code mlflow server --backend-store-uri sqlite:///mlflow.db} does; only read. */
final class MlflowFile implements Tracker {
    private static final String RUNS = """
            select r.run_uuid, r.name, r.status, r.start_time, r.end_time, r.artifact_uri, e.name as experiment
            from runs r join experiments e on e.experiment_id = r.experiment_id
            where r.lifecycle_stage = 'active' order by e.experiment_id, r.start_time, r.run_uuid""";

    private static final String POINTS =
            "select key, value, is_nan, timestamp, step from metrics where run_uuid = ? order by key, step, timestamp";

    private static final String DATASETS = """
            select i.input_uuid, d.name, d.digest, d.dataset_source_type as source_type, d.dataset_source as source,
                   d.dataset_schema as schema, d.dataset_profile as profile
            from inputs i join datasets d on d.dataset_uuid = i.source_id
            where i.source_type = 'DATASET' and i.destination_type = 'RUN' and i.destination_id = ? order by d.name, d.digest""";

    private static final String DATASET_TAGS = "select name, value from input_tags where input_uuid = ? order by name";
    private static final List<String> DATASET_FIELDS =
            List.of("name", "digest", "source_type", "source", "schema", "profile");

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String PROXIED = "mlflow-artifacts:";

    private final Path file;
    private final List<String> names;
    private final @Nullable Path artifacts;

    /**
     * @param names of experiments; empty: all
     * @param artifacts where its server keeps the files that it serves; null: files are not taken over
     */
    MlflowFile(Path file, List<String> names, @Nullable Path artifacts) {
        this.file = file;
        this.names = names;
        this.artifacts = artifacts;
    }

    @Override
    public List<Past> runs(Consumer<String> left) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw Failure.badInput(
                    file + " is no file", "give an address such as http://mlflow:5000, or the path of mlflow.db");
        }
        try (Connection database = open()) {
            List<Past> runs = new ArrayList<>();
            try (PreparedStatement all = database.prepareStatement(RUNS);
                    ResultSet r = all.executeQuery()) {
                while (r.next()) {
                    if (names.isEmpty() || names.contains(r.getString("experiment"))) {
                        runs.add(past(database, r));
                    }
                }
            }
            return runs;
        } catch (SQLException e) {
            throw Failure.badInput(
                    file + " cannot be read as a database of MLflow: " + e.getMessage(),
                    "give the file that its server is started with (--backend-store-uri sqlite:///…)");
        }
    }

    private Connection open() throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setReadOnly(true);
        config.setBusyTimeout(10_000); // its server may write meanwhile
        return config.createConnection("jdbc:sqlite:" + file.toAbsolutePath());
    }

    /** A server that is older than MLflow 2.4 knows none. */
    private static boolean hasInputs(Connection database) throws SQLException {
        try (ResultSet table = database.getMetaData().getTables(null, null, "inputs", null)) {
            return table.next();
        }
    }

    private void datasets(String run, Consumer<JsonNode> taker) throws IOException {
        try (Connection database = open()) {
            if (!hasInputs(database)) {
                return;
            }
            try (PreparedStatement of = database.prepareStatement(DATASETS);
                    PreparedStatement tags = database.prepareStatement(DATASET_TAGS)) {
                of.setString(1, run);
                try (ResultSet r = of.executeQuery()) {
                    while (r.next()) {
                        ObjectNode input = JSON.createObjectNode();
                        tags.setString(1, r.getString("input_uuid"));
                        pairs(input.putArray("tags"), tags);
                        ObjectNode dataset = input.putObject("dataset");
                        for (String field : DATASET_FIELDS) {
                            String text = r.getString(field);
                            if (text != null) {
                                dataset.put(field, text);
                            }
                        }
                        taker.accept(input);
                    }
                }
            }
        } catch (SQLException e) {
            throw new IOException("data sets of run " + run + " cannot be read from " + file, e);
        }
    }

    private static void pairs(ArrayNode into, PreparedStatement of) throws SQLException {
        try (ResultSet r = of.executeQuery()) {
            while (r.next()) {
                String value = r.getString(2);
                into.addObject().put("key", r.getString(1)).put("value", value == null ? "" : value);
            }
        }
    }

    private Past past(Connection database, ResultSet r) throws SQLException {
        String id = r.getString("run_uuid");
        SortedMap<String, String> tags = texts(database, "tags", id);
        String named = tags.getOrDefault("mlflow.runName", "");
        MlflowTracker.OWN.forEach(tags::remove);
        String name = r.getString("name");
        String uri = r.getString("artifact_uri");
        long end = r.getLong("end_time");
        boolean ended = !r.wasNull();
        return new Past(
                "mlflow:file/" + id,
                r.getString("experiment"),
                name != null && !name.isBlank() ? name : named.isBlank() ? id : named,
                MlflowTracker.status(r.getString("status")),
                r.getLong("start_time"),
                ended ? end : null,
                texts(database, "params", id),
                tags,
                new Content() {
                    @Override
                    public void points(PointTaker taker) throws IOException {
                        MlflowFile.this.points(id, taker);
                    }

                    @Override
                    public void datasets(Consumer<JsonNode> taker) throws IOException {
                        MlflowFile.this.datasets(id, taker);
                    }

                    @Override
                    public void files(FileTaker taker, Consumer<String> lost) throws IOException {
                        MlflowFile.this.files(uri == null ? "" : uri, taker, lost);
                    }
                });
    }

    private static SortedMap<String, String> texts(Connection database, String table, String run) throws SQLException {
        SortedMap<String, String> texts = new TreeMap<>();
        try (PreparedStatement of =
                database.prepareStatement("select key, value from " + table + " where run_uuid = ?")) {
            of.setString(1, run);
            try (ResultSet r = of.executeQuery()) {
                while (r.next()) {
                    String value = r.getString(2);
                    texts.put(r.getString(1), value == null ? "" : value);
                }
            }
        }
        return texts;
    }

    private void points(String run, PointTaker taker) throws IOException {
        try (Connection database = open();
                PreparedStatement of = database.prepareStatement(POINTS)) {
            of.setString(1, run);
            try (ResultSet r = of.executeQuery()) {
                while (r.next()) {
                    double value = r.getBoolean("is_nan") ? Double.NaN : r.getDouble("value");
                    taker.take(r.getString("key"), value, r.getLong("timestamp"), r.getLong("step"));
                }
            }
        } catch (SQLException e) {
            throw new IOException("points of run " + run + " cannot be read from " + file, e);
        }
    }

    private void files(String uri, FileTaker taker, Consumer<String> left) throws IOException {
        if (artifacts == null) {
            return;
        }
        Path root = root(uri, artifacts);
        if (root == null || !Files.isDirectory(root)) {
            boolean proxied = uri.startsWith(PROXIED);
            boolean here = proxied ? Files.isDirectory(artifacts) : root != null;
            if (!here) {
                left.accept(
                        proxied
                                ? "files that the server keeps: there is no folder " + artifacts
                                        + "; say where it is with --artifacts"
                                : "files that lie elsewhere (" + uri.replaceFirst("^([a-z0-9+]+:/*[^/]*).*", "$1/…")
                                        + ")");
            }
            return; // a run without files has no folder
        }
        try (Stream<Path> all = Files.walk(root)) {
            for (Path path : all.filter(Files::isRegularFile).sorted().toList()) {
                taker.take(root.relativize(path).toString().replace('\\', '/'), path);
            }
        }
    }

    /** Where a run's files are on this machine; null: elsewhere. */
    private static @Nullable Path root(String uri, Path artifacts) {
        try {
            if (uri.startsWith(PROXIED)) {
                Path root = artifacts
                        .resolve(uri.substring(PROXIED.length()).replaceFirst("^/+", ""))
                        .normalize();
                return root.startsWith(artifacts.normalize()) ? root : null;
            }
            if (uri.startsWith("file:")) {
                return Path.of(java.net.URI.create(uri.replaceFirst("^file:/*", "file:///")));
            }
            return uri.startsWith("/") ? Path.of(uri) : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
