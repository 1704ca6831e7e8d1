package dev.runyard.service.metric;

import static io.restassured.RestAssured.given;

import dev.runyard.service.auth.Tokens;
import io.agroal.api.AgroalDataSource;
import io.restassured.response.ValidatableResponse;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Rows and requests that the tests of metrics, artifacts and events start from. */
@ApplicationScoped
public class Lab {
    private final AgroalDataSource dataSource;
    private final Tokens tokens;

    Lab(AgroalDataSource dataSource, Tokens tokens) {
        this.dataSource = dataSource;
        this.tokens = tokens;
    }

    /** A run whose current attempt is 1. */
    public UUID run(String state) {
        UUID id = UUID.randomUUID();
        sql("insert into experiment (project_id, name, created_by) select id, 'metrics', 'test' from project"
                + " where name = 'default' on conflict do nothing");
        sql(
                "insert into run (id, project_id, experiment_id, name, state, attempt, spec, spec_hash, created_by, epochs)"
                        + " select ?, project_id, id, 'r', ?, 1, '{}', '', 'test', 1 from experiment where name = 'metrics'",
                id,
                state);
        return id;
    }

    /** Of a project that is there, in an experiment of its own. */
    public UUID run(String state, String project) {
        UUID id = run(state);
        sql(
                "insert into experiment (project_id, name, created_by) select id, 'e', 'test' from project where name = ?"
                        + " on conflict do nothing",
                project);
        sql(
                "update run set (project_id, experiment_id) = (select p.id, e.id from project p"
                        + " join experiment e on e.project_id = p.id where p.name = ?) where id = ?",
                project,
                id);
        return id;
    }

    public void attempt(UUID run, long attempt, String state) {
        sql("update run set attempt = ?, state = ? where id = ?", attempt, state, run);
    }

    public ValidatableResponse send(UUID run, long attempt, String points) {
        return body(run, attempt, "{\"attempt\":" + attempt + ",\"points\":[" + points + "]}");
    }

    public ValidatableResponse body(UUID run, long attempt, String body) {
        return given().header("Authorization", bearer(run, attempt))
                .contentType("application/json")
                .body(body)
                .post("/api/v1/runs/" + run + "/metrics")
                .then();
    }

    public String bearer(UUID run, long attempt) {
        return "Bearer " + tokens.attempt(run, attempt);
    }

    /** As a worker takes it up; the token of its program. */
    public String begun(UUID run, long attempt) {
        UUID worker = UUID.randomUUID();
        UUID device = UUID.randomUUID();
        sql(
                "insert into worker (id, host, machine, pid, version) values (?, 'h', ?, 1, '0')",
                worker,
                worker.toString());
        sql(
                "insert into device (id, host, machine, key, kind, name, memory_bytes, slots) values (?, 'h', ?, 'cpu', 'cpu', 'c', 0, 1)",
                device,
                worker.toString());
        sql(
                "insert into attempt (run_id, attempt, device_id, worker_id, state) values (?, ?, ?, ?, 'RUNNING')",
                run,
                attempt,
                device,
                worker);
        attempt(run, attempt, "RUNNING");
        return bearer(run, attempt);
    }

    public static String point(String key, long step, Object value) {
        return point(key, step, value, 1_700_000_000_000_000L + step);
    }

    public static String point(String key, long step, Object value, long time) {
        return "{\"key\":\"" + key + "\",\"step\":" + step + ",\"value\":" + value + ",\"time\":" + time + "}";
    }

    public int sql(String sql, Object... values) {
        try (Connection c = dataSource.getConnection();
                PreparedStatement s = c.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                s.setObject(i + 1, values[i]);
            }
            return s.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** First column of each row as text. */
    public List<String> column(String sql, Object... values) {
        try (Connection c = dataSource.getConnection();
                PreparedStatement s = c.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                s.setObject(i + 1, values[i]);
            }
            List<String> column = new ArrayList<>();
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    column.add(r.getString(1));
                }
            }
            return column;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    public long number(String sql, Object... values) {
        return Long.parseLong(column(sql, values).get(0));
    }
}
