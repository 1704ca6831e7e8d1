package dev.runyard.service.scheduling.round;

import dev.runyard.service.scheduling.round.Situation.Device;
import dev.runyard.service.scheduling.round.Situation.Going;
import dev.runyard.service.scheduling.round.Situation.Waiter;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One memory and the devices that share it: a GPU with its shares, or a machine's. Keeps account during a round. */
final class Board {
    private final List<Device> devices = new ArrayList<>();
    private final Map<UUID, BitSet> taken = new HashMap<>();
    private final List<Going> going = new ArrayList<>();
    private long used;
    private boolean reserved;

    /** By {@link Device#board}. */
    static Map<String, Board> of(List<Device> devices) {
        Map<String, Board> boards = new LinkedHashMap<>();
        devices.forEach(device ->
                boards.computeIfAbsent(device.board(), b -> new Board()).devices.add(device));
        return boards;
    }

    void add(Going one) {
        going.add(one);
        taken.computeIfAbsent(one.device(), d -> new BitSet()).set(one.slot());
        used += memory(one);
    }

    List<Going> going() {
        return going;
    }

    List<Device> devices() {
        return devices;
    }

    /** Slots of the device that are free. */
    int open(Device device) {
        BitSet slots = taken.get(device.id());
        return Math.max(0, device.slots() - (slots == null ? 0 : slots.cardinality()));
    }

    /** Slots that are taken. */
    int busy() {
        return taken.values().stream().mapToInt(BitSet::cardinality).sum();
    }

    private long memory(Going one) {
        return one.memory() > 0
                ? one.memory()
                : devices.stream()
                        .filter(d -> d.id().equals(one.device()))
                        .mapToLong(Device::memory)
                        .findFirst()
                        .orElse(0);
    }

    /** Of the devices whose workers are heard: a division of a GPU that is no more does not count. */
    long total() {
        long heard = sum(d -> d.state() != Device.State.LOST);
        return heard > 0 ? heard : sum(d -> true);
    }

    private long sum(java.util.function.Predicate<Device> which) {
        return devices.stream()
                .filter(which)
                .mapToLong(d -> d.memory() * d.slots())
                .sum();
    }

    long free() {
        return total() - used;
    }

    /** Keeps what gets free here for one run that has waited long for so much memory. */
    void reserve() {
        reserved = true;
    }

    /** A slot of the device that the run can have now. */
    Optional<Integer> slot(Device device, Waiter waiter) {
        return slot(device, waiter, 0);
    }

    /** @param seats that the run has on this board already, in thought */
    Optional<Integer> slot(Device device, Waiter waiter, int seats) {
        if (reserved || !device.usable() || need(device, waiter) * (seats + 1) > free()) {
            return Optional.empty();
        }
        int slot = first(device);
        return slot < device.slots() ? Optional.of(slot) : Optional.empty();
    }

    /** Whether the run lacks nothing here but memory that others have. */
    boolean lacksMemoryOnly(Device device, Waiter waiter) {
        return !reserved
                && device.usable()
                && first(device) < device.slots()
                && need(device, waiter) > free()
                && need(device, waiter) <= total();
    }

    private int first(Device device) {
        BitSet slots = taken.get(device.id());
        return slots == null ? 0 : slots.nextClearBit(0);
    }

    void take(Device device, int slot, Waiter waiter) {
        taken.computeIfAbsent(device.id(), d -> new BitSet()).set(slot);
        used += need(device, waiter);
    }

    private static long need(Device device, Waiter waiter) {
        long asked = waiter.placement().memoryBytes();
        return asked > 0 ? asked : device.memory();
    }

    /** What has to go, the least to lose first, so that the run has a slot of the device; null: nothing that may be taken suffices. */
    @Nullable
    List<Going> toYield(Device device, Waiter waiter, List<Going> takable) {
        long memory = free();
        boolean slot = first(device) < device.slots();
        List<Going> yielding = new ArrayList<>();
        for (Going one : takable) {
            if (slot && memory >= need(device, waiter)) {
                break;
            }
            boolean there = one.device().equals(device.id());
            if (there || memory < need(device, waiter)) {
                yielding.add(one);
                memory += memory(one);
                slot |= there;
            }
        }
        return slot && memory >= need(device, waiter) ? yielding : null;
    }
}
