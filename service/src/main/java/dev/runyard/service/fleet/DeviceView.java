package dev.runyard.service.fleet;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.runyard.service.db.Statements;
import dev.runyard.service.run.Waiting;
import dev.runyard.spec.json.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A device as shown.
 *
 * @param worker that has it; absent when that one left
 * @param key CUDA UUID, or {@code cpu}
 * @param kind {@code cpu} or {@code cuda}
 * @param slots runs it takes at once
 * @param lease the oldest one on it that whoever asks may see
 * @param lastSeen when its worker last beat
 * @param labels that placements may ask for: its worker's, and what people said
 * @param places data sets and weights that its host has by name, as {@code dataset:birds}, each with its fingerprint
 * @param conflicts names that another host has with another fingerprint, and which; absent: none
 * @param heldBy who works there until {@code heldUntil}
 * @param why it gets no runs: it was set aside, its worker was not let in, or it does not work
 * @param version of its worker
 * @param lastFailure the newest attempt on it that failed or was lost, of those that whoever asks may see
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DeviceView(
        UUID id,
        @Nullable UUID worker,
        String host,
        String key,
        String kind,
        String name,
        long memoryBytes,
        int slots,
        State state,
        @Nullable Lease lease,
        @Nullable Instant lastSeen,
        SortedMap<String, String> labels,
        SortedMap<String, String> places,
        @Nullable List<String> conflicts,
        @Nullable String heldBy,
        @Nullable Instant heldUntil,
        @Nullable String why,
        @Nullable String version,
        @Nullable Failure lastFailure) {

    /** In the place of a host, of what was pushed. */
    private static final String LAB = "the lab, where it was pushed";

    static final String SELECT = """
            select d.*, w.last_seen, w.version, f.run_id as failed_run, f.attempt as failed_attempt, f.ended_at as failed_at,
                   f.outcome as failed_outcome, f.message as failed_message, l.run_id, l.attempt, l.granted_at, l.expires_at, runyard_device_taken(d.id) as held,
                   coalesce(%s, false) as heard, coalesce(d.held_until > now(), false) as held_now
            from device d left join worker w on w.id = d.worker_id
            left join lateral (select * from lease l where l.device_id = d.id and l.released_at is null
                               order by l.granted_at, l.slot limit 1) l on true
            left join lateral (select * from attempt a where a.device_id = d.id and a.state in ('FAILED', 'LOST')
                               order by a.ended_at desc limit 1) f on true
            order by d.host, d.kind desc, d.key""".formatted(Waiting.HEARD);

    /**
     * FREE has a slot to give, BUSY has none, LOST is not heard of, DRAINED gets no more, HELD none while a person works there, BUSY_ELSEWHERE
     * none while others than this lab use it, QUARANTINED none while there is another,
     * REFUSED has a worker of a version that this service does not speak with, or that cannot use it.
     */
    public enum State {
        FREE,
        BUSY,
        LOST,
        DRAINED,
        HELD,
        BUSY_ELSEWHERE,
        QUARANTINED,
        REFUSED
    }

    /** Which attempt has the device, since when, and until when without another heartbeat. */
    public record Lease(UUID run, long attempt, Instant since, Instant expiresAt) {}

    /**
     * @param reason in a word: OUT_OF_MEMORY, WORKER_LOST
     * @param message in a sentence
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(name = "DeviceFailure")
    public record Failure(
            UUID run,
            long attempt,
            @Nullable Instant at,
            @Nullable String reason,
            @Nullable String message) {}

    /** Every device, by host. */
    public static List<DeviceView> all(Statements statements) {
        Map<String, Map<String, String>> hosts = new HashMap<>();
        statements.each(
                "select id, fingerprint from stored_place",
                r -> hosts.computeIfAbsent(r.getString(1), n -> new TreeMap<>()).put(r.getString(2), LAB));
        return compared(statements.rows(SELECT, DeviceView::new), hosts);
    }

    /**
     * Two hosts that mean different things by a name: a run that began with one is not to go on with the other.
     *
     * @param hosts by name and fingerprint those that mean it; filled up
     */
    private static List<DeviceView> compared(List<DeviceView> all, Map<String, Map<String, String>> hosts) {
        for (DeviceView device : all) {
            device.places.forEach((name, fingerprint) ->
                    hosts.computeIfAbsent(name, n -> new TreeMap<>()).putIfAbsent(fingerprint, device.host));
        }
        return all.stream()
                .map(device -> {
                    List<String> conflicts = device.places.keySet().stream()
                            .filter(name ->
                                    Objects.requireNonNull(hosts.get(name)).size() > 1)
                            .map(name -> name + " is something else on "
                                    + Objects.requireNonNull(hosts.get(name)).entrySet().stream()
                                            .filter(e -> !e.getKey().equals(device.places.get(name)))
                                            .map(Map.Entry::getValue)
                                            .collect(Collectors.joining(", ")))
                            .toList();
                    return conflicts.isEmpty() ? device : device.with(conflicts);
                })
                .toList();
    }

    private DeviceView with(List<String> found) {
        return new DeviceView(
                id,
                worker,
                host,
                key,
                kind,
                name,
                memoryBytes,
                slots,
                state,
                lease,
                lastSeen,
                labels,
                places,
                found,
                heldBy,
                heldUntil,
                why,
                version,
                lastFailure);
    }

    DeviceView(ResultSet row) throws SQLException {
        this(
                row.getObject("id", UUID.class),
                row.getObject("worker_id", UUID.class),
                row.getString("host"),
                row.getString("key"),
                row.getString("kind"),
                row.getString("name"),
                row.getLong("memory_bytes"),
                row.getInt("slots"),
                state(row),
                row.getObject("run_id") == null
                        ? null
                        : new Lease(
                                row.getObject("run_id", UUID.class),
                                row.getLong("attempt"),
                                Statements.instant(row, "granted_at"),
                                Statements.instant(row, "expires_at")),
                Statements.time(row, "last_seen"),
                labels(row.getString("labels"), row.getString("labels_set")),
                places(row.getString("places")),
                null,
                row.getBoolean("held_now") ? row.getString("held_by") : null,
                row.getBoolean("held_now") ? Statements.time(row, "held_until") : null,
                row.getString(
                        switch (state(row)) {
                            case REFUSED -> "refused";
                            case BUSY_ELSEWHERE -> "elsewhere";
                            default -> "quarantined";
                        }),
                row.getString("version"),
                row.getObject("failed_run") == null
                        ? null
                        : new Failure(
                                row.getObject("failed_run", UUID.class),
                                row.getLong("failed_attempt"),
                                Statements.time(row, "failed_at"),
                                row.getString("failed_outcome"),
                                row.getString("failed_message")));
    }

    /** Names with their fingerprints. */
    public static SortedMap<String, String> places(String stored) {
        return labels(stored, "{}");
    }

    /** A device's own labels, and what people said of it, which counts. */
    public static SortedMap<String, String> labels(String own, String set) {
        SortedMap<String, String> labels = new TreeMap<>();
        for (String some : List.of(own, set)) {
            Json.tree(some)
                    .properties()
                    .forEach(e -> labels.put(e.getKey(), e.getValue().asText()));
        }
        return labels;
    }

    private static State state(ResultSet row) throws SQLException {
        if (!row.getBoolean("heard")) {
            return row.getString("refused") == null ? State.LOST : State.REFUSED;
        }
        if (row.getBoolean("drained")) {
            return State.DRAINED;
        }
        if (row.getBoolean("held_now")) {
            return State.HELD;
        }
        if (row.getString("elsewhere") != null) {
            return State.BUSY_ELSEWHERE;
        }
        if (row.getString("quarantined") != null) {
            return State.QUARANTINED;
        }
        return row.getInt("held") >= row.getInt("slots") ? State.BUSY : State.FREE;
    }
}
