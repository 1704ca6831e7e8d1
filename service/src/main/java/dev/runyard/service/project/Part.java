package dev.runyard.service.project;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What is kept of a project in one table. In the order of {@link #ALL} what a row refers to comes before it, so that rows can be written in
 * this order, and removed in the opposite one.
 *
 * @param table its name
 * @param which condition on the table's rows {@code t}; each question mark is the project's id
 * @param order of rows, the same in every lab
 * @param without columns that mean something in their own lab alone
 */
record Part(String table, String which, String order, Set<String> without) {
    private static final String OF_PROJECT = "t.project_id = ?";
    private static final String IN_RUNS = "t.run_id in (select id from run where project_id = ?)";
    private static final String IN_SWEEPS = "t.sweep_id in (select id from sweep where project_id = ?)";
    private static final String IN_REPORTS = "t.report_id in (select id from report where project_id = ?)";
    private static final String IN_EXPERIMENTS = "t.experiment_id in (select id from experiment where project_id = ?)";

    /** Points; written by their metric's name, some of one metric to a line. */
    static final String POINTS = "metric_point";

    /** Those whose rows name their metric by a number that is the lab's own. */
    static final Set<String> BY_METRIC = Set.of("metric_summary", "metric_block");

    /** Shared with other projects: what is there already stays as it is, and removing a project leaves it. */
    static final Set<String> SHARED = Set.of("worker", "device", "config_layout", "blob");

    static final List<Part> ALL = List.of(
            of("retention", OF_PROJECT, "t.project_id"),
            of("experiment", OF_PROJECT, "t.created_at, t.id"),
            of("sweep", OF_PROJECT, "t.created_at, t.id"),
            of("run", OF_PROJECT, "t.created_at, t.id"),
            of("worker", "t.id in (select worker_id from attempt t where " + IN_RUNS + ")", "t.id"),
            of("device", "t.id in (select device_id from attempt t where " + IN_RUNS + ")", "t.id"),
            of("config_layout", "t.id in (select layout from run_config t where " + IN_RUNS + ")", "t.id"),
            of("run_config", IN_RUNS, "t.run_id"),
            of("config_value", IN_EXPERIMENTS, "t.experiment_id, t.path, t.value"),
            of("client_run", IN_RUNS, "t.run_id"),
            of("run_dataset", IN_RUNS, "t.run_id, t.name, t.digest"),
            of("logged_model", IN_RUNS, "t.run_id, t.id"),
            of(
                    "run_output",
                    IN_RUNS + " and t.model_id in (select t.id from logged_model t where " + IN_RUNS + ")",
                    "t.run_id, t.model_id"),
            of("attempt", IN_RUNS, "t.run_id, t.attempt"),
            of("run_log", IN_RUNS, "t.run_id, t.attempt, t.seq"),
            new Part(
                    "event",
                    "(" + IN_RUNS + " or " + IN_SWEEPS + " or " + IN_EXPERIMENTS + ")",
                    "t.seq",
                    Set.of("seq", "tx", "position")),
            of(POINTS, IN_RUNS, ""),
            of("metric_summary", IN_RUNS, "t.run_id, k.key"),
            of("metric_block", IN_RUNS, "t.run_id, k.key, t.block"),
            new Part(
                    "blob",
                    "(t.sha256 in (select sha256 from artifact t where " + IN_RUNS
                            + ") or t.sha256 in (select sha256 from checkpoint_file t where " + IN_RUNS
                            + ")" + code("run", "spec", "{code,archive}") + code("run", "spec", "{code,diff}")
                            + code("sweep", "spec -> 'base'", "{base,code,archive}")
                            + code("sweep", "spec -> 'base'", "{base,code,diff}") + ")",
                    "t.sha256",
                    Set.of("created_at", "touched_at")),
            of("checkpoint", IN_RUNS, "t.run_id, t.attempt, t.step"),
            of("checkpoint_file", IN_RUNS, "t.run_id, t.attempt, t.step, t.name"),
            of("artifact", IN_RUNS, "t.run_id, t.attempt, t.name"),
            of("sweep_point", IN_SWEEPS, "t.sweep_id, t.sweep_index"),
            of("sweep_draw", IN_SWEEPS, "t.sweep_id, t.point"),
            new Part("sweep_reading", IN_SWEEPS, "t.seq", Set.of("seq")),
            new Part(
                    "note",
                    "(t.subject in (select id from run where project_id = ?) or t.subject in (select id from sweep where project_id = ?)"
                            + " or t.subject in (select id from experiment where project_id = ?))",
                    "t.id",
                    Set.of("id")),
            of("saved_view", OF_PROJECT, "t.created_at, t.id"),
            of("report", OF_PROJECT, "t.created_at, t.id"),
            of("report_version", IN_REPORTS, "t.report_id, t.version"),
            of("report_frozen", IN_REPORTS, "t.report_id, t.content"),
            of("report_citation", IN_REPORTS, "t.report_id, t.content, t.run_id"));

    /**
     * What a project has beside these, and what is not written out: who its members are and what they may use, which is for the lab that it
     * comes to, and what devices did for it.
     */
    static final List<Part> LAB = List.of(
            of("lease", IN_RUNS, ""),
            of("refusal", IN_RUNS, ""),
            of("config_unseen", IN_RUNS, ""),
            of("usage", OF_PROJECT, ""),
            of("share", OF_PROJECT, ""),
            of("member", OF_PROJECT, ""),
            of("blob_sender", OF_PROJECT, ""),
            of(
                    "idempotency",
                    "(t.made in (select id from run where project_id = ?) or t.made in (select id from sweep where project_id = ?))",
                    ""));

    /** Programs' files, which specs name; each set is read once, whatever the lab holds. */
    private static String code(String table, String of, String path) {
        return " or t.sha256 in (select spec #>> '" + path + "' from " + table
                + " where project_id = ? and jsonb_exists(" + of + ", 'code'))";
    }

    private static Part of(String table, String which, String order) {
        return new Part(table, which, order, Set.of());
    }

    /**
     * SQL for a row as JSON: without its metric's number, of a host and its device what they are called alone, and of no project, since it
     * is read into another.
     */
    String line() {
        String kept =
                switch (table) {
                    case "worker" ->
                        "jsonb_build_object('id', t.id, 'host', t.host, 'machine', t.machine, 'pid', t.pid, 'version', t.version,"
                                + " 'registered_at', t.registered_at)";
                    case "device" ->
                        "jsonb_build_object('id', t.id, 'host', t.host, 'machine', t.machine, 'key', t.key, 'kind', t.kind,"
                                + " 'name', t.name, 'memory_bytes', t.memory_bytes, 'slots', t.slots, 'created_at', t.created_at)";
                    default -> "to_jsonb(t)";
                };
        StringBuilder sql = new StringBuilder(kept);
        without.stream()
                .sorted()
                .forEach(column -> sql.append(" - '").append(column).append('\''));
        if (ofProject()) {
            sql.append(" || '{\"project_id\": null}'");
        }
        if (BY_METRIC.contains(table)) {
            sql.append(" - 'key_id' || jsonb_build_object('key', k.key)").append(zeros());
        }
        return sql.toString();
    }

    /** A zero's sign, which a number of JSON loses here: as text, of which the column is read as well. */
    private String zeros() {
        List<String> values = table.equals("metric_summary")
                ? List.of("last", "min", "max", "best")
                : List.of("first", "last", "min", "max");
        return values.stream()
                .map(value -> "'%1$s', case when t.%1$s::text = '-0' then '-0' end".formatted(value))
                .collect(Collectors.joining(
                        ", ",
                        values.stream()
                                .map("t.%s = 0"::formatted)
                                .collect(Collectors.joining(
                                        " or ", " || case when ", " then jsonb_strip_nulls(jsonb_build_object(")),
                        ")) else '{}' end"));
    }

    /** Whether each row says itself of which project it is. */
    boolean ofProject() {
        return which.equals(OF_PROJECT);
    }

    /** The project's id as often as the condition asks for it. */
    Object[] values(Object project) {
        Object[] values = new Object[(int) which.chars().filter(c -> c == '?').count()];
        java.util.Arrays.fill(values, project);
        return values;
    }
}
