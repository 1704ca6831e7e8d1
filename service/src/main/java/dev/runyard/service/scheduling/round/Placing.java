package dev.runyard.service.scheduling.round;

import dev.runyard.service.scheduling.round.Round.Grant;
import dev.runyard.service.scheduling.round.Round.Seat;
import dev.runyard.service.scheduling.round.ServiceOrder.Kind;
import dev.runyard.service.scheduling.round.ServiceOrder.Ranked;
import dev.runyard.service.scheduling.round.Situation.Device;
import dev.runyard.service.scheduling.round.Situation.Waiter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Where a run goes among the devices that fit: one, or as many of one host as it asks for. */
final class Placing {
    private final Map<UUID, Board> boards;

    /** @param boards that each device shares memory on, by device */
    Placing(Map<UUID, Board> boards) {
        this.boards = boards;
    }

    private Board boardOf(Device device) {
        return Objects.requireNonNull(boards.get(device.id()));
    }

    /** The emptiest board, a GPU before a CPU, and of those no more memory than need be; null where there is none now. */
    @Nullable
    Grant place(Ranked next) {
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
                if (best == null || Arrays.compare(rank, bestRank) < 0) {
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

    /** How many of the devices that fit are beside each other, by host and kind; free or not. */
    Map<String, Long> together(Kind kind) {
        Map<String, Set<Object>> hosts = new LinkedHashMap<>();
        for (Device device : kind.fitting) {
            Object one = device.kind().equals("cuda") ? boardOf(device) : device.id();
            hosts.computeIfAbsent(side(device), h -> new HashSet<>()).add(one);
        }
        Map<String, Long> counted = new LinkedHashMap<>();
        hosts.forEach((host, devices) -> counted.put(host, (long) devices.size()));
        return counted;
    }

    private static String side(Device device) {
        return device.host() + " (" + device.kind() + ")";
    }

    /** What becomes free there is kept for a run that would else be passed by for ever. */
    void reserve(Ranked next) {
        if (next.waiter().devices() > 1) {
            several(next);
            return;
        }
        next.kind().fitting.stream()
                .filter(device -> boardOf(device).lacksMemoryOnly(device, next.waiter()))
                .max(Comparator.comparingLong(device -> boardOf(device).free()))
                .ifPresent(device -> boardOf(device).reserve());
    }

    private void several(Ranked next) {
        int wanted = next.waiter().devices();
        together(next.kind()).entrySet().stream()
                .filter(side -> side.getValue() >= wanted)
                .findFirst()
                .ifPresent(side -> next.kind().fitting.stream()
                        .filter(device -> side.getKey().equals(side(device)))
                        .map(this::boardOf)
                        .distinct()
                        .limit(wanted)
                        .forEach(Board::reserve));
    }
}
