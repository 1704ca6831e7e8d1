package dev.runyard.service.scheduling;

import dev.runyard.service.db.Statements;
import dev.runyard.service.fleet.DeviceView;
import dev.runyard.service.place.StoredPlaces;
import dev.runyard.service.run.Waiting;
import dev.runyard.service.scheduling.round.Shares;
import dev.runyard.service.scheduling.round.Situation;
import dev.runyard.service.scheduling.round.Situation.Account;
import dev.runyard.service.scheduling.round.Situation.Device;
import dev.runyard.service.scheduling.round.Situation.Going;
import dev.runyard.service.scheduling.round.Situation.Waiter;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.run.Placement;
import dev.runyard.spec.run.PriorityClass;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/** Reads what a round decides by. Locks nothing: what changed meanwhile is seen when it is carried out. */
@ApplicationScoped
class QueueRows {
    private static final String DEVICES = """
            select d.*, coalesce(%s, false) as heard, d.held_until > now() as held from device d
            left join worker w on w.id = d.worker_id order by d.id""".formatted(Waiting.HEARD);

    private static final String GOING = """
            select l.run_id, l.device_id, l.slot, l.granted_at, l.yields_to, r.created_by,
                   case when not l.beside then r.sweep_id end as sweep_id,
                   coalesce(l.counts_as, r.priority_class) as priority_class, r.placement, r.state, p.name as project,
                   coalesce((select max(c.created_at) from checkpoint c
                             where c.run_id = r.id and c.attempt = l.attempt), l.granted_at) as secured,
                   case when a.end_step > coalesce(a.start_step, 0) and r.steps > 0 then
                     (r.steps - a.end_step) * extract(epoch from now() - a.started_at)
                       / (a.end_step - coalesce(a.start_step, 0)) end as seconds_left
            from lease l join run r on r.id = l.run_id join project p on p.id = r.project_id
            join attempt a on a.run_id = l.run_id and a.attempt = l.attempt
            where l.released_at is null""";

    /**
     * Of those that are alike to the scheduler no more than may get a slot, so that a long queue is not carried here. Fields that are
     * alike for a whole sweep are compared as they are stored.
     */
    private static final String WAITING = """
            with refused as (
              select f.run_id, array_agg(f.device_id order by f.device_id) as devices,
                     array_agg(d.key || ' on ' || d.host || ': ' || f.reason order by f.device_id) as said
              from refusal f join device d on d.id = f.device_id join run q on q.id = f.run_id
              where q.state = 'QUEUED' group by f.run_id)
            select w.*, p.name as project from (
              select r.id, r.project_id, r.created_by, r.sweep_id, r.priority, r.priority_class, r.created_at, r.sweep_index,
                r.queued_at, r.not_before, r.placement, r.devices as wanted, r.needs, f.devices, f.said, s.parallel,
                row_number() over (partition by r.project_id, r.created_by, r.sweep_id, r.priority_class, r.placement, r.devices, r.needs,
                    f.devices, r.not_before > now()
                  order by r.priority desc, r.created_at, r.sweep_index nulls first, r.id) as place
              from run r left join sweep s on s.id = r.sweep_id left join refused f on f.run_id = r.id
              where r.state = 'QUEUED') w join project p on p.id = w.project_id
            where place <= ? or w.id = any (?)""";

    private static final String USED = """
            select p.name, u.account, u.seconds, u.at from usage u join project p on p.id = u.project_id""";

    private static final String ALLOWED = """
            select p.name, s.account, s.weight, s.slots, s.device_hours from share s join project p on p.id = s.project_id""";

    private static final String HELD = """
            select p.name, d.held_by, sum(d.slots) from device d join project p on p.id = d.held_project
            where d.held_until > now() group by 1, 2""";

    private final Statements statements;
    private final StoredPlaces places;
    private final Duration maxWait;
    private final Duration patience;
    private final Map<String, Placement> placements = new java.util.concurrent.ConcurrentHashMap<>();

    QueueRows(
            Statements statements,
            StoredPlaces places,
            @ConfigProperty(name = "runyard.max-wait", defaultValue = "PT24H") Duration maxWait,
            @ConfigProperty(name = "runyard.preempt-after", defaultValue = "PT30S") Duration patience) {
        this.statements = statements;
        this.places = places;
        this.patience = patience;
        this.maxWait = maxWait;
    }

    /** What any host can fetch, as {@link Situation#stored}. */
    Set<String> stored() {
        return places.needs();
    }

    List<Device> devices() {
        return statements.rows(DEVICES, QueueRows::device);
    }

    List<Going> going() {
        return statements.rows(GOING, this::going);
    }

    /**
     * @param most of those that are alike
     * @param asked in any case
     */
    List<Waiter> queue(int most, Collection<UUID> asked) {
        return statements.rows(WAITING, this::waiter, most, asked);
    }

    Situation situation(List<Waiter> queue, List<Device> devices, List<Going> going) {
        Instant now = statements
                .row("select now() as now", r -> Statements.instant(r, "now"))
                .orElseThrow();
        return new Situation(queue, devices, going, new Shares(books(now)), stored(), maxWait, patience, now);
    }

    private Shares.Books books(Instant now) {
        Map<Account, Double> used = new HashMap<>();
        statements.each(
                USED,
                r -> used.put(
                        new Account(r.getString(1), r.getString(2)),
                        Shares.aged(r.getDouble(3), Statements.instant(r, "at"), now)));
        Map<Account, Shares.Allowance> allowed = new HashMap<>();
        statements.each(
                ALLOWED,
                r -> allowed.put(
                        new Account(r.getString(1), r.getString(2)),
                        new Shares.Allowance(
                                r.getDouble("weight"),
                                r.getObject("slots", Integer.class),
                                r.getObject("device_hours", Double.class))));
        Map<Account, Integer> held = new HashMap<>();
        statements.each(HELD, r -> held.put(new Account(r.getString(1), r.getString(2)), r.getInt(3)));
        return new Shares.Books(used, allowed, held);
    }

    private static Device device(ResultSet r) throws SQLException {
        Device.State state = !r.getBoolean("heard")
                ? Device.State.LOST
                : r.getBoolean("drained")
                        ? Device.State.DRAINED
                        : r.getBoolean("held")
                                ? Device.State.HELD
                                : r.getString("elsewhere") != null ? Device.State.BUSY_ELSEWHERE : Device.State.USABLE;
        return new Device(
                r.getObject("id", UUID.class),
                r.getString("host"),
                r.getString("key"),
                r.getString("kind"),
                r.getObject("worker_id", UUID.class),
                r.getLong("memory_bytes") / r.getInt("slots"),
                r.getInt("slots"),
                state,
                r.getString("quarantined") != null,
                DeviceView.labels(r.getString("labels"), r.getString("labels_set")),
                DeviceView.places(r.getString("places")).keySet());
    }

    private static Set<String> texts(@Nullable Array array) throws SQLException {
        return array == null ? Set.of() : Set.of((String[]) array.getArray());
    }

    private Going going(ResultSet r) throws SQLException {
        Placement placement = placement(r.getString("placement"));
        Double left = r.getObject("seconds_left") == null ? null : r.getDouble("seconds_left");
        String state = r.getString("state");
        return new Going(
                r.getObject("run_id", UUID.class),
                r.getObject("device_id", UUID.class),
                r.getInt("slot"),
                new Account(r.getString("project"), r.getString("created_by")),
                r.getObject("sweep_id", UUID.class),
                PriorityClass.valueOf(r.getString("priority_class")),
                placement.preemptible(),
                placement.memoryBytes(),
                Statements.instant(r, "granted_at"),
                Statements.instant(r, "secured"),
                r.getObject("yields_to", UUID.class),
                state.equals("PAUSING") || state.equals("CANCELLING"),
                left);
    }

    private Waiter waiter(ResultSet r) throws SQLException {
        UUID sweep = r.getObject("sweep_id", UUID.class);
        Array devices = r.getArray("devices");
        Map<UUID, String> refused = new LinkedHashMap<>();
        if (devices != null) {
            UUID[] ids = (UUID[]) devices.getArray();
            String[] said = (String[]) r.getArray("said").getArray();
            for (int i = 0; i < ids.length; i++) {
                refused.put(ids[i], said[i]);
            }
        }
        return new Waiter(
                r.getObject("id", UUID.class),
                new Account(r.getString("project"), r.getString("created_by")),
                sweep,
                sweep == null ? Integer.MAX_VALUE : r.getInt("parallel"),
                PriorityClass.valueOf(r.getString("priority_class")),
                r.getInt("priority"),
                Statements.instant(r, "created_at"),
                r.getObject("sweep_index", Integer.class),
                Statements.instant(r, "queued_at"),
                Statements.time(r, "not_before"),
                placement(r.getString("placement")),
                r.getInt("wanted"),
                texts(r.getArray("needs")),
                refused);
    }

    /** Read once each: a queue has many runs and few placements. */
    private Placement placement(@Nullable String stored) {
        if (stored == null) {
            return Placement.ANY;
        }
        if (placements.size() > 10_000) {
            placements.clear();
        }
        return placements.computeIfAbsent(stored, text -> Json.read(Json.tree(text), Placement.class));
    }
}
