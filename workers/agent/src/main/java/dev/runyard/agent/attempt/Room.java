package dev.runyard.agent.attempt;

import dev.runyard.spec.dataset.StoredPlace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongSupplier;

/** What copies may take: a quota, and of the disk what leaves some of it to whatever else writes there. */
final class Room {
    /** Bytes of the disk that stay free: checkpoints, spools and logs of attempts go there, too. */
    static final long RESERVE = 1L << 30;

    private final long quota;
    private final LongSupplier free;

    /**
     * @param quota of all copies, in bytes
     * @param free bytes of the disk that may still be written
     */
    Room(long quota, LongSupplier free) {
        this.quota = quota;
        this.free = free;
    }

    long quota() {
        return quota;
    }

    interface Removal {
        /** @return false where somebody reads it, or writes it at this moment */
        boolean removed(Path file) throws IOException;
    }

    /**
     * Makes room for a place.
     *
     * @param kept files that may go where nobody needs them, those first that are to go first
     * @throws Copies.NoRoom where there will be some once others read less, or have what they fetch
     * @throws dev.runyard.vision.train.report.TrainingFailure DATA or WEIGHTS where the disk is too full for it whatever goes
     */
    void make(StoredPlace place, List<Path> kept, Removal removal) throws IOException, Copies.NoRoom {
        long taken = 0;
        long coming = 0;
        for (Path file : kept) {
            taken += size(file);
            coming += arriving(file) ? size(file) : 0;
        }
        long needed = place.size() + RESERVE;
        if (free.getAsLong() < needed - taken) {
            throw full(place); // nothing is taken from others in vain
        }
        for (Path file : kept) {
            long size = size(file);
            boolean lacks = taken + place.size() > quota || free.getAsLong() < needed + coming;
            if (lacks && removal.removed(file)) {
                taken -= size;
                coming -= arriving(file) ? size : 0;
            }
        }
        if (taken + place.size() > quota) {
            throw new Copies.NoRoom(place);
        }
        long left = free.getAsLong();
        if (left < needed) {
            throw full(place);
        }
        if (left < needed + coming) {
            throw new Copies.NoRoom(place); // the disk is promised to what others are fetching
        }
    }

    private RuntimeException full(StoredPlace place) {
        return Copies.failure(
                place,
                "does not fit on this host's disk: it has " + FetchedPlaces.mebibytes(place.size()) + " MiB, "
                        + (free.getAsLong() >> 20) + " MiB are free, and " + (RESERVE >> 20)
                        + " MiB stay so; free some of that disk, set RUNYARD_HOME to a larger one, or name a place of"
                        + " its own in data.yaml",
                null);
    }

    /** A part has its whole size from the first byte on, and takes it of the disk only as it comes. */
    private static boolean arriving(Path file) {
        return file.toString().endsWith(Copies.PART);
    }

    private static long size(Path file) throws IOException {
        return Files.exists(file) ? Files.size(file) : 0; // whoever fetched it may just have given it its name
    }

    /** Of the disk that a folder is on. A file system that does not tell how large it is does not tell what is free, either. */
    static long free(Path folder) {
        try {
            FileStore disk = Files.getFileStore(folder);
            return disk.getTotalSpace() > 0 && disk.getUsableSpace() >= 0 ? disk.getUsableSpace() : Long.MAX_VALUE;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
