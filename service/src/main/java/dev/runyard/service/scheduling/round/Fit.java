package dev.runyard.service.scheduling.round;

import dev.runyard.service.scheduling.round.Situation.Device;
import dev.runyard.service.scheduling.round.Situation.Waiter;
import dev.runyard.spec.run.Needs;
import dev.runyard.spec.run.Placement;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Which devices could carry out which runs, were they free; and the words for those that none could. */
public final class Fit {
    private Fit() {}

    /** @param total bytes of the memory that the device has with others */
    static boolean placed(Placement placement, Device device, long total) {
        return placement.device().takes(device.kind())
                && placement.memoryBytes() <= total
                && (placement.hosts().isEmpty() || placement.hosts().contains(device.host()))
                && placement.labels().entrySet().stream().allMatch(label -> label.getValue()
                        .equals(device.labels().get(label.getKey())));
    }

    /** Whether all that the run needs is there, or can be fetched. */
    static boolean supplied(Waiter waiter, Device device, Set<String> stored) {
        return waiter.needs().stream().allMatch(need -> device.offers().contains(need) || stored.contains(need));
    }

    /** Why none of the devices could ever do, whatever their state; empty where one could, or where there is none at all. */
    public static Optional<String> never(Placement placement, List<Device> devices) {
        Map<String, Board> boards = Board.of(devices);
        boolean some = devices.isEmpty()
                || boards.values().stream().anyMatch(board -> board.devices().stream()
                        .anyMatch(device -> placed(placement, device, board.total())));
        return some ? Optional.empty() : Optional.of(none(placement, boards.values()));
    }

    /** Why no device does that the placement asks for: the first part of it that none has. */
    static String none(Placement placement, Collection<Board> boards) {
        List<Device> left = boards.stream().flatMap(b -> b.devices().stream()).toList();
        List<Device> kind =
                left.stream().filter(d -> placement.device().takes(d.kind())).toList();
        if (kind.isEmpty()) {
            return "no device fits: none is " + placement.device().word();
        }
        long most = boards.stream()
                .filter(b -> b.devices().stream().anyMatch(kind::contains))
                .mapToLong(Board::total)
                .max()
                .orElse(0);
        if (placement.memoryBytes() > most) {
            return "no device fits: " + placement.memory() + " were asked for, the largest has " + mebibytes(most);
        }
        if (!placement.hosts().isEmpty()
                && kind.stream().noneMatch(d -> placement.hosts().contains(d.host()))) {
            return "no device fits: none is on " + String.join(" or ", placement.hosts()) + "; there are "
                    + named(kind.stream().map(Device::host));
        }
        return placement.labels().entrySet().stream()
                .filter(label -> kind.stream()
                        .noneMatch(d -> label.getValue().equals(d.labels().get(label.getKey()))))
                .findFirst()
                .map(label -> "no device fits: none has label " + label.getKey() + "=" + label.getValue())
                .orElse("no device fits: none is all of " + placement.spelled());
    }

    /** What no host of those that fit has. */
    static String unsupplied(Waiter waiter, List<Device> devices, Set<String> stored) {
        long hosts = devices.stream().map(Device::host).distinct().count();
        for (String need : waiter.needs().stream().sorted().toList()) {
            if (!stored.contains(need)
                    && devices.stream().noneMatch(d -> d.offers().contains(need))) {
                if (need.equals(Needs.COMMANDS)) {
                    return "no worker that fits runs programs (" + hosts + (hosts == 1 ? " host" : " hosts")
                            + "; its owner allows them with RUNYARD_COMMANDS=true)";
                }
                if (need.startsWith(Needs.SECRET)) {
                    return "no worker that fits lets programs have the secret "
                            + need.substring(Needs.SECRET.length()) + " (" + hosts
                            + (hosts == 1 ? " host" : " hosts") + "; its owner lists it in RUNYARD_SECRETS)";
                }
                boolean data = need.startsWith("dataset:");
                return "no host has " + (data ? "data set \"" : "weights \"")
                        + need.substring(need.indexOf(':') + 1) + "\" (" + hosts + (hosts == 1 ? " host" : " hosts")
                        + ", none offers it; push it or add it to data.yaml)";
            }
        }
        return "no host has all of " + waiter.needs().stream().sorted().collect(Collectors.joining(", ")) + " (" + hosts
                + (hosts == 1 ? " host" : " hosts") + "; push them or add them to data.yaml)";
    }

    static String mebibytes(long bytes) {
        return bytes >= 10L << 30 ? (bytes >> 30) + " GiB" : (bytes >> 20) + " MiB";
    }

    private static String named(Stream<String> names) {
        List<String> all = names.distinct().sorted().toList();
        return String.join(", ", all.subList(0, Math.min(5, all.size()))) + (all.size() > 5 ? " …" : "");
    }
}
