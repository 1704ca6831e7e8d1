package dev.runyard.service.run.aggregate;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.service.db.Statements;
import dev.runyard.service.run.Configuration;
import dev.runyard.service.run.list.RunChoice;
import dev.runyard.service.run.list.RunQuery;
import dev.runyard.spec.json.Json;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** What runs will cost, from what finished runs of their kind took for each epoch. */
@ApplicationScoped
public class RunEstimate {
    /** Newest finished runs of a kind that are looked at. */
    private static final int LOOKED_AT = 50;

    /** What makes runs alike, the most first; the words are what is said of it. */
    private static final Map<String, List<String>> KINDS = new java.util.LinkedHashMap<>();

    static {
        KINDS.put("same method, backbone, data set", List.of("task", "method.kind", "backbone.weights", "dataset.id"));
        KINDS.put("same backbone, data set", List.of("task", "backbone.weights", "dataset.id"));
        KINDS.put("same data set", List.of("task", "dataset.id"));
    }

    private final Statements statements;
    private final RunChoice choice;

    public RunEstimate(Statements statements, RunChoice choice) {
        this.statements = statements;
        this.choice = choice;
    }

    /**
     * @param runs how many it is of
     * @param deviceHours all of them together
     * @param from how many finished runs tell
     * @param kind in what these are alike
     */
    @Schema(name = "Estimate")
    public record View(int runs, double deviceHours, int from, String kind) {}

    /**
     * @param document a run's spec; of a sweep its base
     * @param runs how many
     * @return empty where no run of its kind has finished
     */
    @Transactional
    public Optional<View> of(JsonNode document, int runs) {
        Map<String, String> values =
                Configuration.of(document, Json.mapper().createObjectNode()).values();
        if (!values.containsKey("dataset.id")) {
            return Optional.empty(); // of a program nobody knows what makes it as long as another
        }
        double epochs = Double.parseDouble(values.getOrDefault("schedule.epochs", "1"));
        choice.settings();
        for (Map.Entry<String, List<String>> kind : KINDS.entrySet()) {
            List<@Nullable Double> told = told(kind.getValue(), values);
            if (!told.isEmpty()) {
                double perEpoch = told.stream()
                        .mapToDouble(t -> t == null ? 0 : t)
                        .average()
                        .orElse(0);
                return Optional.of(new View(runs, runs * epochs * perEpoch / 3_600, told.size(), kind.getKey()));
            }
        }
        return Optional.empty();
    }

    private List<@Nullable Double> told(List<String> paths, Map<String, String> values) {
        String filter = paths.stream()
                .filter(values::containsKey)
                .map(path -> "params." + path + " = " + literal(values.get(path)))
                .collect(Collectors.joining(" and ", "state = FINISHED and epoch > 0 and ", ""));
        RunQuery where = choice.where(new RunChoice.Ask(null, null, null, List.of(filter)));
        List<@Nullable Object> bound = new ArrayList<>(where.values());
        bound.add(LOOKED_AT);
        return statements.rows("""
                select t.seconds / t.epoch from (
                  select greatest(r.epoch, 1) as epoch,
                    (select sum(extract(epoch from a.ended_at - coalesce(a.started_at, a.granted_at))) from attempt a
                     where a.run_id = r.id and a.ended_at is not null) as seconds
                  from run r %swhere %s order by r.created_at desc limit ?) t where t.seconds is not null""".formatted(where.joins(), where.sql("r.id")), r -> r.getDouble(1), bound.toArray());
    }

    private static String literal(@Nullable String json) {
        return RunGroups.equal("x", Json.tree(String.valueOf(json))).substring("x = ".length());
    }
}
