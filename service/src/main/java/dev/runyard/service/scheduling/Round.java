package dev.runyard.service.scheduling;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Who is next, for one slot after the other: by priority, then whoever's user has the fewest runs going, then age. A sweep has no more
 * runs going at once than it may. Knows nothing but what it is given.
 */
final class Round {
    private static final Comparator<Waiter> BY_AGE = Comparator.comparing(Waiter::created)
            .thenComparing(Waiter::index, Comparator.nullsFirst(Comparator.naturalOrder()))
            .thenComparing(waiter -> waiter.run().toString());

    /** Runs of which the first is always the next to go. */
    private final Map<Line, Deque<Waiter>> lines = new LinkedHashMap<>();

    private final Map<String, Integer> going;
    private final Map<UUID, Integer> room;

    /**
     * A run that may go.
     *
     * @param refused devices that it is not to go to
     */
    record Waiter(
            UUID run,
            String user,
            @Nullable UUID sweep,
            int priority,
            Instant created,
            @Nullable Integer index,
            Set<UUID> refused) {}

    private record Line(String user, @Nullable UUID sweep, Set<UUID> refused) {
        static Line of(Waiter waiter) {
            return new Line(waiter.user(), waiter.sweep(), waiter.refused());
        }
    }

    /**
     * @param going runs that each user has going
     * @param room how many more each sweep may have going; runs without a sweep may go
     */
    Round(List<Waiter> waiting, Map<String, Integer> going, Map<UUID, Integer> room) {
        this.going = new HashMap<>(going);
        this.room = new HashMap<>(room);
        waiting.stream()
                .sorted(Comparator.comparing(Waiter::priority).reversed().thenComparing(BY_AGE))
                .forEach(waiter -> lines.computeIfAbsent(Line.of(waiter), line -> new ArrayDeque<>())
                        .add(waiter));
    }

    /** The run for a free slot of a device, which counts as going from now on. */
    Optional<Waiter> take(UUID device) {
        Optional<Map.Entry<Line, Deque<Waiter>>> next = lines.entrySet().stream()
                .filter(line -> !line.getKey().refused().contains(device)
                        && (line.getKey().sweep() == null
                                || room.getOrDefault(line.getKey().sweep(), 0) > 0))
                .min(Comparator.comparing(line -> line.getValue().element(), this::compare));
        return next.map(line -> {
            Waiter taken = line.getValue().remove();
            if (line.getValue().isEmpty()) {
                lines.remove(line.getKey());
            }
            count(taken, 1);
            return taken;
        });
    }

    /** One that was taken does not go after all, and is out of this round. */
    void miss(Waiter taken) {
        count(taken, -1);
    }

    private int compare(Waiter a, Waiter b) {
        if (a.priority() != b.priority()) {
            return Integer.compare(b.priority(), a.priority());
        }
        int fewer = Integer.compare(going.getOrDefault(a.user(), 0), going.getOrDefault(b.user(), 0));
        return fewer == 0 ? BY_AGE.compare(a, b) : fewer;
    }

    private void count(Waiter waiter, int one) {
        going.merge(waiter.user(), one, Integer::sum);
        if (waiter.sweep() != null) {
            room.merge(waiter.sweep(), -one, Integer::sum);
        }
    }
}
