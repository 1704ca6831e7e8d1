package dev.runyard.service.run;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.service.db.Statements;
import dev.runyard.spec.json.Json;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;

/** Stores the {@link Configuration} of every run, and reads it. */
@ApplicationScoped
public class Configurations {
    private static final int BATCH = 500;

    /** Most different values of one path that the catalogue of an experiment holds. */
    public static final int DISTINCT = 1_000;

    /** Longer values are in no catalogue: nobody picks them from a list. */
    private static final int LONGEST = 500;

    private static final String WRITE = """
            with layouts as (
              insert into config_layout (id, paths) values (?, cast(? as text[])) on conflict do nothing),
            stored as (
              insert into run_config (run_id, layout, vals) values (?, ?, cast(? as text[])) on conflict (run_id) %s
              returning run_id)
            insert into config_unseen (run_id) select run_id from stored on conflict do nothing""";

    private static final String STORE = WRITE.formatted("do nothing");
    private static final String REPLACE =
            WRITE.formatted("do update set layout = excluded.layout, vals = excluded.vals");

    private static final String LACKING = """
            select r.id, r.spec, r.params from run r
            where r.id > ? and not exists (select 1 from run_config c where c.run_id = r.id) order by r.id limit ?""";

    /**
     * Values that a batch of new runs brings into the catalogue. Values of a path that has its fill are left out; of two replicas each
     * takes other runs.
     */
    private static final String SEE = """
            with taken as (
              delete from config_unseen where run_id in
                (select run_id from config_unseen order by run_id limit %d for update skip locked)
              returning run_id),
            brought as (
              select distinct r.experiment_id, v.path, v.value
              from taken t join run r on r.id = t.run_id join run_config c on c.run_id = t.run_id
              join config_layout l on l.id = c.layout cross join lateral unnest(l.paths, c.vals) as v(path, value)
              where octet_length(v.value) <= %d),
            room as (
              select b.experiment_id, b.path,
                     (select count(*) from (select 1 from config_value o where o.experiment_id = b.experiment_id
                                              and o.path = b.path limit %d) c) as had
              from (select distinct experiment_id, path from brought) b),
            added as (
              insert into config_value (experiment_id, path, value)
              select n.experiment_id, n.path, n.value
              from (select b.*, m.had, row_number() over (partition by b.experiment_id, b.path order by b.value) as nth
                    from brought b join room m using (experiment_id, path)) n
              where n.had + n.nth <= %d
              order by 1, 2, 3
              on conflict do nothing)
            select count(*) from taken""".formatted(BATCH, LONGEST, DISTINCT, DISTINCT);

    private final Statements statements;

    public Configurations(Statements statements) {
        this.statements = statements;
    }

    /** In the caller's transaction. A run that has one keeps it. */
    public void store(UUID run, Configuration configuration) {
        write(STORE, run, configuration);
    }

    /** The same for a run that gets more of it while it goes on. */
    public void replace(UUID run, Configuration configuration) {
        write(REPLACE, run, configuration);
    }

    private void write(String sql, UUID run, Configuration configuration) {
        UUID layout = configuration.layout();
        statements.change(
                sql,
                layout,
                configuration.paths(),
                run,
                layout,
                configuration.values().values());
    }

    /** Their values go into the catalogue of the experiment that they are in now. */
    public void moved(Collection<UUID> runs) {
        statements.change(
                "insert into config_unseen (run_id) select unnest(cast(? as uuid[])) on conflict do nothing", runs);
    }

    /** Makes what runs of earlier releases lack, batch by batch; where it was interrupted it goes on. */
    public void complete() {
        UUID last = new UUID(0, 0);
        while (true) {
            UUID from = last;
            List<UUID> made = QuarkusTransaction.requiringNew().call(() -> complete(from));
            if (made.isEmpty()) {
                return;
            }
            last = made.get(made.size() - 1);
        }
    }

    private List<UUID> complete(UUID after) {
        record Lacking(UUID run, Configuration configuration) {}
        List<Lacking> lacking = statements.rows(
                LACKING,
                r -> new Lacking(
                        r.getObject(1, UUID.class),
                        Configuration.of(Json.tree(r.getString(2)), Json.tree(r.getString(3)))),
                after,
                BATCH);
        lacking.forEach(one -> store(one.run(), one.configuration()));
        return lacking.stream().map(Lacking::run).toList();
    }

    /** Takes the values of new runs into the catalogue. Answers whether there may be more. */
    public boolean see() {
        return QuarkusTransaction.requiringNew().call(() -> statements.number(SEE)) == BATCH;
    }

    /** All of a run's configuration, by path. */
    public SortedMap<String, JsonNode> of(UUID run) {
        return byRun("where c.run_id = ?", run).getOrDefault(run, new TreeMap<>());
    }

    /** What the runs have of these parameters, by their names. */
    public Map<UUID, SortedMap<String, JsonNode>> of(Collection<UUID> runs, List<String> names) {
        if (runs.isEmpty() || names.isEmpty()) {
            return Map.of();
        }
        List<String> paths = Stream.concat(names.stream(), names.stream().map(name -> Configuration.PROGRAM + name))
                .toList();
        Map<UUID, SortedMap<String, JsonNode>> found =
                byRun("where c.run_id = any(?) and v.path = any(cast(? as text[]))", runs, paths);
        found.values()
                .forEach(values -> names.forEach(name -> {
                    JsonNode program = values.get(Configuration.PROGRAM + name);
                    if (program != null) {
                        values.putIfAbsent(name, program);
                    }
                }));
        found.values().forEach(values -> values.keySet().retainAll(Set.copyOf(names)));
        return found;
    }

    private Map<UUID, SortedMap<String, JsonNode>> byRun(String where, Object... values) {
        Map<UUID, SortedMap<String, JsonNode>> found = new HashMap<>();
        statements.each(
                "select c.run_id, v.path, v.value from run_config c join config_layout l on l.id = c.layout"
                        + " cross join lateral unnest(l.paths, c.vals) as v(path, value) " + where,
                r -> found.computeIfAbsent(r.getObject(1, UUID.class), id -> new TreeMap<>())
                        .put(r.getString(2), Json.tree(r.getString(3))),
                values);
        return found;
    }
}
