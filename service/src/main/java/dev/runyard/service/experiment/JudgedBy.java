package dev.runyard.service.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.service.metric.Goal;
import dev.runyard.spec.json.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The metric that says how far an experiment is: the goal of its newest sweep of which a run has it, else the most telling one that its newest runs report.
 *
 * @param goal which end is better
 */
@Schema(name = "JudgedBy")
public record JudgedBy(String key, Goal goal) {
    /**
     * SQL: what {@link #of} reads, of {@code experiment e}. A few runs are enough: those of one sweep, or one experiment, measure alike.
     * Tasks on other runs say nothing of how far it is.
     */
    public static final String COLUMN = """
            coalesce(
              (select jsonb_build_object('key', s.spec ->> 'metric', 'goal', s.spec ->> 'goal') from sweep s
               where s.experiment_id = e.id and s.deleted_at is null and exists (
                 select from (select id from run r where r.sweep_id = s.id and r.state <> 'QUEUED' limit 50) r
                 join metric_key k on k.key = s.spec ->> 'metric' join metric_summary m on m.run_id = r.id and m.key_id = k.id)
               order by s.created_at desc limit 1),
              (select to_jsonb(array_agg(distinct k.key)) from (
                 select id from run r where r.experiment_id = e.id and r.state <> 'QUEUED' and r.of_run is null and not r.archived
                   and r.deleted_at is null and exists (select from metric_summary m where m.run_id = r.id)
                 order by r.created_at desc limit 5) r
               join metric_summary m on m.run_id = r.id join metric_key k on k.id = m.key_id where k.key not like 'system/%'))""";

    /** The first of these that is measured. */
    private static final List<String> TELLING =
            List.of("test/top1", "val/top1", "val/loss", "train/top1", "train/loss");

    /** Null where nothing was measured of which one end is better. @param column as {@link #COLUMN} found it */
    public static @Nullable JudgedBy of(@Nullable String column) {
        if (column == null) {
            return null;
        }
        JsonNode found = Json.tree(column);
        if (found.isObject()) {
            String key = found.path("key").asText();
            Goal goal =
                    found.path("goal").isTextual() ? named(found.path("goal").textValue()) : Goal.of(key);
            return goal == null ? null : new JudgedBy(key, goal);
        }
        List<String> keys = new ArrayList<>();
        found.forEach(key -> keys.add(key.asText()));
        keys.sort(Comparator.comparing((String key) -> TELLING.contains(key) ? TELLING.indexOf(key) : TELLING.size())
                .thenComparing(Comparator.naturalOrder()));
        for (String key : keys) {
            Goal goal = Goal.of(key);
            if (goal != null) {
                return new JudgedBy(key, goal);
            }
        }
        return null;
    }

    private static @Nullable Goal named(String goal) {
        for (Goal known : Goal.values()) {
            if (known.name().equalsIgnoreCase(goal)) {
                return known;
            }
        }
        return null;
    }
}
