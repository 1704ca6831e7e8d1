package dev.runyard.service;

import dev.runyard.service.auth.Role;
import dev.runyard.service.db.Statements;
import dev.runyard.service.experiment.JudgedBy;
import dev.runyard.service.fleet.DeviceView;
import dev.runyard.service.http.Problem;
import dev.runyard.service.metric.Goal;
import dev.runyard.service.run.RunView;
import dev.runyard.service.run.list.RunChoice;
import dev.runyard.service.run.list.RunList;
import dev.runyard.spec.run.FailureReason;
import jakarta.annotation.security.RolesAllowed;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What a person sees first: what runs, what ended, what failed, where something happens. */
@Path("/api/v1/home")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed(Role.PERSON)
public class HomeResource {
    private static final int RUNS = 50;
    private static final int EXPERIMENTS = 20;
    private static final int DAYS = 14;
    private static final Duration USUALLY = Duration.ofDays(1);

    private static final String ACTIVE = """
            select e.id, e.name, c.runs, c.open, c.failed, a.at, %s as judged
            from (select experiment_id, max(created_at) as at from (
                    select experiment_id, created_at from run where deleted_at is null and not archived
                    order by created_at desc limit 20000) r group by experiment_id order by 2 desc limit ?) a
            join experiment e on e.id = a.experiment_id and e.deleted_at is null and not e.archived
            cross join lateral (
              select count(*) as runs, count(*) filter (where r.state = 'FAILED') as failed,
                     count(*) filter (where r.state not in ('FINISHED', 'PRUNED', 'FAILED', 'CANCELLED')) as open
              from run r where r.experiment_id = e.id and not r.archived and r.deleted_at is null) c
            order by a.at desc""".formatted(JudgedBy.COLUMN);

    private static final String ACTIVITY = """
            select experiment_id, cast(created_at at time zone 'UTC' as date) as day, count(*) from run
            where created_at >= ? and experiment_id = any(?) and deleted_at is null group by 1, 2""";

    private static final String FAILED = """
            select distinct on (n, reason) reason, n, id, name, message from (
              select reason, id, name, message, ended_at, count(*) over (partition by reason) as n
              from run where state = 'FAILED' and ended_at >= ? and deleted_at is null and not archived) f
            order by n desc, reason, ended_at desc""";

    private static final String BEST = """
            select m.run_id, %1$s from metric_summary m join run r on r.id = m.run_id
            where m.key_id = (select id from metric_key where key = ?) and m.%1$s is not null and r.experiment_id = ?
              and r.of_run is null and not r.archived and r.deleted_at is null
            order by m.%1$s %2$s, m.run_id limit 1""";

    private final Statements statements;
    private final RunList runs;

    public HomeResource(Statements statements, RunList runs) {
        this.statements = statements;
        this.runs = runs;
    }

    /** @param since an instant with its zone; left out: a day ago */
    @GET
    @Transactional
    public HomeView home(@QueryParam("since") @Nullable String since) {
        Instant from = since == null || since.isEmpty() ? Instant.now().minus(USUALLY) : time(since);
        return new HomeView(
                from,
                list("STARTING,RUNNING,PAUSING,CANCELLING", List.of(), "-startedAt"),
                list(null, List.of("endedAt >= " + from), "-endedAt"),
                statements.rows(
                        FAILED,
                        r -> new HomeView.Failed(
                                FailureReason.valueOf(r.getString(1)),
                                r.getLong(2),
                                new HomeView.Example(r.getObject(3, UUID.class), r.getString(4), r.getString(5))),
                        from),
                experiments(),
                devices());
    }

    private List<RunView> list(@Nullable String state, List<String> filter, String sort) {
        return runs.page(new RunList.Ask(
                        new RunChoice.Ask(null, null, state, filter),
                        sort,
                        RUNS,
                        null,
                        List.of(),
                        List.of(),
                        List.of()))
                .items();
    }

    private List<HomeView.Active> experiments() {
        record Found(
                UUID id,
                String name,
                long runs,
                long open,
                long failed,
                Instant at,
                @Nullable JudgedBy judged) {}
        List<Found> found = statements.rows(
                ACTIVE,
                r -> new Found(
                        r.getObject(1, UUID.class),
                        r.getString(2),
                        r.getLong(3),
                        r.getLong(4),
                        r.getLong(5),
                        Statements.instant(r, "at"),
                        JudgedBy.of(r.getString("judged"))),
                EXPERIMENTS);
        LocalDate today = LocalDate.now(ZoneOffset.UTC);
        Map<UUID, Long[]> days = new HashMap<>();
        statements.each(
                ACTIVITY,
                r -> {
                    Long[] row = days.computeIfAbsent(r.getObject(1, UUID.class), id -> none());
                    int day = (int) (DAYS
                            - 1
                            - (today.toEpochDay()
                                    - r.getObject(2, LocalDate.class).toEpochDay()));
                    if (day >= 0 && day < DAYS) {
                        row[day] = r.getLong(3);
                    }
                },
                today.minusDays(DAYS - 1).atStartOfDay().toInstant(ZoneOffset.UTC),
                found.stream().map(Found::id).toList());
        List<HomeView.Active> active = new ArrayList<>();
        for (Found e : found) {
            active.add(new HomeView.Active(
                    e.name(),
                    e.runs(),
                    e.open(),
                    e.failed(),
                    best(e.id(), e.judged()),
                    e.at(),
                    Arrays.asList(days.getOrDefault(e.id(), none()))));
        }
        return active;
    }

    private static Long[] none() {
        return Collections.nCopies(DAYS, 0L).toArray(new Long[0]);
    }

    private HomeView.@Nullable Best best(UUID experiment, @Nullable JudgedBy judged) {
        if (judged == null) {
            return null;
        }
        boolean least = judged.goal() == Goal.MIN;
        return statements
                .row(
                        BEST.formatted(least ? "min" : "max", least ? "asc" : "desc"),
                        r -> new HomeView.Best(judged.key(), judged.goal(), r.getDouble(2), r.getObject(1, UUID.class)),
                        judged.key(),
                        experiment)
                .orElse(null);
    }

    private Map<DeviceView.State, Long> devices() {
        Map<DeviceView.State, Long> count = new EnumMap<>(DeviceView.State.class);
        for (DeviceView.State state : DeviceView.State.values()) {
            count.put(state, 0L);
        }
        DeviceView.all(statements).forEach(device -> count.merge(device.state(), 1L, Long::sum));
        return count;
    }

    private static Instant time(String text) {
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            throw Problem.invalid(
                    "WRONG_TYPE", "since", text, "must be a time with its zone", "for example 2026-01-31T12:00:00Z");
        }
    }
}
