package dev.runyard.service.scheduling;

import dev.runyard.service.db.Asking;
import dev.runyard.service.http.Problem;
import dev.runyard.service.run.RunView;
import dev.runyard.service.run.Waiting;
import dev.runyard.service.scheduling.round.Fit;
import dev.runyard.service.scheduling.round.Round;
import dev.runyard.service.scheduling.round.Situation;
import dev.runyard.spec.Nearest;
import dev.runyard.spec.model.BackboneSpec;
import dev.runyard.spec.run.Needs;
import dev.runyard.spec.run.Placement;
import dev.runyard.spec.run.RunState;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Answers "why is this run waiting?" by asking the scheduler's own function what it would do now. An answer serves for ten times as long
 * as it took, so that however many look, a long queue is read again for a tenth of the time at most. It is made of the whole queue, also
 * for somebody who sees a part of it: what it says of a run names nothing that is another's.
 */
@ApplicationScoped
public class Outlook implements Waiting {
    /** Of those that are alike to the scheduler; what comes after them has a reason and no place. */
    private static final int MOST = 20_000;

    private static final double SERVES = 10;

    private final QueueRows rows;
    private final Asking asking;
    private Map<UUID, Round.Wait> known = Map.of();
    private long until = System.nanoTime();

    public Outlook(QueueRows rows, Asking asking) {
        this.rows = rows;
        this.asking = asking;
    }

    @Override
    public Map<UUID, String> of(List<RunView> runs) {
        Map<UUID, String> said = new HashMap<>();
        waits(runs).forEach((run, wait) -> said.put(run, wait.why()));
        runs.stream()
                .filter(r -> r.state() == RunState.PAUSED)
                .forEach(r -> said.put(r.id(), "paused: resume it to queue it again"));
        return said;
    }

    @Override
    public @Nullable String of(RunView run) {
        Round.Wait wait = waits(List.of(run)).get(run.id());
        if (wait == null) {
            return of(List.of(run)).get(run.id());
        }
        return wait.why() + (wait.position() > 1 ? "; position " + wait.position() + " in the queue" : "") + when(wait);
    }

    @Override
    public void possible(@Nullable Placement placement, Collection<String> needs) {
        if ((placement == null || placement.anywhere()) && needs.isEmpty()) {
            return;
        }
        List<Situation.Device> devices = rows.devices();
        Set<String> stored = rows.stored();
        needs.stream()
                .filter(need -> !stored.contains(need))
                .filter(need -> devices.stream().noneMatch(d -> d.offers().contains(need)))
                .forEach(Outlook::refuseSlip);
        if (placement == null) {
            return;
        }
        Fit.never(placement, devices).ifPresent(why -> {
            throw Problem.invalid(
                    "UNSATISFIABLE",
                    "placement",
                    placement.spelled(),
                    "can be satisfied by no device of this lab: " + why,
                    "runyard ls devices shows what there is; ask for less, or let the host join first");
        });
    }

    /** What no host offers, and is all but the name of shipped weights, would wait for ever. */
    private static void refuseSlip(String need) {
        String name = need.substring(need.indexOf(':') + 1);
        if (need.startsWith(Needs.WEIGHTS)) {
            Nearest.to(name, BackboneSpec.SHIPPED)
                    .filter(shipped -> Nearest.close(name, shipped))
                    .ifPresent(shipped -> {
                        throw Problem.invalid(
                                "UNKNOWN_NAME",
                                "backbone.weights",
                                name,
                                "is offered by no host of this lab",
                                "did you mean \"" + shipped + "\"?");
                    });
        }
    }

    /** How many runs wait for what. */
    Map<Round.Cause, Long> causes() {
        return read(List.of()).values().stream()
                .collect(Collectors.groupingBy(
                        Round.Wait::cause, () -> new EnumMap<>(Round.Cause.class), Collectors.counting()));
    }

    private static String when(Round.Wait wait) {
        Double left = wait.left();
        if (left == null || left < 0 || wait.position() == 0) {
            return "";
        }
        long minutes = Math.max(1, Math.round(left / 60));
        Duration about = Duration.ofMinutes(minutes);
        return ", a device for it is expected to be free in about "
                + (minutes < 100 ? minutes + " min" : (about.toMinutes() + 30) / 60 + " h");
    }

    private Map<UUID, Round.Wait> waits(List<RunView> runs) {
        List<UUID> queued = runs.stream()
                .filter(r -> r.state() == RunState.QUEUED)
                .map(RunView::id)
                .toList();
        if (queued.isEmpty()) {
            return Map.of();
        }
        Map<UUID, Round.Wait> all = now(queued);
        Map<UUID, Round.Wait> out = new HashMap<>();
        for (UUID run : queued) {
            Round.Wait wait = all.get(run);
            // One that was granted since it was read.
            out.put(run, wait == null ? new Round.Wait(Round.Cause.STARTING, "about to start", 0, null) : wait);
        }
        return out;
    }

    private synchronized Map<UUID, Round.Wait> now(List<UUID> asked) {
        if (System.nanoTime() - until < 0 && known.keySet().containsAll(asked)) {
            return known;
        }
        long begin = System.nanoTime();
        known = asking.sight().equals(Asking.EVERYTHING)
                ? read(asked)
                // In a transaction of its own: the one that goes on is the person's, and so is what it sees.
                : asking.asLab(() -> QuarkusTransaction.requiringNew().call(() -> read(asked)));
        until = System.nanoTime() + (long) (SERVES * (System.nanoTime() - begin));
        return known;
    }

    private Map<UUID, Round.Wait> read(List<UUID> asked) {
        return Round.of(rows.situation(rows.queue(MOST, asked), rows.devices(), rows.going()))
                .waits();
    }
}
