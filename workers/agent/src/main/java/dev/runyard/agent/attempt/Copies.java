package dev.runyard.agent.attempt;

import dev.runyard.agent.client.ServiceFault;
import dev.runyard.spec.dataset.StoredPlace;
import dev.runyard.spec.run.FailureReason;
import dev.runyard.vision.train.report.TrainingFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Files of the lab's store on this host, by their SHA-256, as far as there is {@link Room}. All workers of a home share them: one is fetched once, and stays
 * until another needs its room, what was used longest ago first. Beside each lies its lock, held shared by whoever reads the copy, and alone
 * by whoever fetches or removes it; the system lets go of it when a process dies. What it was when it was checked lies there, too, see
 * {@link Seen}. A lock's time says when its copy was last used, so that
 * the copy's own, by which changes are seen, stays.
 */
final class Copies {
    private static final String LOCK = ".lock";
    static final String PART = ".part";

    private final Path folder;
    private final Room room;

    /** Locks are the process's: to close a second channel of a file would let go of what the first one holds. */
    private final Set<Path> ours = ConcurrentHashMap.newKeySet();

    Copies(Path folder, Room room) {
        this.folder = folder;
        this.room = room;
    }

    Room room() {
        return room;
    }

    /** What others read leaves no room for it now. */
    static final class NoRoom extends Exception {
        private static final long serialVersionUID = 1L;

        private final transient StoredPlace place;

        NoRoom(StoredPlace place) {
            this.place = place;
        }

        StoredPlace place() {
            return place;
        }
    }

    /** A copy that stays while this is open. */
    final class Hold implements AutoCloseable {
        private final Path file;
        private final FileChannel lock;

        private Hold(Path file, FileChannel lock) {
            this.file = file;
            this.lock = lock;
        }

        Path file() {
            return file;
        }

        @Override
        public void close() throws IOException {
            try {
                lock.close();
            } finally {
                ours.remove(file);
            }
        }
    }

    /**
     * Fetches a file unless it is here; waits for another worker that does.
     *
     * @throws TrainingFailure DATA or WEIGHTS for what cannot be had as it was stored
     */
    Hold hold(StoredPlace place, Attempt attempt) throws IOException, InterruptedException, NoRoom {
        Files.createDirectories(folder);
        Path file = folder.resolve(place.sha256() + (FetchedPlaces.data(place) ? ".zip" : ".safetensors"));
        ours.add(file);
        Hold hold = new Hold(
                file,
                FileChannel.open(
                        beside(file, LOCK),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE));
        boolean good = false;
        try {
            while (true) {
                FileLock shared = locked(hold.lock, true, attempt);
                if (Seen.whole(file, place, attempt)) {
                    // When it was used last; by this channel, since to open the file anew and close it would let go of
                    // the lock.
                    hold.lock.write(ByteBuffer.allocate(1), 0);
                    good = true;
                    return hold;
                }
                shared.release();
                if (Files.exists(file)) {
                    attempt.preparing(
                            FetchedPlaces.spelled(place) + " anew, once no run reads the copy here, which is damaged",
                            0,
                            1);
                }
                try (FileLock alone = locked(hold.lock, false, attempt)) {
                    if (alone.isValid() && !Seen.whole(file, place, attempt)) {
                        if (Files.exists(file)) {
                            attempt.log("the copy of " + FetchedPlaces.spelled(place) + " on this host is not what was"
                                    + " pushed; it is set aside and fetched anew");
                            Seen.setAside(file);
                        }
                        fetch(place, file, attempt);
                    }
                }
            }
        } finally {
            if (!good) {
                hold.close();
            }
        }
    }

    private static Path beside(Path file, String ending) {
        return file.resolveSibling(file.getFileName() + ending);
    }

    private static FileLock locked(FileChannel channel, boolean shared, Attempt attempt)
            throws IOException, InterruptedException {
        FileLock lock = channel.tryLock(0, Long.MAX_VALUE, shared);
        while (lock == null) {
            FetchedPlaces.turn(attempt);
            lock = channel.tryLock(0, Long.MAX_VALUE, shared);
        }
        return lock;
    }

    private void fetch(StoredPlace place, Path file, Attempt attempt) throws IOException, InterruptedException, NoRoom {
        Path part = beside(file, PART);
        try {
            reserve(place, part, attempt);
            String sha256 = new Fetched(place, part).from(attempt);
            if (!sha256.equals(place.sha256())) {
                throw failure(
                        place,
                        "came with SHA-256 " + sha256 + ", expected " + place.sha256() + "; push it again",
                        null);
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
            Seen.note(file);
        } catch (ServiceFault.Refused e) {
            throw failure(place, "cannot be had: " + e.getMessage() + "; push it again", e);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /** Removes what nobody reads until the new one has room, which it then takes: others count its whole size from now on. */
    private void reserve(StoredPlace place, Path part, Attempt attempt)
            throws IOException, InterruptedException, NoRoom {
        try (FileChannel all = FileChannel.open(
                        folder.resolve("all" + LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock alone = locked(all, false, attempt)) {
            Files.deleteIfExists(part);
            room.make(place, copies(), this::removed);
            if (!alone.isValid()) {
                throw new NoRoom(place);
            }
            Fetched.reserve(part, place.size());
        }
    }

    /** What is of no use comes first: what a process left that died while it fetched, and what is damaged. Then what was used longest ago. */
    private List<Path> copies() throws IOException {
        List<Path> copies;
        try (Stream<Path> files = Files.list(folder)) {
            copies = new ArrayList<>(files.filter(file ->
                            !file.toString().endsWith(LOCK) && !file.toString().endsWith(Seen.ENDING))
                    .toList());
        }
        copies.sort(Comparator.comparing((Path file) -> !file.toString().endsWith(PART) && !damaged(file))
                .thenComparing(Copies::used));
        return copies;
    }

    private static FileTime used(Path file) {
        try {
            return Files.getLastModifiedTime(beside(copyOf(file), LOCK));
        } catch (IOException e) {
            return FileTime.from(Instant.EPOCH); // nobody ever held it
        }
    }

    private static Path copyOf(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.endsWith(PART) ? file.resolveSibling(name.substring(0, name.length() - PART.length())) : file;
    }

    private static boolean damaged(Path file) {
        return file.toString().endsWith(Seen.DAMAGED);
    }

    private boolean removed(Path file) throws IOException {
        if (damaged(file)) {
            return Files.deleteIfExists(file); // nobody reads it
        }
        Path copy = copyOf(file);
        if (ours.contains(copy)) {
            return false;
        }
        try (FileChannel channel =
                        FileChannel.open(beside(copy, LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            if (lock == null) {
                return false;
            }
            Seen.forget(copy);
            return Files.deleteIfExists(file);
        }
    }

    static TrainingFailure failure(StoredPlace place, String what, @Nullable Throwable cause) {
        FailureReason reason = FetchedPlaces.data(place) ? FailureReason.DATA : FailureReason.WEIGHTS;
        String message = FetchedPlaces.spelled(place) + " of the lab " + what;
        return cause == null ? new TrainingFailure(reason, message) : new TrainingFailure(reason, message, cause);
    }
}
