package dev.runyard.service.scheduling.round;

import dev.runyard.service.scheduling.round.Round.Preemption;
import dev.runyard.service.scheduling.round.ServiceOrder.Ranked;
import dev.runyard.service.scheduling.round.Situation.Device;
import dev.runyard.service.scheduling.round.Situation.Going;
import dev.runyard.service.scheduling.round.Situation.Waiter;
import dev.runyard.spec.run.PriorityClass;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.UUID;

/** Which runs give their devices back for runs of higher classes that have waited and got none. */
final class Preempting {
    private final Round round;
    private final List<Preemption> found = new ArrayList<>();
    private final Set<UUID> taken = new HashSet<>();
    private final Set<UUID> granted = new HashSet<>();
    private final List<Going> takable;

    Preempting(Round round) {
        this.round = round;
        round.grants.forEach(grant -> granted.add(grant.waiter().run()));
        takable = round.situation.going().stream()
                .filter(one -> one.preemptible() && one.yieldsTo() == null && !one.ending())
                .sorted(Comparator.comparing(Going::secured).reversed())
                .toList();
    }

    List<Preemption> all() {
        if (takable.isEmpty()) {
            return found;
        }
        PriorityClass lowest = takable.stream()
                .map(Going::priorityClass)
                .max(Comparator.naturalOrder())
                .orElseThrow();
        // Each line is in this order already.
        PriorityQueue<Deque<Ranked>> heads = new PriorityQueue<>((a, b) -> Ranked.inLine(a.element(), b.element()));
        round.inLine.values().forEach(line -> heads.add(new ArrayDeque<>(line)));
        while (!heads.isEmpty() && taken.size() < takable.size()) {
            Deque<Ranked> line = heads.remove();
            Ranked next = line.remove();
            if (!line.isEmpty()) {
                heads.add(line);
            }
            if (!next.as().before(lowest)) {
                break; // nor is any that follows
            }
            look(next);
        }
        return found;
    }

    private void look(Ranked next) {
        Waiter waiter = next.waiter();
        // Of several devices one after the other would stand empty; they are kept for it as they get free.
        if (next.kind().untakable
                || waiter.devices() > 1
                || round.waited(waiter).compareTo(round.situation.patience()) < 0
                || granted.contains(waiter.run())
                || round.promised.contains(waiter.run())
                || round.held(waiter) != null) {
            return;
        }
        List<Going> victims = victims(next);
        if (victims.isEmpty()) {
            next.kind().untakable = true; // those that follow are of no higher class
            return;
        }
        for (Going victim : victims) {
            taken.add(victim.run());
            found.add(new Preemption(waiter, victim));
        }
        round.going(waiter);
    }

    /** Those of one device that have the least to lose together. */
    private List<Going> victims(Ranked next) {
        Waiter waiter = next.waiter();
        List<Going> best = List.of();
        double least = Double.POSITIVE_INFINITY;
        for (Device device : next.kind().fitting) {
            Board board = round.boardOf(device);
            List<Going> here = takable.stream()
                    .filter(one -> !taken.contains(one.run())
                            && next.as().before(one.priorityClass())
                            && board.equals(round.boardOf.get(one.device())))
                    .toList();
            List<Going> yielding = here.isEmpty() ? null : board.toYield(device, waiter, here);
            if (yielding != null && !yielding.isEmpty()) {
                double loss = yielding.stream()
                        .mapToDouble(one -> Duration.between(one.secured(), round.situation.now())
                                .toMillis())
                        .sum();
                if (loss < least) {
                    best = yielding;
                    least = loss;
                }
            }
        }
        return best;
    }
}
