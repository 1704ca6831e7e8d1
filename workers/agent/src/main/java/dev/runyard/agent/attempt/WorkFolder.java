package dev.runyard.agent.attempt;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder of one attempt, {@code work/<run>/<attempt>}, so that a worker that does not know yet that it is stale cannot write
 * into a newer attempt's checkpoints. Whoever works in it holds a lock of the kernel's on it: a folder whose process lives is never
 * removed by another one.
 */
final class WorkFolder implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(WorkFolder.class.getName());
    private static final String LOCK = ".lock";
    private static final String NUMBER = "[1-9][0-9]{0,17}";

    private final Path run;
    private final Path path;
    private final FileChannel lock;

    /** A folder that some process left. */
    record Left(UUID run, long attempt) {}

    private WorkFolder(Path run, Path path, FileChannel lock) {
        this.run = run;
        this.path = path;
        this.lock = lock;
    }

    static WorkFolder take(Path work, UUID run, long attempt) throws IOException {
        Path folder = work.resolve(run.toString());
        Path path = folder.resolve(Long.toString(attempt));
        Files.createDirectories(path);
        FileChannel channel = lock(path);
        if (channel == null) {
            throw new IOException("another process works in " + path);
        }
        return new WorkFolder(folder, path, channel);
    }

    Path path() {
        return path;
    }

    /** Folders in which earlier attempts of this run, on this machine, may have left checkpoints; the newest first. */
    List<Path> earlier() throws IOException {
        List<Path> all = new ArrayList<>(numbered(run));
        all.remove(path);
        all.add(run); // where 0.1.0 kept them
        return all;
    }

    /** Removes what earlier attempts left, once nothing of it is needed, but not under a process that still works there. */
    void removeEarlier() throws IOException {
        for (Path other : numbered(run)) {
            if (!other.equals(path)) {
                removeUnheld(other);
            }
        }
        for (Path other : children(run)) {
            if (!other.getFileName().toString().matches(NUMBER)) {
                CheckpointCache.delete(other);
            }
        }
    }

    /** The attempt will not come back. */
    void remove() throws IOException {
        CheckpointCache.delete(path);
        lock.close();
        if (children(run).isEmpty()) {
            Files.deleteIfExists(run);
        }
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }

    /**
     * Removes folders in which no process works, but those that are worth keeping.
     *
     * @param keep of the folders found, those from which a run may go on here
     */
    static void tidy(Path work, UnaryOperator<List<Left>> keep) throws IOException {
        List<Left> found = new ArrayList<>();
        for (Path run : children(work)) {
            UUID id = id(run);
            if (id != null) {
                for (Path attempt : numbered(run)) {
                    found.add(new Left(id, Long.parseLong(attempt.getFileName().toString())));
                }
            }
        }
        Collection<Left> kept = found.isEmpty() ? List.of() : keep.apply(List.copyOf(found));
        for (Left left : found) {
            if (!kept.contains(left)) {
                removeUnheld(work.resolve(left.run().toString()).resolve(Long.toString(left.attempt())));
            }
        }
        for (Path run : children(work)) {
            if (id(run) != null && numbered(run).isEmpty()) {
                CheckpointCache.delete(run); // empty, or of 0.1.0: the store has its checkpoints
            }
        }
    }

    private static void removeUnheld(Path attempt) throws IOException {
        try (FileChannel channel = lock(attempt)) {
            if (channel != null) {
                CheckpointCache.delete(attempt);
                LOG.log(System.Logger.Level.INFO, "removed {0}, which no attempt needs any more", attempt);
            }
        }
    }

    private static @Nullable FileChannel lock(Path attempt) throws IOException {
        FileChannel channel =
                FileChannel.open(attempt.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            // another attempt of this process
        }
        channel.close();
        return null;
    }

    private static List<Path> numbered(Path run) throws IOException {
        return children(run).stream()
                .filter(path -> path.getFileName().toString().matches(NUMBER))
                .sorted(Comparator.comparingLong(
                                (Path path) -> Long.parseLong(path.getFileName().toString()))
                        .reversed())
                .toList();
    }

    private static List<Path> children(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(folder)) {
            return all.toList();
        }
    }

    private static @Nullable UUID id(Path folder) {
        try {
            return UUID.fromString(folder.getFileName().toString());
        } catch (IllegalArgumentException e) {
            return null; // not ours
        }
    }
}
