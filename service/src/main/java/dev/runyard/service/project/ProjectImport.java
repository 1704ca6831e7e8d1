package dev.runyard.service.project;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.service.blob.Artifacts;
import dev.runyard.service.db.Asking;
import dev.runyard.service.db.DatabaseFailure;
import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Problem;
import dev.runyard.service.metric.Goal;
import dev.runyard.spec.json.Json;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads what {@link ProjectExport} wrote into an empty project: all of it, or nothing. */
@ApplicationScoped
public class ProjectImport {
    private static final int BATCH = 500;
    private static final long BATCH_BYTES = 8L << 20;

    /** Rows that are given to the database together may be of one table alone. */
    private static final Map<String, Part> PARTS =
            Part.ALL.stream().collect(Collectors.toMap(Part::table, part -> part));

    /** Whose rows are known by an id that is the same in every lab. */
    private static final Set<String> OWN_IDS =
            Set.of("experiment", "sweep", "run", "report", "saved_view", "logged_model");

    /** By which columns a row says whose it is. */
    private static final Map<String, String> OWNERS = Map.of(
            "experiment_id",
            "experiment",
            "sweep_id",
            "sweep",
            "run_id",
            "run",
            "of_run",
            "run",
            "report_id",
            "report",
            "model_id",
            "logged_model");

    private static final String POINTS =
            "copy metric_point (run_id, key_id, attempt, superseded_by, step, time, value, epoch) from stdin";

    /** Where the database says which row it cannot copy. */
    private static final Pattern ROW = Pattern.compile("COPY \\w+, line (\\d{1,18})");

    private final Statements statements;
    private final Asking asking;
    private final Artifacts artifacts;

    ProjectImport(Statements statements, Asking asking, Artifacts artifacts) {
        this.statements = statements;
        this.asking = asking;
        this.artifacts = artifacts;
    }

    /**
     * @param name of the project that it becomes, which is made, or is there and empty
     * @param sha256 of the lines, which were stored before, as every file that they name
     * @return rows by table
     * @throws Problem 409 PROJECT_NOT_EMPTY, ALREADY_THERE; 422 for what is no such file, or lacks one
     */
    Map<String, Long> read(String name, String sha256, String who) {
        return asking.asLab(() -> QuarkusTransaction.requiringNew()
                .timeout(ProjectExport.HOURS_SECONDS)
                .call(() -> {
                    statements.change("set local statement_timeout = 0");
                    return new Reading(project(name, who)).all(sha256);
                }));
    }

    private UUID project(String name, String who) {
        statements.change(
                "insert into project (name, created_by) values (?, ?) on conflict (name) do nothing", name, who);
        UUID project = statements
                .row("select id from project where name = ? for update", r -> r.getObject(1, UUID.class), name)
                .orElseThrow();
        long rows = statements.number("""
                select (select count(*) from run where project_id = ?) + (select count(*) from sweep where project_id = ?)
                  + (select count(*) from report where project_id = ?)""", project, project, project);
        if (rows > 0) {
            throw Problem.of(
                    409,
                    "PROJECT_NOT_EMPTY",
                    "Project " + name + " has runs, sweeps or reports already; import it under another name.");
        }
        // What every project begins with, and what was said of it while it was empty.
        statements.change("delete from experiment where project_id = ?", project);
        statements.change("delete from retention where project_id = ?", project);
        return project;
    }

    /** One import under way. */
    private final class Reading {
        private final UUID project;
        private final Map<String, Long> rows = new LinkedHashMap<>();
        private final Map<String, String> devices = new HashMap<>();
        private final Map<String, List<String>> columns = new HashMap<>();
        private final Map<String, Integer> keys = new HashMap<>();
        private final Set<String> came = new HashSet<>();
        private String table = "";
        private ArrayNode batch = Json.mapper().createArrayNode();
        private final StringBuilder points = new StringBuilder();
        /** Of {@link #points}: the line that brought a row, by the first of its rows, from 1. */
        private final NavigableMap<Long, Long> lines = new TreeMap<>();

        private long copied;
        private long bytes;

        Reading(UUID project) {
            this.project = project;
        }

        Map<String, Long> all(String sha256) {
            try (BufferedReader in =
                    new BufferedReader(new InputStreamReader(artifacts.open(sha256), StandardCharsets.UTF_8))) {
                String head = in.readLine();
                if (head == null || line(head, 1).path("format").asInt() != ProjectExport.FORMAT) {
                    throw bad(1, "is not the first of an export that this version reads");
                }
                long n = 1;
                for (String text = in.readLine(); text != null; text = in.readLine()) {
                    n++;
                    if (text.startsWith(PointLine.PREFIX)) {
                        points(text, n);
                        continue;
                    }
                    JsonNode line = line(text, n);
                    if (line.path("end").asBoolean()) {
                        flush();
                        long all = rows.values().stream()
                                .mapToLong(Long::longValue)
                                .sum();
                        if (all != line.path("rows").asLong()) {
                            throw bad(n, "tells of " + line.path("rows") + " rows, but there were " + all);
                        }
                        return rows;
                    }
                    take(line, text.length(), n);
                }
                throw bad(n, "is the last, though the end is missing: the file was cut off");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private JsonNode line(String text, long n) {
            try {
                return Json.tree(text);
            } catch (RuntimeException e) {
                throw bad(n, "is no JSON");
            }
        }

        private Problem bad(long line, String why) {
            return Problem.invalid("BAD_EXPORT", "sha256", "line " + line, why, "export the project again");
        }

        private void take(JsonNode line, long size, long n) {
            String of = line.path("table").asText();
            if (!PARTS.containsKey(of) || of.equals(Part.POINTS) || !(line.path("row") instanceof ObjectNode row)) {
                throw bad(n, "is no row of a table that this version knows");
            }
            turn(of, batch.size() == BATCH || bytes > BATCH_BYTES);
            if (Objects.requireNonNull(PARTS.get(of)).ofProject()) {
                // Whatever the line says, or does not say.
                row.put("project_id", project.toString());
            }
            own(of, row, n);
            if (row.has("device_id")
                    && devices.containsKey(row.path("device_id").asText())) {
                row.put("device_id", devices.get(row.path("device_id").asText()));
            }
            String key = row.path("key").asText("");
            if (!key.isEmpty() && !of.equals("device")) {
                keys.computeIfAbsent(key, this::key);
            }
            batch.add(row);
            bytes += size;
        }

        private void points(String text, long n) {
            PointLine line;
            try {
                line = PointLine.read(text);
            } catch (JsonProcessingException e) {
                throw bad(n, "is no JSON");
            } catch (IOException e) {
                throw bad(n, Objects.requireNonNull(e.getMessage()));
            }
            turn(Part.POINTS, points.length() > BATCH_BYTES);
            brought("run", line.run().toString(), n);
            lines.put(copied + 1, n);
            copied += line.steps().size();
            line.copyTo(points, keys.computeIfAbsent(line.key(), this::key));
            rows.merge(Part.POINTS, 1L, Long::sum);
        }

        /** Rows of one table go together. */
        private void turn(String of, boolean full) {
            if (!of.equals(table) || full) {
                flush();
                table = of;
            }
        }

        private int key(String key) {
            statements.change(
                    "insert into metric_key (key, lower_is_better) values (?, ?) on conflict do nothing",
                    key,
                    Goal.of(key) == Goal.MIN);
            return (int) statements.number("select id from metric_key where key = ?", key);
        }

        /** What a line refers to came before it: nothing is read into a run, a sweep, an experiment or a report of another project. */
        private void own(String of, ObjectNode row, long n) {
            OWNERS.forEach((column, table) -> {
                if (row.hasNonNull(column)) {
                    brought(table, row.path(column).asText(), n);
                }
            });
            if (of.equals("note") && row.hasNonNull("subject")) {
                brought(
                        row.path("kind").asText().toLowerCase(Locale.ROOT),
                        row.path("subject").asText(),
                        n);
            }
            if (OWNERS.containsValue(of)) {
                came.add(of + " " + row.path("id").asText());
            }
        }

        private void brought(String owner, String id, long n) {
            if (!came.contains(owner + " " + id)) {
                throw bad(n, "is of the " + owner + " " + id + ", which no line before it brought");
            }
        }

        private void flush() {
            if (points.length() > 0) {
                copy();
                points.setLength(0);
                lines.clear();
                copied = 0;
            }
            if (batch.isEmpty()) {
                return;
            }
            rows.merge(table, (long) batch.size(), Long::sum);
            String json = batch.toString();
            switch (table) {
                case "blob" -> blobs(json);
                case "worker" -> workers(json);
                case "device" -> devices(json);
                default -> rows(json);
            }
            batch = Json.mapper().createArrayNode();
            bytes = 0;
        }

        private void copy() {
            try {
                statements.copy(POINTS, points.toString());
            } catch (DatabaseFailure e) {
                if (!e.state().startsWith("22") && !e.state().startsWith("23")) {
                    throw e;
                }
                String said = String.valueOf(e.getMessage());
                Matcher row = ROW.matcher(said);
                long first = row.find() ? Math.max(1, Long.parseLong(row.group(1))) : 1;
                throw bad(
                        Objects.requireNonNull(lines.floorEntry(first)).getValue(),
                        "has a point that no lab can hold, or one that another line has: "
                                + said.lines().findFirst().orElse(""));
            }
        }

        private void rows(String json) {
            try {
                statements.change(insert(table), json);
            } catch (DatabaseFailure e) {
                if (OWN_IDS.contains(table) && e.state().equals("23505")) {
                    throw Problem.of(
                            409,
                            "ALREADY_THERE",
                            "Rows of this export's " + table
                                    + " are in this lab already, in another project; it holds each"
                                    + " once. Import it into another lab, or remove that project first.");
                }
                throw e;
            }
        }

        private String insert(String into) {
            boolean metric = Part.BY_METRIC.contains(into);
            // What an older version did not have yet is as the table says.
            List<String> names = columns.computeIfAbsent(into, this::columns).stream()
                    .filter(batch.get(0)::has)
                    .filter(name ->
                            !Objects.requireNonNull(PARTS.get(into)).without().contains(name))
                    .toList();
            return "insert into " + into + " (" + String.join(", ", names) + (metric ? ", key_id" : "") + ") select t."
                    + String.join(", t.", names) + (metric ? ", k.id" : "")
                    + " from jsonb_array_elements(cast(? as jsonb)) with ordinality e (line, n)"
                    + " cross join lateral jsonb_populate_record(cast(null as " + into + "), e.line) t"
                    + (metric ? " join metric_key k on k.key = e.line ->> 'key'" : "")
                    + " order by e.n" + (Part.SHARED.contains(into) ? " on conflict do nothing" : "");
        }

        private List<String> columns(String of) {
            return statements.rows(
                    "select column_name from information_schema.columns where table_schema = 'public' and table_name = ?"
                            + " and column_name <> 'key_id' and is_identity = 'NO' and is_generated = 'NEVER'"
                            + " order by ordinal_position",
                    r -> r.getString(1),
                    of);
        }

        /** Their bytes came before. */
        private void blobs(String json) {
            List<String> missing = statements.rows("""
                    select t.sha256 from jsonb_to_recordset(cast(? as jsonb)) as t (sha256 text, size bigint)
                    where not exists (select 1 from blob b where b.sha256 = t.sha256 and b.size = t.size) limit 1""", r -> r.getString(1), json);
            if (!missing.isEmpty()) {
                throw Problem.invalid(
                        "MISSING_BLOB",
                        "sha256",
                        missing.get(0),
                        "is named by the export, and is not in this lab's artifact store",
                        "PUT /api/v1/artifacts/" + missing.get(0) + " first");
            }
        }

        /** Of the lab that it comes from; here nobody hears of them. */
        private void workers(String json) {
            statements.change("""
                    insert into worker (id, host, machine, pid, version, registered_at, last_seen, left_at)
                    select id, host, machine, pid, version, registered_at, registered_at, registered_at
                    from jsonb_populate_recordset(cast(null as worker), cast(? as jsonb)) on conflict do nothing""", json);
        }

        /** One that this lab knows too, by host and name, is the same. */
        private void devices(String json) {
            statements.change("""
                    insert into device (id, host, machine, key, kind, name, memory_bytes, slots, created_at, lost)
                    select id, host, machine, key, kind, name, memory_bytes, slots, created_at, true
                    from jsonb_populate_recordset(cast(null as device), cast(? as jsonb)) on conflict do nothing""", json);
            statements.each("""
                    select t.id, d.id from jsonb_populate_recordset(cast(null as device), cast(? as jsonb)) t
                    join device d on (d.host, d.machine, d.key) = (t.host, t.machine, t.key)""", r -> devices.put(r.getString(1), r.getString(2)), json);
        }
    }
}
