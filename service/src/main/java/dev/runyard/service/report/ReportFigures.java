package dev.runyard.service.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Problem;
import dev.runyard.service.result.KeptPredictions;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.judging.Answered;
import dev.runyard.spec.table.Measured;
import dev.runyard.spec.table.ReportSpec;
import dev.runyard.spec.table.ReportTable;
import dev.runyard.spec.table.Tabulation;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the runs of a definition measured. Figures are made by the database over every run that matches; of runs that share row, column and
 * seed the newest finished one counts.
 */
@ApplicationScoped
class ReportFigures {
    /** Most cells of one table. */
    private static final int CELLS = 10_000;

    /** Most files of answers that one table reads. */
    private static final int ANSWERS = 500;

    private static final int LISTED = 50;

    /** Most pictures of one table. */
    private static final int PICTURES = 100;

    /** A path that names where files lie on some host says nothing of what was done. */
    private static final String ELSEWHERE = "(^|\\.)root$";

    private static final String DIFFERING = """
            select cell, path from (
              select g.cell, v.path, count(distinct v.value) as different, count(*) as had, max(g.runs) as runs
              from unnest(cast(? as int[]), cast(? as uuid[]), cast(? as int[])) as g(cell, id, runs)
              join run_config c on c.run_id = g.id join config_layout l on l.id = c.layout
              cross join lateral unnest(l.paths, c.vals) as v(path, value)
              where v.path <> all(cast(? as text[])) and v.path !~ ?
              group by g.cell, v.path) d
            where different > 1 or had < runs order by cell, path""";

    private final Statements statements;
    private final ReportRuns runs;
    private final KeptPredictions kept;

    ReportFigures(Statements statements, ReportRuns runs, KeptPredictions kept) {
        this.statements = statements;
        this.runs = runs;
        this.kept = kept;
    }

    /**
     * The table of a definition as of now.
     *
     * @throws dev.runyard.spec.InvalidSpec for a field, sweep or filter that means nothing
     */
    ReportTable table(ReportSpec spec) {
        Measured measured = statements.snapshot(() -> measured(spec));
        return Tabulation.of(spec, spec.ofAnswers() ? measured.answered(answers(spec, measured.cells())) : measured);
    }

    /** Of cells of one run each: a test of answers is of no others. */
    private Map<Measured.Answer, Answered> answers(ReportSpec spec, List<Measured.Cell> cells) {
        List<Measured.Cell> single =
                cells.stream().filter(cell -> cell.ids().size() == 1).toList();
        if (single.size() > ANSWERS) {
            throw Problem.invalid(
                    "OUT_OF_RANGE",
                    "against.test",
                    "mcnemar",
                    "would read the answers of " + single.size() + " cells, more than " + ANSWERS,
                    "narrow the filter");
        }
        Map<Measured.Answer, Answered> found = new HashMap<>();
        for (Measured.Cell cell : single) {
            UUID run = cell.ids().get(0);
            kept.answered(
                            run,
                            ReportSpec.judgedSet(spec.cell().metric().get(cell.metric()))
                                    .orElse(null))
                    .ifPresent(answered -> found.put(new Measured.Answer(run, cell.metric()), answered));
        }
        return found;
    }

    private Measured measured(ReportSpec spec) {
        ReportRuns.Chosen chosen = runs.of(spec);
        Set<String> seen = new HashSet<>();
        List<Measured.Cell> cells = cells(spec, chosen, seen);
        long matching = cells.stream()
                .filter(cell -> cell.metric() == 0)
                .mapToLong(Measured.Cell::runs)
                .sum();
        if (matching > ReportRuns.MOST) {
            throw Problem.invalid(
                    "OUT_OF_RANGE",
                    "runs",
                    matching,
                    "must match at most " + ReportRuns.MOST + " runs",
                    "narrow the filter");
        }
        int expected = (int) Math.max(
                Math.max(seen.size(), runs.seeds(chosen.sweep())),
                cells.stream().mapToLong(Measured.Cell::n).max().orElse(0));
        List<Measured.Unfinished> unfinished = new ArrayList<>();
        long total = unfinished(spec, chosen, unfinished);
        return new Measured(
                differing(cells, chosen.paths()),
                matching,
                expected,
                unfinished,
                total,
                parameters(spec, chosen),
                runs.gone(spec.runs().ids()),
                Map.of(),
                pictures(spec, chosen));
    }

    /** Of finished runs and of tasks that looked at them; of each name the newest. */
    private List<Measured.Picture> pictures(ReportSpec spec, ReportRuns.Chosen chosen) {
        if (spec.figures().isEmpty()) {
            return List.of();
        }
        int rows = spec.rows().size();
        String made = list("b", rows);
        List<@Nullable Object> values = new ArrayList<>(chosen.values());
        values.add(spec.figures().stream()
                .map(ReportSpec.FigureSpec::artifact)
                .distinct()
                .toList());
        return statements.rows(
                chosen.with() + "select * from (select distinct on (ch.id, a.name) ch.id, ch.created_at, " + made
                        + ", a.name as file, a.sha256 from chosen ch"
                        + " join run t on (t.id = ch.id or t.of_run = ch.id) and t.deleted_at is null"
                        + " join artifact a on a.run_id = t.id where ch.state = 'FINISHED' and a.name = any(?)"
                        + " order by ch.id, a.name, t.created_at desc, a.attempt desc) p order by created_at, id, file limit "
                        + PICTURES,
                r -> new Measured.Picture(
                        values(r, "b", rows),
                        r.getObject("id", UUID.class),
                        r.getString("file"),
                        r.getString("sha256")),
                values.toArray());
    }

    private static String list(String letter, int n) {
        return IntStream.range(0, n).mapToObj(i -> letter + i).collect(Collectors.joining(", "));
    }

    private static String by(ReportSpec spec) {
        return Stream.of(list("b", spec.rows().size()), list("c", spec.columns().size()), "m")
                .filter(text -> !text.isEmpty())
                .collect(Collectors.joining(", "));
    }

    private List<Measured.Cell> cells(ReportSpec spec, ReportRuns.Chosen chosen, Set<String> seen) {
        String by = by(spec);
        String metrics = IntStream.range(0, spec.cell().metric().size())
                .mapToObj(i -> "(" + i + ", f" + i + ")")
                .collect(Collectors.joining(", "));
        String sql = chosen.with() + """
                , data as materialized (
                  select distinct on (k.run_id) k.run_id, k.manifest ->> 'dataHash' as h
                  from checkpoint k where k.run_id in (select id from chosen where state = 'FINISHED')
                  order by k.run_id, k.attempt desc, k.step desc),
                judged as materialized (
                  select distinct on (a.run_id) a.run_id, a.judged as j from artifact a
                  where a.name = 'predictions.safetensors' and a.run_id in (select id from chosen where state = 'FINISHED')
                  order by a.run_id, a.attempt desc),
                measured as materialized (
                  select ch.*, case when o = '' then cast(id as text) else o end as one, x.m, x.v
                  from chosen ch cross join lateral (values %2$s) x(m, v)),
                counted as (
                  select %1$s, count(*) as runs, count(*) filter (where state = 'FINISHED' and v is not null) as done,
                         cast(extract(epoch from min(created_at)) * 1e6 as bigint) as first,
                         array_agg(distinct o) filter (where o <> '') as seen
                  from measured group by %1$s),
                single as (
                  select distinct on (%1$s, one) measured.* from measured where state = 'FINISHED' and v is not null
                  order by %1$s, one, created_at desc, id),
                figures as (
                  select %1$s, count(*) as n, avg(v) as mean, stddev_samp(v) as std,
                         array_agg(v order by nth, one) as vals, array_agg(one order by nth, one) as overs,
                         array_agg(id order by nth, one) as ids,
                         array_agg(distinct h order by h) filter (where h is not null) as data, count(*) filter (where h is null) as unknown,
                         case when bool_and(j is not null) then array_agg(distinct j order by j) end as judged
                  from (select single.*, coalesce(data.h, judged.j) as h, judged.j,
                               case when one ~ '^-?[0-9]{1,18}$' then cast(one as bigint) end as nth
                        from single left join data on data.run_id = single.id left join judged on judged.run_id = single.id) s
                  group by %1$s)
                select * from counted left join figures using (%1$s) limit %3$d""".formatted(by, metrics, CELLS + 1);
        List<Measured.Cell> cells =
                statements.rows(sql, r -> cell(spec, r, seen), chosen.values().toArray());
        if (cells.size() > CELLS) {
            throw Problem.invalid(
                    "OUT_OF_RANGE",
                    "rows",
                    spec.rows().toString(),
                    "make more than " + CELLS + " cells",
                    "name fields with fewer values");
        }
        return cells;
    }

    private static Measured.Cell cell(ReportSpec spec, ResultSet r, Set<String> seen) throws SQLException {
        long n = r.getLong("n");
        seen.addAll(list(r.getArray("seen"), String[].class));
        return new Measured.Cell(
                values(r, "b", spec.rows().size()),
                values(r, "c", spec.columns().size()),
                r.getInt("m"),
                r.getLong("first"),
                r.getLong("runs"),
                n,
                r.getObject("mean", Double.class),
                r.getObject("std", Double.class),
                list(r.getArray("vals"), Double[].class),
                list(r.getArray("overs"), String[].class),
                list(r.getArray("ids"), UUID[].class),
                r.getLong("done") - n,
                list(r.getArray("data"), String[].class),
                r.getLong("unknown"),
                list(r.getArray("judged"), String[].class),
                List.of());
    }

    private static List<JsonNode> values(ResultSet r, String letter, int n) throws SQLException {
        List<JsonNode> values = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            values.add(Json.tree(r.getString(letter + i)));
        }
        return values;
    }

    private static <T> List<T> list(@Nullable Array array, Class<T[]> type) throws SQLException {
        return array == null ? List.of() : Arrays.asList(type.cast(array.getArray()));
    }

    /** With the paths in which runs of one cell differ though nothing in the definition says that they may. */
    private List<Measured.Cell> differing(List<Measured.Cell> cells, List<String> allowed) {
        List<Integer> at = new ArrayList<>();
        List<UUID> ids = new ArrayList<>();
        List<Integer> sizes = new ArrayList<>();
        for (int i = 0; i < cells.size(); i++) {
            List<UUID> of = cells.get(i).ids();
            for (UUID id : of.size() > 1 ? of : List.<UUID>of()) {
                at.add(i);
                ids.add(id);
                sizes.add(of.size());
            }
        }
        Map<Integer, List<String>> found = new HashMap<>();
        statements.each(
                DIFFERING,
                r -> found.computeIfAbsent(r.getInt(1), cell -> new ArrayList<>())
                        .add(r.getString(2)),
                at.stream().mapToInt(Integer::intValue).toArray(),
                ids,
                sizes.stream().mapToInt(Integer::intValue).toArray(),
                allowed,
                ELSEWHERE);
        return IntStream.range(0, cells.size())
                .mapToObj(i -> found.containsKey(i) ? cells.get(i).differingIn(found.get(i)) : cells.get(i))
                .toList();
    }

    private long unfinished(ReportSpec spec, ReportRuns.Chosen chosen, List<Measured.Unfinished> listed) {
        int metrics = spec.cell().metric().size();
        String nothing = "coalesce(" + list("f", metrics) + ") is null";
        List<Long> total = statements.rows(
                chosen.with() + "select id, name, state, case when state = 'FINISHED' then 'it has no value of "
                        + "the metric' else concat_ws(': ', reason, message) end as why, "
                        + list("b", spec.rows().size())
                        + ", count(*) over () as total from chosen where state <> 'FINISHED' or " + nothing
                        + " order by state <> 'FAILED', created_at, id limit " + LISTED,
                r -> {
                    String why = r.getString("why");
                    listed.add(new Measured.Unfinished(
                            r.getObject("id", UUID.class),
                            r.getString("name"),
                            r.getString("state"),
                            why == null || why.isEmpty()
                                    ? null
                                    : why.length() > 200 ? why.substring(0, 200) + "…" : why,
                            values(r, "b", spec.rows().size())));
                    return r.getLong("total");
                },
                chosen.values().toArray());
        return total.isEmpty() ? 0 : total.get(0);
    }

    private Map<List<String>, List<Double>> parameters(ReportSpec spec, ReportRuns.Chosen chosen) {
        if (spec.extra().stream().noneMatch(one -> one.asText().equals("trainedParameters"))) {
            return Map.of();
        }
        String rows = list("b", spec.rows().size());
        Map<List<String>, List<Double>> found = new HashMap<>();
        statements.each(
                chosen.with() + "select " + rows + ", array_agg(distinct p order by p) as ps from chosen"
                        + " where state = 'FINISHED' and p is not null group by " + rows,
                r -> {
                    List<Double> all = list(r.getArray("ps"), Double[].class);
                    found.put(
                            Measured.keys(values(r, "b", spec.rows().size())),
                            all.size() < 3 ? all : List.of(all.get(0), all.get(all.size() - 1)));
                },
                chosen.values().toArray());
        return found;
    }
}
