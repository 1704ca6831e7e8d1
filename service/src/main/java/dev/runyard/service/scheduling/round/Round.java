package dev.runyard.service.scheduling.round;

import dev.runyard.service.scheduling.round.ServiceOrder.Kind;
import dev.runyard.service.scheduling.round.ServiceOrder.Needs;
import dev.runyard.service.scheduling.round.ServiceOrder.Ranked;
import dev.runyard.service.scheduling.round.Situation.Account;
import dev.runyard.service.scheduling.round.Situation.Device;
import dev.runyard.service.scheduling.round.Situation.Going;
import dev.runyard.service.scheduling.round.Situation.Waiter;
import dev.runyard.spec.run.PriorityClass;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Who goes next: a pure function of what is queued, what there is to run on, what was used, and the time. The service, the answer to
 * "why is it waiting", and the simulation of the tests ask the same one.
 */
public final class Round {
    /** A run that lacks nothing but memory waits so long before what gets free is kept for it. */
    private static final Duration BEFORE_RESERVING = Duration.ofMinutes(10);

    private static final Why WINDOW =
            new Why(Cause.WINDOW, "sweep window: its sweep already has as many runs going as it allows");

    final Situation situation;
    final Map<String, Board> boards;
    final Map<UUID, Board> boardOf = new HashMap<>();
    final Placing placing = new Placing(boardOf);
    private final List<Device> candidates;
    final Map<Account, List<Ranked>> inLine = new LinkedHashMap<>();
    private final Shares shares;
    private final Map<UUID, Integer> sweepGoing = new HashMap<>();
    final Set<UUID> promised = new HashSet<>();
    final List<Grant> grants = new ArrayList<>();
    final List<Preemption> preemptions = new ArrayList<>();

    /** A slot of a device. */
    public record Seat(Device device, int slot) {}

    /**
     * A slot for a run.
     *
     * @param as the class that it counts as there, also while it goes
     * @param beside further devices of the same host, for a run that asks for several
     */
    public record Grant(Waiter waiter, PriorityClass as, Device device, int slot, List<Seat> beside) {
        /** All slots that it takes. */
        public List<Seat> seats() {
            List<Seat> all = new ArrayList<>(List.of(new Seat(device, slot)));
            all.addAll(beside);
            return all;
        }
    }

    /** Asks a run that goes to checkpoint and give its device back. */
    public record Preemption(Waiter waiter, Going victim) {}

    /** The kinds of reasons that a run may wait for. */
    public enum Cause {
        /** It was given a device in this round. */
        STARTING,
        /** A run of a lower class gives its device back for it. */
        YIELDED,
        /** It failed for a place, or was refused, and is tried again at a time. */
        LATER,
        /** Its sweep has as many going as it may. */
        WINDOW,
        QUOTA,
        BUSY,
        MEMORY,
        /** No device is what its placement asks for. */
        PLACEMENT,
        /** No host has its data or weights. */
        DATA,
        /** Every device that would do is away, drained, held, set aside, or refused it. */
        NO_DEVICE
    }

    /** A cause in one sentence. */
    record Why(Cause cause, String words) {}

    /**
     * Why a run does not go.
     *
     * @param why one sentence
     * @param position in the order of service among all that could go; 0: it is not in that order
     * @param left seconds until a device that fits is expected to be free; null: nobody knows
     */
    public record Wait(
            Cause cause, String why, int position, @Nullable Double left) {}

    /** @param waits for each run of the queue that got nothing */
    public record Answer(List<Grant> grants, List<Preemption> preemptions, Map<UUID, Wait> waits) {}

    /** With the reason of each run that waits. */
    public static Answer of(Situation situation) {
        Round round = decided(situation);
        return new Answer(round.grants, round.preemptions, new Reasons(round).all());
    }

    /** Without reasons, which whoever carries it out does not need: half of the time over a long queue. */
    public static Answer decide(Situation situation) {
        Round round = decided(situation);
        return new Answer(round.grants, round.preemptions, Map.of());
    }

    private static Round decided(Situation situation) {
        Round round = new Round(situation);
        round.grant();
        round.preemptions.addAll(new Preempting(round).all());
        return round;
    }

    private Round(Situation situation) {
        this.situation = situation;
        boards = Board.of(situation.devices());
        boards.values().forEach(board -> board.devices().forEach(device -> boardOf.put(device.id(), board)));
        shares = situation.shares().fresh();
        shares.going(situation.going(), situation.now());
        for (Going one : situation.going()) {
            Board board = boardOf.get(one.device());
            if (board != null) {
                board.add(one);
            }
            if (one.sweep() != null) {
                sweepGoing.merge(one.sweep(), 1, Integer::sum);
            }
            if (one.yieldsTo() != null) {
                promised.add(one.yieldsTo());
            }
        }
        boolean sound = situation.devices().stream().anyMatch(d -> d.usable() && !d.quarantined());
        // Where all are set aside, the next run is the test of the best there is.
        candidates = situation.devices().stream()
                .filter(d -> d.usable() && !(sound && d.quarantined()))
                .toList();
        Map<Needs, Kind> kinds = new HashMap<>();
        for (Waiter waiter : situation.queue()) {
            Kind kind = kinds.computeIfAbsent(Needs.of(waiter), n -> new Kind(fitting(waiter)));
            Ranked one = new Ranked(waiter, effective(waiter), kind);
            inLine.computeIfAbsent(waiter.account(), a -> new ArrayList<>()).add(one);
        }
        inLine.values().forEach(line -> line.sort(Ranked::inLine));
    }

    private PriorityClass effective(Waiter waiter) {
        boolean overdue = waited(waiter).compareTo(situation.maxWait()) > 0;
        return waiter.priorityClass() == PriorityClass.IDLE && overdue ? PriorityClass.NORMAL : waiter.priorityClass();
    }

    Duration waited(Waiter waiter) {
        Instant from = waiter.notBefore() == null || waiter.since().isAfter(waiter.notBefore())
                ? waiter.since()
                : waiter.notBefore();
        return Duration.between(from, situation.now());
    }

    private void grant() {
        ServiceOrder lines = new ServiceOrder(inLine, shares);
        int most = candidates.stream()
                .mapToInt(device -> boardOf(device).open(device))
                .sum();
        for (Ranked next = lines.next(); next != null && grants.size() < most; next = lines.next()) {
            Waiter waiter = next.waiter();
            if (next.kind().hopeless || held(waiter) != null) {
                continue;
            }
            Grant found = placing.place(next);
            if (found == null) {
                if (waited(waiter).compareTo(BEFORE_RESERVING) >= 0) {
                    placing.reserve(next);
                }
                next.kind().hopeless = true; // what is free only gets less
            } else {
                for (Seat seat : found.seats()) {
                    boardOf(seat.device()).take(seat.device(), seat.slot(), waiter);
                    shares.charge(waiter.account());
                    lines.charge();
                }
                grants.add(found);
                counted(waiter);
            }
        }
    }

    void going(Waiter waiter) {
        shares.charge(waiter.account());
        counted(waiter);
    }

    private void counted(Waiter waiter) {
        if (waiter.sweep() != null) {
            sweepGoing.merge(waiter.sweep(), 1, Integer::sum);
        }
    }

    Board boardOf(Device device) {
        return Objects.requireNonNull(boardOf.get(device.id()));
    }

    /** Devices that the run could have if they were free. */
    private List<Device> fitting(Waiter waiter) {
        return candidates.stream()
                .filter(device -> !waiter.refused().containsKey(device.id())
                        && Fit.placed(
                                waiter.placement(), device, boardOf(device).total())
                        && Fit.supplied(waiter, device, situation.stored()))
                .toList();
    }

    /** Why it may not go whatever is free; null where it may. */
    @Nullable
    Why held(Waiter waiter) {
        if (waiter.notBefore() != null && waiter.notBefore().isAfter(situation.now())) {
            return new Why(
                    Cause.LATER,
                    "tried again at " + waiter.notBefore().truncatedTo(ChronoUnit.SECONDS) + Reasons.refusals(waiter));
        }
        UUID sweep = waiter.sweep();
        if (sweep != null && sweepGoing.getOrDefault(sweep, 0) >= waiter.parallel()) {
            return WINDOW;
        }
        return shares.spent(waiter.account())
                .map(quota -> new Why(Cause.QUOTA, quota))
                .orElse(null);
    }
}
