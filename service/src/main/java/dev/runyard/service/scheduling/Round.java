package dev.runyard.service.scheduling;

import dev.runyard.service.scheduling.Situation.Account;
import dev.runyard.service.scheduling.Situation.Device;
import dev.runyard.service.scheduling.Situation.Going;
import dev.runyard.service.scheduling.Situation.Waiter;
import dev.runyard.spec.run.Placement;
import dev.runyard.spec.run.PriorityClass;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Who goes next: a pure function of what is queued, what there is to run on, what was used, and the time. The service, the answer to
 * "why is it waiting", and the simulation of the tests ask the same one.
 */
final class Round {
    /** A run of a higher class waits so long before it takes another's device. */
    static final Duration BEFORE_PREEMPTING = Duration.ofSeconds(30);

    /** A run that lacks nothing but memory waits so long before what gets free is kept for it. */
    static final Duration BEFORE_RESERVING = Duration.ofMinutes(10);

    private final Situation situation;
    private final Map<String, Board> boards;
    private final Map<UUID, Board> boardOf = new HashMap<>();
    private final List<Device> candidates;
    private final List<Ranked> ranked;
    private final Map<Account, List<Ranked>> inLine = new LinkedHashMap<>();
    private final Shares shares;
    private final Map<UUID, Integer> sweepGoing = new HashMap<>();
    private final Set<UUID> promised = new HashSet<>();
    private final List<Grant> grants = new ArrayList<>();
    private final List<Preemption> preemptions = new ArrayList<>();
    private final Map<UUID, Wait> waits = new HashMap<>();

    /** A slot of a device. */
    record Seat(Device device, int slot) {}

    /**
     * A slot for a run.
     *
     * @param as the class that it counts as there, also while it goes
     * @param beside further devices of the same host, for a run that asks for several
     */
    record Grant(Waiter waiter, PriorityClass as, Device device, int slot, List<Seat> beside) {
        /** All slots that it takes. */
        List<Seat> seats() {
            List<Seat> all = new ArrayList<>(List.of(new Seat(device, slot)));
            all.addAll(beside);
            return all;
        }
    }

    /** Asks a run that goes to checkpoint and give its device back. */
    record Preemption(Waiter waiter, Going victim) {}

    /**
     * Why a run does not go.
     *
     * @param why one sentence
     * @param position in the order of service among all that could go; 0: it is not in that order
     * @param left seconds until a device that fits is expected to be free; null: nobody knows
     */
    record Wait(String why, int position, @Nullable Double left) {}

    /** @param waits for each run of the queue that got nothing */
    record Answer(List<Grant> grants, List<Preemption> preemptions, Map<UUID, Wait> waits) {}

    /** What decides which devices a run can go to; alike for many. */
    private record Needs(Placement placement, int devices, Set<String> names, Set<UUID> refused) {
        static Needs of(Waiter waiter) {
            return new Needs(
                    waiter.placement(),
                    waiter.devices(),
                    waiter.needs(),
                    waiter.refused().keySet());
        }
    }

    /** What is found out once for all runs with the same needs. */
    private static final class Kind {
        private final List<Device> fitting;
        private boolean hopeless;
        private boolean untakable;
        private int ahead;
        private @Nullable String why;
        private @Nullable List<Double> ends;

        Kind(List<Device> fitting) {
            this.fitting = fitting;
        }
    }

    /** @param as the class that counts: an idle run that has waited long enough is as good as a normal one */
    private record Ranked(Waiter waiter, PriorityClass as, Kind kind) {
        /** Class, then priority, then age; without what its account has had. Spelled out: it is asked a million times a round. */
        static int inLine(Ranked a, Ranked b) {
            int by = Integer.compare(a.as.ordinal(), b.as.ordinal());
            by = by != 0 ? by : Integer.compare(b.waiter.priority(), a.waiter.priority());
            return by != 0 ? by : byAge(a.waiter, b.waiter);
        }

        private static int byAge(Waiter a, Waiter b) {
            int by = a.created().compareTo(b.created());
            by = by != 0 ? by : Integer.compare(index(a), index(b));
            return by != 0 ? by : a.run().compareTo(b.run());
        }

        private static int index(Waiter waiter) {
            Integer index = waiter.index();
            return index == null ? -1 : index;
        }
    }

    static Answer of(Situation situation) {
        Round round = new Round(situation);
        round.grant();
        round.preempt();
        round.explain();
        return new Answer(
                List.copyOf(round.grants), List.copyOf(round.preemptions), Collections.unmodifiableMap(round.waits));
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
        ranked = new ArrayList<>(situation.queue().size());
        for (Waiter waiter : situation.queue()) {
            Kind kind = kinds.computeIfAbsent(Needs.of(waiter), n -> new Kind(fitting(waiter)));
            Ranked one = new Ranked(waiter, effective(waiter), kind);
            ranked.add(one);
            inLine.computeIfAbsent(waiter.account(), a -> new ArrayList<>()).add(one);
        }
        inLine.values().forEach(line -> line.sort(Ranked::inLine));
    }

    private PriorityClass effective(Waiter waiter) {
        boolean overdue = waited(waiter).compareTo(situation.maxWait()) > 0;
        return waiter.priorityClass() == PriorityClass.IDLE && overdue ? PriorityClass.NORMAL : waiter.priorityClass();
    }

    private Duration waited(Waiter waiter) {
        Instant from = waiter.notBefore() == null || waiter.since().isAfter(waiter.notBefore())
                ? waiter.since()
                : waiter.notBefore();
        return Duration.between(from, situation.now());
    }

    /** Seconds by weight; a project's lines have one together. */
    static final class Had {
        private final double weight;
        private double seconds;

        Had(double weight, double seconds) {
            this.weight = weight;
            this.seconds = seconds;
        }

        double byWeight() {
            return seconds / weight;
        }
    }

    /** An account's runs in their order, and what it has had. */
    private static final class Line {
        private final List<Ranked> runs;
        private final Had project;
        private final Had user;
        private int next;

        Line(List<Ranked> runs, Had project, Had user) {
            this.runs = runs;
            this.project = project;
            this.user = user;
        }

        boolean over() {
            return next == runs.size();
        }

        /** Whether its first run is served before the other's. */
        boolean before(Line other) {
            Ranked a = runs.get(next);
            Ranked b = other.runs.get(other.next);
            int by = Integer.compare(a.as().ordinal(), b.as().ordinal());
            by = by != 0
                    ? by
                    : Integer.compare(b.waiter().priority(), a.waiter().priority());
            by = by != 0 ? by : Double.compare(project.byWeight(), other.project.byWeight());
            by = by != 0 ? by : Double.compare(user.byWeight(), other.user.byWeight());
            return (by != 0 ? by : Ranked.byAge(a.waiter(), b.waiter())) < 0;
        }
    }

    /** Waiting runs in the order of service; the line of who is charged moves back. */
    private final class Lines {
        private final List<Line> lines = new ArrayList<>();
        private Line last = new Line(List.of(), new Had(1, 0), new Had(1, 0));

        Lines(Shares counted) {
            Map<String, Had> projects = new HashMap<>();
            inLine.forEach((account, runs) -> lines.add(new Line(
                    runs,
                    projects.computeIfAbsent(account.project(), p -> counted.project(account)),
                    counted.user(account))));
        }

        /** Whoever was next last gets a slot, or would. */
        void charge() {
            last.project.seconds += Shares.LEAST;
            last.user.seconds += Shares.LEAST;
        }

        @Nullable
        Ranked next() {
            Line best = null;
            for (Line line : lines) {
                if (!line.over() && (best == null || line.before(best))) {
                    best = line;
                }
            }
            if (best == null) {
                return null;
            }
            last = best;
            return best.runs.get(best.next++);
        }
    }

    private void grant() {
        Lines lines = new Lines(shares);
        int most = candidates.stream()
                .mapToInt(device -> boardOf(device).open(device))
                .sum();
        for (Ranked next = lines.next(); next != null && grants.size() < most; next = lines.next()) {
            Waiter waiter = next.waiter();
            if (next.kind().hopeless || held(waiter).isPresent()) {
                continue;
            }
            Grant found = place(next);
            if (found == null) {
                reserve(next);
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

    private void going(Waiter waiter) {
        shares.charge(waiter.account());
        counted(waiter);
    }

    private void counted(Waiter waiter) {
        if (waiter.sweep() != null) {
            sweepGoing.merge(waiter.sweep(), 1, Integer::sum);
        }
    }

    private Board boardOf(Device device) {
        return java.util.Objects.requireNonNull(boardOf.get(device.id()));
    }

    /** The emptiest board, a GPU before a CPU, and of those no more memory than need be. */
    private @Nullable Grant place(Ranked next) {
        Waiter waiter = next.waiter();
        Grant best = null;
        int[] bestRank = new int[0];
        for (Device device : next.kind().fitting) {
            Board board = boardOf(device);
            Optional<Integer> slot = board.slot(device, waiter);
            if (slot.isPresent()) {
                int[] rank = {
                    board.busy(), device.kind().equals("cuda") ? 0 : 1, (int) (board.total() >> 20), slot.get()
                };
                if (best == null || java.util.Arrays.compare(rank, bestRank) < 0) {
                    List<Seat> beside = beside(next, device);
                    if (beside.size() == waiter.devices() - 1) {
                        best = new Grant(waiter, next.as(), device, slot.get(), beside);
                        bestRank = rank;
                    }
                }
            }
        }
        return best;
    }

    /** Free slots of further devices of its host and kind, as many as the run needs or fewer; shares of one GPU are no two devices. */
    private List<Seat> beside(Ranked next, Device first) {
        List<Seat> seats = new ArrayList<>();
        Map<Board, Integer> used = new HashMap<>(Map.of(boardOf(first), 1));
        for (Device device : next.kind().fitting) {
            if (seats.size() == next.waiter().devices() - 1) {
                break;
            }
            Board board = boardOf(device);
            int here = used.getOrDefault(board, 0);
            boolean other = !device.id().equals(first.id())
                    && device.host().equals(first.host())
                    && device.kind().equals(first.kind())
                    && (here == 0 || !device.kind().equals("cuda"));
            Optional<Integer> slot = other ? board.slot(device, next.waiter(), here) : Optional.empty();
            if (slot.isPresent()) {
                seats.add(new Seat(device, slot.get()));
                used.merge(board, 1, Integer::sum);
            }
        }
        return seats;
    }

    /** Of the devices that fit, the most that are beside each other on one host; free or not. */
    private Map<String, Long> together(Kind kind) {
        Map<String, Set<Object>> hosts = new LinkedHashMap<>();
        for (Device device : kind.fitting) {
            Object one = device.kind().equals("cuda") ? boardOf(device) : device.id();
            hosts.computeIfAbsent(device.host() + " (" + device.kind() + ")", h -> new HashSet<>())
                    .add(one);
        }
        Map<String, Long> counted = new LinkedHashMap<>();
        hosts.forEach((host, devices) -> counted.put(host, (long) devices.size()));
        return counted;
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

    private void reserve(Ranked next) {
        Waiter waiter = next.waiter();
        if (waited(waiter).compareTo(BEFORE_RESERVING) < 0) {
            return;
        }
        if (waiter.devices() > 1) {
            together(next.kind()).entrySet().stream()
                    .filter(host -> host.getValue() >= waiter.devices())
                    .findFirst()
                    .ifPresent(host -> next.kind().fitting.stream()
                            .filter(device -> host.getKey().equals(device.host() + " (" + device.kind() + ")"))
                            .map(this::boardOf)
                            .distinct()
                            .limit(waiter.devices())
                            .forEach(Board::reserve));
            return;
        }
        next.kind().fitting.stream()
                .filter(device -> boardOf(device).lacksMemoryOnly(device, waiter))
                .max(Comparator.comparingLong(device -> boardOf(device).free()))
                .ifPresent(device -> boardOf(device).reserve());
    }

    /** Why it may not go whatever is free; empty where it may. */
    private Optional<String> held(Waiter waiter) {
        if (waiter.notBefore() != null && waiter.notBefore().isAfter(situation.now())) {
            return Optional.of("tried again at " + waiter.notBefore().truncatedTo(java.time.temporal.ChronoUnit.SECONDS)
                    + refusals(waiter));
        }
        UUID sweep = waiter.sweep();
        if (sweep != null && sweepGoing.getOrDefault(sweep, 0) >= waiter.parallel()) {
            return Optional.of("sweep window: its sweep already has as many runs going as it allows");
        }
        return shares.spent(waiter.account());
    }

    private static String refusals(Waiter waiter) {
        return waiter.refused().isEmpty()
                ? ""
                : " (refused by "
                        + String.join(
                                ", ", new java.util.TreeSet<>(waiter.refused().values())) + ")";
    }

    private void preempt() {
        Set<UUID> taken = new HashSet<>();
        List<Going> takable = situation.going().stream()
                .filter(one -> one.preemptible() && one.yieldsTo() == null && !one.ending())
                .sorted(Comparator.comparing(Going::secured).reversed())
                .toList();
        if (takable.isEmpty()) {
            return;
        }
        PriorityClass lowest = takable.stream()
                .map(Going::priorityClass)
                .max(Comparator.naturalOrder())
                .orElseThrow();
        Set<UUID> granted = new HashSet<>();
        grants.forEach(grant -> granted.add(grant.waiter().run()));
        // Each line is in this order already.
        PriorityQueue<Deque<Ranked>> heads = new PriorityQueue<>((a, b) -> Ranked.inLine(a.element(), b.element()));
        inLine.values().forEach(line -> heads.add(new ArrayDeque<>(line)));
        while (!heads.isEmpty() && taken.size() < takable.size()) {
            Deque<Ranked> line = heads.remove();
            Ranked next = line.remove();
            if (!line.isEmpty()) {
                heads.add(line);
            }
            if (!next.as().before(lowest)) {
                return; // nor is any that follows
            }
            UUID run = next.waiter().run();
            if (waited(next.waiter()).compareTo(BEFORE_PREEMPTING) < 0
                    || granted.contains(run)
                    || promised.contains(run)) {
                continue;
            }
            Waiter waiter = next.waiter();
            // Of several devices one after the other would stand empty; they are kept for it as they get free.
            if (next.kind().untakable || waiter.devices() > 1 || held(waiter).isPresent()) {
                continue;
            }
            List<Going> victims = victims(next, takable, taken);
            if (victims.isEmpty()) {
                next.kind().untakable = true; // those that follow are of no higher class
            } else {
                for (Going victim : victims) {
                    taken.add(victim.run());
                    preemptions.add(new Preemption(waiter, victim));
                }
                going(waiter);
            }
        }
    }

    private List<Going> victims(Ranked next, List<Going> takable, Set<UUID> taken) {
        Waiter waiter = next.waiter();
        List<Going> best = List.of();
        double least = Double.POSITIVE_INFINITY;
        for (Device device : next.kind().fitting) {
            Board board = boardOf(device);
            List<Going> here = takable.stream()
                    .filter(one -> !taken.contains(one.run())
                            && next.as().before(one.priorityClass())
                            && board.equals(boardOf.get(one.device())))
                    .toList();
            List<Going> yielding = here.isEmpty() ? null : board.toYield(device, waiter, here);
            if (yielding != null && !yielding.isEmpty()) {
                double loss = yielding.stream()
                        .mapToDouble(one ->
                                Duration.between(one.secured(), situation.now()).toMillis())
                        .sum();
                if (loss < least) {
                    best = yielding;
                    least = loss;
                }
            }
        }
        return best;
    }

    private void explain() {
        Set<UUID> served = new HashSet<>();
        grants.forEach(grant -> served.add(grant.waiter().run()));
        preemptions.forEach(one -> promised.add(one.waiter().run()));
        Shares counted = situation.shares().fresh();
        counted.going(situation.going(), situation.now());
        Lines lines = new Lines(counted);
        int position = 0;
        for (Ranked next = lines.next(); next != null; next = lines.next()) {
            Waiter waiter = next.waiter();
            lines.charge();
            Optional<String> held = held(waiter);
            if (served.contains(waiter.run())) {
                waits.put(waiter.run(), new Wait("about to start", 0, null));
            } else if (held.isPresent()) {
                waits.put(waiter.run(), new Wait(held.get(), 0, null));
            } else {
                position++;
                Kind kind = next.kind();
                String why = promised.contains(waiter.run())
                        ? "a run of a lower class is giving its device back for it"
                        : kind.why == null ? (kind.why = why(waiter, kind)) : kind.why;
                List<Double> ends = kind.ends == null ? (kind.ends = ends(kind)) : kind.ends;
                int before = kind.ahead++;
                waits.put(waiter.run(), new Wait(why, position, before < ends.size() ? ends.get(before) : null));
            }
        }
    }

    /** When the devices that fit are expected to be free, the first first; none where one of them cannot tell. */
    private List<Double> ends(Kind kind) {
        Set<UUID> devices = new HashSet<>();
        kind.fitting.forEach(device -> devices.add(device.id()));
        List<Double> ends = new ArrayList<>();
        for (Going one : situation.going()) {
            if (devices.contains(one.device())) {
                Double left = one.left();
                if (left == null) {
                    return List.of();
                }
                ends.add(left);
            }
        }
        ends.sort(Comparator.naturalOrder());
        return ends;
    }

    /** Of a run that may go and has no device. */
    private String why(Waiter waiter, Kind kind) {
        List<Device> all = situation.devices();
        if (all.isEmpty()) {
            return "no device: no worker has registered one";
        }
        List<Device> placed = all.stream()
                .filter(d -> Fit.placed(waiter.placement(), d, boardOf(d).total()))
                .toList();
        if (placed.isEmpty()) {
            return Fit.none(waiter.placement(), boards.values());
        }
        List<Device> supplied = placed.stream()
                .filter(d -> Fit.supplied(waiter, d, situation.stored()))
                .toList();
        if (supplied.isEmpty()) {
            return Fit.unsupplied(waiter, placed, situation.stored());
        }
        String that = supplied.size() == all.size() ? "" : " that fits";
        List<Device> usable = supplied.stream().filter(Device::usable).toList();
        if (usable.isEmpty()) {
            return "no device" + that + ": " + unusable(supplied);
        }
        if (usable.stream().allMatch(d -> waiter.refused().containsKey(d.id()))) {
            return "no device: every one that is there refused it" + refusals(waiter);
        }
        List<Device> fit = kind.fitting;
        if (fit.isEmpty()) {
            return "no device" + that + ": what is left of them is set aside";
        }
        if (waiter.devices() > 1) {
            return several(waiter, kind);
        }
        if (fit.stream().anyMatch(d -> boardOf(d).lacksMemoryOnly(d, waiter))) {
            return "no memory: devices that fit have a slot, but not " + memory(waiter) + " free";
        }
        return that.isEmpty() ? "all devices busy" : "all devices that fit are busy";
    }

    /** Of a run on several devices. */
    private String several(Waiter waiter, Kind kind) {
        Map.Entry<String, Long> most = together(kind).entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .orElseThrow();
        if (most.getValue() < waiter.devices()) {
            return "no host has " + waiter.devices() + " devices of one kind that fit; the most are " + most.getValue()
                    + " on " + most.getKey();
        }
        return "waits for " + waiter.devices() + " devices of one host that are free at once";
    }

    private static String memory(Waiter waiter) {
        String asked = waiter.placement().memory();
        return asked == null ? "a share" : asked;
    }

    private static String unusable(List<Device> devices) {
        Map<String, Integer> counted = new LinkedHashMap<>();
        for (Device device : devices) {
            String word =
                    switch (device.state()) {
                        case HELD -> "held by a person";
                        case BUSY_ELSEWHERE -> "used by others than this lab";
                        default -> "lost or drained";
                    };
            counted.merge(word, 1, Integer::sum);
        }
        List<String> said = new ArrayList<>();
        counted.forEach((word, n) -> said.add(n + (n == 1 ? " is " : " are ") + word));
        return String.join(", ", said);
    }
}
