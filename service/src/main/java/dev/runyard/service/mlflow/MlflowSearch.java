package dev.runyard.service.mlflow;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.service.db.Statements;
import dev.runyard.service.experiment.Curated;
import dev.runyard.service.experiment.Experiment;
import dev.runyard.service.run.client.ClientTags;
import dev.runyard.service.run.list.FieldJoins;
import dev.runyard.service.run.list.RunChoice;
import dev.runyard.service.run.list.RunField;
import dev.runyard.service.run.list.RunFilter;
import dev.runyard.service.run.list.RunQuery;
import dev.runyard.spec.json.Json;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Searches by MLflow's protocol, in the filters' own language: a superset of MLflow's. */
@ApplicationScoped
class MlflowSearch {
    private static final int RUNS = 1_000;
    /** Bytes of a page; one that would have more has fewer runs, and a token. */
    private static final long PAGE_BYTES = 16L << 20;

    /** Runs that are read first, and most that are read at once later, when it is known how large they are. */
    private static final int CHUNK = 25;

    private static final int LARGEST = 1_000;

    private static final Pattern ORDER =
            Pattern.compile("(.*?)(?:\\s+(asc|desc))?", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    private static final Pattern TOKEN = Pattern.compile("\\{\"offset\": ?(\\d{1,9})}");

    /** Of the first thousand, as MLflow does. */
    private static final String DATASETS = """
            select distinct r.experiment_id, d.name, d.digest, coalesce(d.tags ->> 'mlflow.data.context', '') as context
            from run_dataset d join run r on r.id = d.run_id
            where r.experiment_id = any(?) and r.deleted_at is null
              and (? or r.id = cast(? as uuid) or r.external and r.tags ->> '%s' = cast(? as text))
            order by d.name, d.digest, r.experiment_id, context limit 1000""".formatted(ClientTags.PARENT);

    private static final String CREATED = "cast(floor(extract(epoch from r.created_at) * 1000) as bigint)";
    private static final String CHANGED =
            "cast(floor(extract(epoch from " + MlflowExperiments.changed() + ") * 1000) as bigint)";

    /** As MLflow's clients know an experiment: the one of these two values has another name and id there than here. */
    private static Map<String, RunField.Column> fields(@Nullable UUID home) {
        String wire = home == null
                ? "r.%2$s"
                : "case when r.name = '" + Experiment.DEFAULT + "' and r.project_id = '" + home
                        + "' then '%1$s' else cast(r.%2$s as text) end";
        return Map.of(
                "name",
                text("name", wire.formatted(MlflowExperiments.DEFAULT_NAME, "name")),
                "experiment_id",
                text("experiment_id", "cast(" + wire.formatted(MlflowExperiments.DEFAULT_ID, "id") + " as text)"),
                "creation_time",
                new RunField.Column("creation_time", CREATED, RunField.Type.NUMBER, false),
                "last_update_time",
                new RunField.Column("last_update_time", CHANGED, RunField.Type.NUMBER, false));
    }

    private static RunField.Column text(String name, String sql) {
        return new RunField.Column(name, sql, RunField.Type.TEXT, false);
    }

    private final Statements statements;
    private final RunChoice choice;
    private final MlflowExperiments experiments;
    private final MlflowRuns runs;

    MlflowSearch(Statements statements, RunChoice choice, MlflowExperiments experiments, MlflowRuns runs) {
        this.statements = statements;
        this.choice = choice;
        this.experiments = experiments;
        this.runs = runs;
    }

    /** @param home of a program that sees its own run and those that it made below it */
    ObjectNode runs(Wire message, Scope.@Nullable Home home) {
        int most = message.most("max_results", RUNS, MlflowRuns.Limits.RUNS);
        int offset = offset(message.textOrNull("page_token"));
        List<UUID> among = home == null
                ? ids(message.texts("experiment_ids"))
                : List.of(home.place().experiment());
        String filter = message.textOrEmpty("filter");
        // What cannot be read is refused also where there is nothing to search.
        RunFilter asked = filter.isBlank() ? null : RunFilter.parse(filter);
        ObjectNode answer = Json.mapper().createObjectNode();
        ArrayNode page = answer.putArray("runs");
        if (among.isEmpty()) {
            return answer;
        }
        return QuarkusTransaction.requiringNew().call(() -> {
            List<UUID> found = found(message, asked, among, home, most, offset);
            int read = read(found.subList(0, Math.min(most, found.size())), page);
            if (read < found.size()) {
                answer.put("next_page_token", token(offset + read));
            }
            return answer;
        });
    }

    /** @param home of a program that sees its own run and those that it made below it */
    ObjectNode datasets(List<String> asked, Scope.@Nullable Home home) {
        List<UUID> among = home == null ? ids(asked) : List.of(home.place().experiment());
        ObjectNode answer = Json.mapper().createObjectNode();
        ArrayNode summaries = answer.putArray("dataset_summaries");
        Map<UUID, String> wireIds = new HashMap<>();
        statements.each(
                DATASETS,
                r -> {
                    ObjectNode summary = summaries.addObject();
                    summary.put("experiment_id", wireIds.computeIfAbsent(r.getObject(1, UUID.class), this::wireId));
                    summary.put("name", r.getString(2))
                            .put("digest", r.getString(3))
                            .put("context", r.getString(4));
                },
                among,
                home == null,
                home == null ? null : home.run(),
                home == null ? null : home.run().toString());
        return answer;
    }

    private String wireId(UUID experiment) {
        return experiments.byUuid(experiment).orElseThrow().wireId();
    }

    /** As many as a page may have bytes. */
    private int read(List<UUID> shown, ArrayNode page) {
        long bytes = 0;
        int read = 0;
        int next = CHUNK;
        while (read < shown.size() && bytes < PAGE_BYTES) {
            List<UUID> chunk = shown.subList(read, Math.min(shown.size(), read + next));
            Map<UUID, ObjectNode> views = runs.of(chunk);
            for (UUID id : chunk) {
                ObjectNode view = views.get(id);
                if (view != null) {
                    page.add(view);
                    bytes += MlflowRuns.size(view);
                }
            }
            read += chunk.size();
            next = (int) Math.min(LARGEST, Math.max(CHUNK, (PAGE_BYTES - bytes) * read / Math.max(1, bytes) / 2));
        }
        return read;
    }

    private List<UUID> found(
            Wire message,
            @Nullable RunFilter asked,
            List<UUID> among,
            Scope.@Nullable Home home,
            int most,
            int offset) {
        choice.settings();
        RunQuery where = new RunQuery(choice)
                .and("r.experiment_id = any(?)", among)
                .and(shown(message.textOrNull("run_view_type")));
        if (home != null) {
            where.and(
                    "(r.id = ? or r.external and r.tags ->> '" + ClientTags.PARENT + "' = ?)",
                    home.run(),
                    home.run().toString());
        }
        if (asked != null) {
            where.and(asked);
        }
        FieldJoins joins = new FieldJoins(choice);
        StringBuilder order = new StringBuilder();
        for (String clause : message.texts("order_by")) {
            Order by = order(clause);
            order.append(joins.expression(field(by.field())))
                    .append(by.down() ? " desc" : " asc")
                    .append(" nulls last, ");
        }
        order.append("coalesce(r.started_at, r.created_at) desc, r.id");
        List<@Nullable Object> values = new ArrayList<>(joins.values());
        String sql = "select r.id from run r " + where.joins(joins) + joins.joins() + "where " + where.sql("r.id")
                + " order by " + order + " limit ? offset ?";
        values.addAll(where.values());
        values.add(most + 1);
        values.add(offset);
        return statements.rows(sql, r -> r.getObject(1, UUID.class), values.toArray());
    }

    /** @param home the one experiment that the caller sees; null: all that the walls let through */
    ObjectNode experiments(Wire message, @Nullable UUID home) {
        int most = message.most("max_results", RUNS, MlflowRuns.Limits.RUNS);
        int offset = offset(message.textOrNull("page_token"));
        Map<String, RunField.Column> fields = fields(experiments.homeProject());
        RunQuery where = new RunQuery(choice).and(shown(message.textOrNull("view_type")));
        if (home != null) {
            where.and("r.id = ?", home);
        }
        String filter = message.textOrEmpty("filter");
        if (!filter.isBlank()) {
            where.and(RunFilter.parse(filter, text -> ofExperiment(text, fields)));
        }
        StringBuilder order = new StringBuilder();
        for (String clause : message.texts("order_by")) {
            Order by = order(clause);
            if (!(ofExperiment(by.field(), fields) instanceof RunField.Column column)) {
                throw Wire.invalid("Invalid order by key '" + Wire.shown(by.field()) + "' specified. Valid keys are "
                        + String.join(", ", fields.keySet().stream().sorted().toList()));
            }
            order.append(column.sql()).append(by.down() ? " desc, " : " asc, ");
        }
        if (order.isEmpty()) {
            order.append("r.created_at desc, ");
        }
        List<@Nullable Object> values = new ArrayList<>();
        values.add(experiments.homeProject());
        values.addAll(where.values());
        values.add(most + 1);
        values.add(offset);
        List<MlflowExperiments.Row> found = experiments.rows(
                MlflowExperiments.SELECT + "where " + where.sql("r.id") + " order by " + order
                        + "r.id limit ? offset ?",
                values);
        ObjectNode answer = Json.mapper().createObjectNode();
        ArrayNode page = answer.putArray("experiments");
        found.stream().limit(most).forEach(row -> page.add(row.json()));
        if (found.size() > most) {
            answer.put("next_page_token", token(offset + most));
        }
        return answer;
    }

    private static RunField ofExperiment(String text, Map<String, RunField.Column> fields) {
        String bare = text.replaceFirst("^(attributes?|attr|experiment)\\.", "");
        RunField.Column column = fields.get(bare);
        if (column != null) {
            return column;
        }
        Matcher tag = Pattern.compile("tags?\\.(.+)", Pattern.DOTALL).matcher(text);
        if (tag.matches()) {
            return new RunField.Tag(tag.group(1));
        }
        throw Wire.invalid("Invalid attribute key '" + Wire.shown(text) + "' specified. Valid keys are "
                + String.join(", ", fields.keySet().stream().sorted().toList()) + " and tags.<name>");
    }

    List<UUID> ids(List<String> wireIds) {
        List<UUID> ids = new ArrayList<>();
        for (String wireId : wireIds) {
            UUID id = Wire.id(wireId);
            if (id != null) {
                ids.add(id);
            } else if (wireId.equals(MlflowExperiments.DEFAULT_ID)) {
                ids.addAll(statements.rows(
                        "select id from experiment where name = ? and project_id = cast(? as uuid)",
                        r -> r.getObject(1, UUID.class),
                        Experiment.DEFAULT,
                        experiments.homeProject()));
            }
        }
        return ids;
    }

    private static String shown(@Nullable String view) {
        return switch (view == null ? "ACTIVE_ONLY" : view) {
            case "ACTIVE_ONLY", "1" -> Curated.shown("r", "true", null);
            case "DELETED_ONLY", "2" -> Curated.shown("r", null, "only");
            case "ALL", "3" -> "true";
            default ->
                throw Wire.invalid("Invalid value \"" + Wire.shown(String.valueOf(view))
                        + "\" for parameter 'run_view_type' supplied: it is none of ACTIVE_ONLY, DELETED_ONLY, ALL");
        };
    }

    private record Order(String field, boolean down) {}

    private static Order order(String clause) {
        Matcher read = ORDER.matcher(clause.strip());
        if (!read.matches() || read.group(1).isEmpty()) {
            throw Wire.invalid("Invalid order_by clause '" + Wire.shown(clause) + "'.");
        }
        return new Order(read.group(1), "desc".equalsIgnoreCase(read.group(2)));
    }

    private static RunField field(String text) {
        return RunField.ordered("order_by", text);
    }

    static String token(int offset) {
        return Base64.getEncoder().encodeToString(("{\"offset\": " + offset + "}").getBytes(StandardCharsets.US_ASCII));
    }

    static int offset(@Nullable String token) {
        if (token == null || token.isEmpty()) {
            return 0;
        }
        try {
            Matcher read = TOKEN.matcher(new String(Base64.getDecoder().decode(token), StandardCharsets.US_ASCII));
            if (read.matches()) {
                return Integer.parseInt(read.group(1));
            }
        } catch (IllegalArgumentException e) {
            // Falls through: whatever it is, it is none of ours.
        }
        throw Wire.invalid("Invalid page token, could not base64-decode");
    }
}
