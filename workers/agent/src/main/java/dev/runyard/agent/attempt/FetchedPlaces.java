package dev.runyard.agent.attempt;

import dev.runyard.spec.dataset.StoredPlace;
import dev.runyard.spec.report.Order;
import dev.runyard.spec.run.FailureReason;
import dev.runyard.spec.run.Needs;
import dev.runyard.vision.place.Places;
import dev.runyard.vision.train.report.TrainingFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Data sets and weights that the lab has by name, for a host without a place of its own for them: what an attempt needs is fetched before
 * it trains, and stays for others. One of a process, which has one attempt at a time.
 */
public final class FetchedPlaces {
    private static final long TURN_MS = 200;

    private final Copies copies;

    /**
     * @param folder of the home, whose workers share it
     * @param quota of all copies, in bytes
     */
    public FetchedPlaces(Path folder, long quota) {
        this(folder, quota, () -> Room.free(folder));
    }

    /** @param free bytes of the disk that may still be written */
    public FetchedPlaces(Path folder, long quota, LongSupplier free) {
        this.copies = new Copies(folder, new Room(quota, free));
    }

    /** The attempt was told to stop before all that it needs was there. */
    public static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** What an attempt reads; nobody removes it meanwhile. */
    public static final class Held implements AutoCloseable {
        private final Map<String, Places.Dataset> datasets = new TreeMap<>();
        private final Map<String, Path> weights = new TreeMap<>();
        private final Map<String, Copies.Hold> holds = new HashMap<>();

        /** These places, and those that were fetched. */
        public Places with(Places own) {
            return own.with(datasets, weights);
        }

        private void put(StoredPlace place, Path file) {
            if (data(place)) {
                datasets.put(name(place), new Places.Dataset(file, String.valueOf(place.id())));
            } else {
                weights.put(name(place), file);
            }
        }

        @Override
        public void close() throws IOException {
            for (Copies.Hold hold : holds.values()) {
                hold.close();
            }
        }
    }

    /**
     * Fetches what is stored and not here. Waits where copies that other attempts read leave it no room.
     *
     * @param own the host's own places that it offers, which come first
     * @throws TrainingFailure DATA or WEIGHTS for what cannot be had as it was stored, or is more than this host keeps
     * @throws Stopped when the attempt is told to stop meanwhile; whoever runs it gives it back
     */
    public Held hold(Places own, List<StoredPlace> stored, Attempt attempt) throws IOException, InterruptedException {
        List<StoredPlace> lacking = stored.stream()
                .filter(place -> data(place)
                        ? !own.datasets().containsKey(name(place))
                        : !own.weights().containsKey(name(place)))
                .toList();
        requireRoom(lacking);
        while (true) {
            Held held = new Held();
            boolean good = false;
            try {
                for (StoredPlace place : lacking) {
                    Copies.Hold hold = held.holds.get(place.sha256());
                    if (hold == null) {
                        hold = copies.hold(place, attempt);
                        held.holds.put(place.sha256(), hold);
                    }
                    held.put(place, hold.file());
                }
                good = true;
                return held;
            } catch (Copies.NoRoom e) {
                // What this one holds by now may be what the others wait for: all is let go of.
                attempt.preparing("room for " + spelled(e.place()) + ", beside copies that other runs read", 0, 1);
            } finally {
                if (!good) {
                    held.close();
                }
            }
            turn(attempt);
        }
    }

    private void requireRoom(List<StoredPlace> lacking) {
        Map<String, Long> sizes = new TreeMap<>();
        lacking.forEach(place -> sizes.put(place.sha256(), place.size()));
        long size = sizes.values().stream().mapToLong(Long::longValue).sum();
        long quota = copies.room().quota();
        if (size > quota) {
            throw new TrainingFailure(
                    lacking.stream().anyMatch(FetchedPlaces::data) ? FailureReason.DATA : FailureReason.WEIGHTS,
                    lacking.stream().map(FetchedPlaces::spelled).collect(Collectors.joining(", ")) + " of the lab: "
                            + mebibytes(size) + " MiB are more than the " + mebibytes(quota)
                            + " MiB of such copies that this host keeps; raise RUNYARD_CACHE there, or name a place of its own"
                            + " in data.yaml");
        }
    }

    /** Lets others go on; they may be fetching the same, or reading what is in the way. */
    static void turn(Attempt attempt) throws InterruptedException {
        goOn(attempt);
        Thread.sleep(TURN_MS);
    }

    static void goOn(Attempt attempt) {
        if (attempt.order() != Order.CONTINUE) {
            throw new Stopped();
        }
    }

    static boolean data(StoredPlace place) {
        return place.need().startsWith(Needs.DATASET);
    }

    private static String name(StoredPlace place) {
        return place.need().substring(place.need().indexOf(':') + 1);
    }

    static String spelled(StoredPlace place) {
        return (data(place) ? "data set " : "weights ") + name(place);
    }

    /** Rounded up, so that what there is is never none. */
    static long mebibytes(long bytes) {
        return (bytes + (1 << 20) - 1) >> 20;
    }
}
