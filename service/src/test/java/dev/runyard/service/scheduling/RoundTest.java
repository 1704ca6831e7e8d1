package dev.runyard.service.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.service.scheduling.Round.Waiter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RoundTest {
    private static final UUID A = new UUID(1, 1);
    private static final UUID B = new UUID(1, 2);

    private final List<Waiter> waiting = new ArrayList<>();

    private UUID waits(String user, UUID sweep, int priority, UUID... refused) {
        UUID run = new UUID(7, waiting.size());
        waiting.add(
                new Waiter(run, user, sweep, priority, Instant.ofEpochSecond(waiting.size()), null, Set.of(refused)));
        return run;
    }

    private static List<UUID> taken(Round round, UUID device, int slots) {
        List<UUID> runs = new ArrayList<>();
        for (int i = 0; i < slots; i++) {
            round.take(device).map(Waiter::run).ifPresent(runs::add);
        }
        return runs;
    }

    @Test
    void priorityThenWhoHasFewestThenAge() {
        UUID first = waits("ann", null, 0);
        UUID second = waits("ann", null, 0);
        UUID third = waits("bob", null, 0);
        UUID urgent = waits("ann", null, 5);
        assertThat(taken(new Round(waiting, Map.of(), Map.of()), A, 9)).containsExactly(urgent, third, first, second);
        assertThat(taken(new Round(waiting, Map.of("bob", 2), Map.of()), A, 9))
                .containsExactly(urgent, first, second, third);
    }

    @Test
    void aDeviceThatRefusedARunGetsAnother() {
        UUID first = waits("ann", null, 0, A);
        UUID second = waits("ann", null, 0);
        Round round = new Round(waiting, Map.of(), Map.of());
        assertThat(taken(round, A, 2)).containsExactly(second);
        assertThat(taken(round, B, 2)).containsExactly(first);
    }

    @Test
    void aSweepHasNoMoreGoingThanItMay() {
        UUID sweep = new UUID(2, 1);
        UUID first = waits("ann", sweep, 3);
        waits("ann", sweep, 3);
        UUID other = waits("ann", null, 0);
        Round round = new Round(waiting, Map.of(), Map.of(sweep, 1));
        Waiter taken = round.take(A).orElseThrow();
        assertThat(taken.run()).isEqualTo(first);
        // One that was taken and does not go leaves its room to the next of its sweep.
        round.miss(taken);
        assertThat(taken(round, A, 3)).containsExactly(waiting.get(1).run(), other);
    }

    /** What a look at the whole queue for each slot would say. */
    private static Optional<Waiter> naive(
            List<Waiter> left, Map<String, Integer> going, Map<UUID, Integer> room, UUID device) {
        return left.stream()
                .filter(w -> !w.refused().contains(device) && (w.sweep() == null || room.get(w.sweep()) > 0))
                .min(Comparator.comparing((Waiter w) -> -w.priority())
                        .thenComparing(w -> going.getOrDefault(w.user(), 0))
                        .thenComparing(Waiter::created)
                        .thenComparing(Waiter::index, Comparator.nullsFirst(Comparator.naturalOrder()))
                        .thenComparing(w -> w.run().toString()));
    }

    @Test
    void isWhatALookAtTheWholeQueueForEachSlotWouldSay() {
        Random random = new Random(5);
        for (int time = 0; time < 300; time++) {
            List<UUID> devices = List.of(A, B, new UUID(1, 3));
            List<UUID> sweeps = List.of(new UUID(2, 1), new UUID(2, 2));
            List<Waiter> all = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                Set<UUID> refused = new HashSet<>();
                devices.stream().filter(d -> random.nextInt(5) == 0).forEach(refused::add);
                boolean swept = random.nextBoolean();
                all.add(new Waiter(
                        new UUID(random.nextLong(), i),
                        "user" + random.nextInt(3),
                        swept ? sweeps.get(random.nextInt(2)) : null,
                        random.nextInt(3),
                        Instant.ofEpochSecond(random.nextInt(10)),
                        swept ? Integer.valueOf(i) : null,
                        refused));
            }
            Map<String, Integer> going = new HashMap<>(Map.of("user0", random.nextInt(4), "user1", random.nextInt(4)));
            Map<UUID, Integer> room =
                    new HashMap<>(Map.of(sweeps.get(0), random.nextInt(5), sweeps.get(1), random.nextInt(5)));
            Round round = new Round(all, going, room);
            List<Waiter> left = new ArrayList<>(all);
            for (int slot = 0; slot < 30; slot++) {
                UUID device = devices.get(random.nextInt(3));
                Optional<Waiter> expected = naive(left, going, room, device);
                assertThat(round.take(device)).isEqualTo(expected);
                expected.ifPresent(w -> {
                    left.remove(w);
                    going.merge(w.user(), 1, Integer::sum);
                    if (w.sweep() != null) {
                        room.merge(w.sweep(), -1, Integer::sum);
                    }
                });
            }
        }
    }
}
