package dev.runyard.e2e.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runyard.e2e.lab.LabProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * A lab to measure, without a worker: one of its own on an empty home, or one that runs already (its home as the argument). Rows that no client may
 * make (runs that an imagined worker holds, a hundred thousand finished runs) are made in its Postgres.
 */
public final class BenchLab implements AutoCloseable {
    private static final String USER = "runyard_service";

    private final @Nullable LabProcess own;
    private final URI base;
    private final String secret;
    private final String person;
    private final Connection database;
    private final String address;
    private final String place;
    private final Path home;
    private final long service;

    private BenchLab(@Nullable LabProcess own, Path home) throws IOException, SQLException {
        this.own = own;
        JsonNode lab = new ObjectMapper().readTree(home.resolve("lab.json").toFile());
        this.base = URI.create(lab.get("url").asText());
        this.service = lab.get("pid").asLong();
        this.person = Files.readString(home.resolve("person.secret")).strip();
        this.secret = Files.readString(home.resolve("lab.secret")).strip();
        String password = Files.readString(home.resolve("service.secret")).strip();
        this.home = home;
        this.place = "127.0.0.1:" + lab.get("postgresPort").asInt() + "/postgres";
        this.database = DriverManager.getConnection("jdbc:postgresql://" + place, USER, password);
        this.address = USER + ":" + password + "@" + place;
    }

    /** @param arguments the home of a running embedded lab, or nothing */
    public static BenchLab open(String[] arguments) throws IOException, InterruptedException, SQLException {
        if (arguments.length > 0) {
            return new BenchLab(null, Path.of(arguments[0]));
        }
        Path home = Files.createTempDirectory("runyard-bench");
        LabProcess own = LabProcess.start(home, Map.of("RUNYARD_WORKERS", "0"));
        try {
            return new BenchLab(own, home);
        } catch (IOException | SQLException e) {
            own.close();
            throw e;
        }
    }

    /** As SQLAlchemy names its Postgres, with a schema to work in, which is made where it is missing: the service's account may not. */
    public String database(String schema) throws IOException, SQLException {
        String secret = Files.readString(home.resolve("postgres.secret")).strip();
        try (Connection owner = DriverManager.getConnection("jdbc:postgresql://" + place, "runyard", secret);
                Statement s = owner.createStatement()) {
            s.execute("create schema if not exists " + schema + " authorization " + USER);
        }
        return "postgresql+psycopg2://" + address + "?options=-csearch_path%3D" + schema;
    }

    /** The service's process. */
    public long service() {
        return service;
    }

    /** The process above Postgres' backends. */
    public long postmaster() throws SQLException {
        try (Statement s = database.createStatement();
                ResultSet r = s.executeQuery("select pg_backend_pid()")) {
            r.next();
            return ProcessHandle.of(r.getLong(1))
                    .flatMap(ProcessHandle::parent)
                    .orElseThrow()
                    .pid();
        }
    }

    public URI at(String path) {
        return base.resolve(path);
    }

    /** A request as a person of this lab makes it. */
    public HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(at(path)).header("Authorization", "Bearer " + person);
    }

    /** A run that a worker holds for a day, its attempt 1 training. */
    public UUID heldRun(String name) throws SQLException {
        UUID run = UUID.randomUUID();
        UUID worker = UUID.randomUUID();
        UUID device = UUID.randomUUID();
        update(
                "insert into worker (id, host, pid, version, last_seen) values (?, ?, 1, 'bench', now() + interval '1 day')",
                worker,
                "bench-" + worker);
        update(
                "insert into device (id, host, key, kind, name, memory_bytes, slots, worker_id)"
                        + " values (?, ?, 'cpu', 'cpu', 'imagined', 0, 1, ?)",
                device,
                "bench-" + worker,
                worker);
        experiment("bench-ingest");
        update(
                "insert into run (id, project_id, experiment_id, name, state, attempt, spec, spec_hash, created_by, epochs,"
                        + " started_at) select ?, project_id, id, ?, 'RUNNING', 1, cast(? as jsonb), '', 'bench', 1, now()"
                        + " from experiment where name = 'bench-ingest'",
                run,
                name,
                SPEC);
        update(
                "insert into attempt (run_id, attempt, device_id, worker_id, state, started_at)"
                        + " values (?, 1, ?, ?, 'RUNNING', now())",
                run,
                device,
                worker);
        update(
                "insert into lease (run_id, attempt, device_id, slot, expires_at)"
                        + " values (?, 1, ?, 0, now() + interval '1 day')",
                run,
                device);
        return run;
    }

    /** Runs whose names begin so, the oldest first. */
    public List<UUID> runs(String prefix) throws SQLException {
        try (PreparedStatement s = database.prepareStatement(
                "select id from run where starts_with(name, ?) and state <> 'RUNNING' order by created_at")) {
            s.setString(1, prefix);
            List<UUID> found = new ArrayList<>();
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    found.add(r.getObject(1, UUID.class));
                }
            }
            return found;
        }
    }

    /** As {@link #heldRun} leaves it: over, so that nothing waits for its worker. */
    public void release(UUID run) throws SQLException {
        update("update lease set released_at = now() where run_id = ?", run);
        update("update run set state = 'CANCELLED', ended_at = now() where id = ?", run);
    }

    public static final String SPEC = "{\"task\":\"train\",\"dataset\":{\"id\":\"shapes\"}}";

    public void experiment(String name) throws SQLException {
        update(
                "insert into experiment (project_id, name, created_by) select id, ?, 'bench' from project"
                        + " where name = 'default' on conflict do nothing",
                name);
    }

    public void update(String sql, Object... values) throws SQLException {
        try (PreparedStatement s = database.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                s.setObject(i + 1, values[i]);
            }
            s.executeUpdate();
        }
    }

    public void execute(String sql) throws SQLException {
        try (Statement s = database.createStatement()) {
            s.execute(sql);
        }
    }

    /** What a person of the lab shows. */
    public String bearer() {
        return "Bearer " + person;
    }

    /** What the service gives to attempt 1 of a run. */
    public String bearer(UUID run) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            byte[] token = mac.doFinal(("attempt|" + run + "|1").getBytes(StandardCharsets.UTF_8));
            return "Bearer runyard-attempt." + run + ".1."
                    + Base64.getUrlEncoder().withoutPadding().encodeToString(token);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }

    @Override
    public void close() throws IOException, InterruptedException, SQLException {
        database.close();
        if (own != null) {
            own.close();
        }
    }
}
