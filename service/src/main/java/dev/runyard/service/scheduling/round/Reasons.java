package dev.runyard.service.scheduling.round;

import dev.runyard.service.scheduling.round.Round.Cause;
import dev.runyard.service.scheduling.round.Round.Wait;
import dev.runyard.service.scheduling.round.Round.Why;
import dev.runyard.service.scheduling.round.ServiceOrder.Kind;
import dev.runyard.service.scheduling.round.ServiceOrder.Ranked;
import dev.runyard.service.scheduling.round.Situation.Device;
import dev.runyard.service.scheduling.round.Situation.Going;
import dev.runyard.service.scheduling.round.Situation.Waiter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Why each run that got nothing in a round waits: one reason, and its place among those that could go. */
final class Reasons {
    private static final Why YIELDED =
            new Why(Cause.YIELDED, "a run of a lower class is giving its device back for it");
    private static final Wait STARTING = new Wait(Cause.STARTING, "about to start", 0, null);

    private final Round round;
    private final Map<Kind, Said> said = new IdentityHashMap<>();

    /** What is said of all runs with the same needs, and of how many it was. */
    private static final class Said {
        private final Why why;
        private final List<Double> ends;
        private int ahead;

        Said(Why why, List<Double> ends) {
            this.why = why;
            this.ends = ends;
        }

        /** Seconds until the next of them has a device. */
        @Nullable
        Double next() {
            int before = ahead++;
            return before < ends.size() ? ends.get(before) : null;
        }
    }

    Reasons(Round round) {
        this.round = round;
    }

    Map<UUID, Wait> all() {
        Set<UUID> served = new HashSet<>();
        round.grants.forEach(grant -> served.add(grant.waiter().run()));
        Set<UUID> yielded = new HashSet<>(round.promised);
        round.preemptions.forEach(one -> yielded.add(one.waiter().run()));
        Shares counted = round.situation.shares().fresh();
        counted.going(round.situation.going(), round.situation.now());
        ServiceOrder order = new ServiceOrder(round.inLine, counted);
        Map<UUID, Wait> waits = new HashMap<>();
        int position = 0;
        for (Ranked next = order.next(); next != null; next = order.next()) {
            Waiter waiter = next.waiter();
            order.charge();
            Why held = round.held(waiter);
            if (served.contains(waiter.run())) {
                waits.put(waiter.run(), STARTING);
            } else if (held != null) {
                waits.put(waiter.run(), new Wait(held.cause(), held.words(), 0, null));
            } else {
                position++;
                Said of = said.computeIfAbsent(next.kind(), kind -> new Said(why(waiter, kind), ends(kind)));
                Why why = yielded.contains(waiter.run()) ? YIELDED : of.why;
                waits.put(waiter.run(), new Wait(why.cause(), why.words(), position, of.next()));
            }
        }
        return Collections.unmodifiableMap(waits);
    }

    static String refusals(Waiter waiter) {
        return waiter.refused().isEmpty()
                ? ""
                : " (refused by "
                        + String.join(", ", new TreeSet<>(waiter.refused().values())) + ")";
    }

    /** When the devices that fit are expected to be free, the first first; none where one of them cannot tell. */
    private List<Double> ends(Kind kind) {
        Set<UUID> devices = new HashSet<>();
        kind.fitting.forEach(device -> devices.add(device.id()));
        List<Double> ends = new ArrayList<>();
        for (Going one : round.situation.going()) {
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
    private Why why(Waiter waiter, Kind kind) {
        List<Device> all = round.situation.devices();
        if (all.isEmpty()) {
            return new Why(Cause.NO_DEVICE, "no device: no worker has registered one");
        }
        List<Device> placed = all.stream()
                .filter(d -> Fit.placed(waiter.placement(), d, round.boardOf(d).total()))
                .toList();
        if (placed.isEmpty()) {
            return new Why(Cause.PLACEMENT, Fit.none(waiter.placement(), round.boards.values()));
        }
        List<Device> supplied = placed.stream()
                .filter(d -> Fit.supplied(waiter, d, round.situation.stored()))
                .toList();
        if (supplied.isEmpty()) {
            return new Why(Cause.DATA, Fit.unsupplied(waiter, placed, round.situation.stored()));
        }
        String that = supplied.size() == all.size() ? "" : " that fits";
        List<Device> usable = supplied.stream().filter(Device::usable).toList();
        if (usable.isEmpty()) {
            return new Why(Cause.NO_DEVICE, "no device" + that + ": " + unusable(supplied));
        }
        if (usable.stream().allMatch(d -> waiter.refused().containsKey(d.id()))) {
            return new Why(Cause.NO_DEVICE, "no device: every one that is there refused it" + refusals(waiter));
        }
        List<Device> fit = kind.fitting;
        if (fit.isEmpty()) {
            return new Why(Cause.NO_DEVICE, "no device" + that + ": what is left of them is set aside");
        }
        if (waiter.devices() > 1) {
            return several(waiter, kind);
        }
        if (fit.stream().anyMatch(d -> round.boardOf(d).lacksMemoryOnly(d, waiter))) {
            return new Why(
                    Cause.MEMORY, "no memory: devices that fit have a slot, but not " + memory(waiter) + " free");
        }
        return new Why(Cause.BUSY, that.isEmpty() ? "all devices busy" : "all devices that fit are busy");
    }

    /** Of a run on several devices. */
    private Why several(Waiter waiter, Kind kind) {
        Map.Entry<String, Long> most = round.placing.together(kind).entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .orElseThrow();
        if (most.getValue() < waiter.devices()) {
            return new Why(
                    Cause.PLACEMENT,
                    "no host has " + waiter.devices() + " devices of one kind that fit; the most are " + most.getValue()
                            + " on " + most.getKey());
        }
        return new Why(Cause.BUSY, "waits for " + waiter.devices() + " devices of one host that are free at once");
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
