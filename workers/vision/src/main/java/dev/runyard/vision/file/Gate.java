package dev.runyard.vision.file;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/**
 * The one way to files that a spec names, or a list or configuration beside them. Whoever writes a spec may name any file of the
 * machine, so a file is opened only if, after links are resolved, it is a regular one, never a FIFO, a device or a socket, which may
 * block for ever; below its root, where it has one; and within a time, because a dead mount answers never. A thread that waits here may
 * be interrupted: it leaves at once with an {@link java.io.InterruptedIOException}.
 *
 * <p>Safe for use by several threads.
 */
public final class Gate {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final OpenOption[] READ = {StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS};

    /**
     * Makes the exception of whoever opens the file.
     *
     * <p>Codes: NO_SUCH_FILE, NOT_A_FILE (a folder, or what may block), NOT_A_FOLDER, NO_ACCESS, OUTSIDE_ROOT, FILE_TOO_LARGE,
     * FILE_CHANGED (while it was read), NO_ANSWER (in time).
     */
    public interface Refusal {
        IOException of(String code, String message);
    }

    private final Refusal refusal;
    private final Patience patience;
    private final List<Path> roots;

    /** A gate without a root: any regular file that this process may read. */
    public Gate(Refusal refusal) {
        this(refusal, PATIENCE);
    }

    /** @param patience the longest wait for one file */
    Gate(Refusal refusal, Duration patience) {
        this(refusal, new Patience(patience), List.of());
    }

    private Gate(Refusal refusal, Patience patience, List<Path> roots) {
        this.refusal = refusal;
        this.patience = patience;
        this.roots = List.copyOf(roots);
    }

    /**
     * The same for files below a root, links resolved.
     *
     * @param root an existing folder
     * @param more folders that links below the root may lead to as well; those that do not exist are no help and no fault
     */
    public Gate below(Path root, List<Path> more) throws IOException {
        List<Path> real = new ArrayList<>();
        real.add(folder(root));
        for (Path other : more) {
            patiently(other, () -> Files.isDirectory(other) ? Optional.of(other.toRealPath()) : Optional.<Path>empty())
                    .ifPresent(real::add);
        }
        return new Gate(refusal, patience, real);
    }

    /** The real path of a regular file. */
    public Path file(Path named) throws IOException {
        return patiently(named, () -> regular(named));
    }

    /** The real path of a regular file, empty when there is nothing of that name; what is there must pass all the same. */
    public Optional<Path> find(Path named) throws IOException {
        return patiently(
                named,
                () -> Files.exists(named, LinkOption.NOFOLLOW_LINKS) ? Optional.of(regular(named)) : Optional.empty());
    }

    /** The real path of a folder. */
    public Path folder(Path named) throws IOException {
        return patiently(named, () -> {
            Path real = inside(named);
            if (!Files.isDirectory(real, LinkOption.NOFOLLOW_LINKS)) {
                throw refusal.of("NOT_A_FOLDER", named + " is not a folder; name one");
            }
            return real;
        });
    }

    /** Whether something is a folder, a file, or not there, after links are resolved. */
    public boolean isFolder(Path named) throws IOException {
        return patiently(named, () -> Files.isDirectory(named));
    }

    /**
     * The whole file.
     *
     * @param most bytes
     */
    public byte[] whole(Path named, long most) throws IOException {
        return patiently(named, () -> {
            Path real = regular(named);
            try (FileChannel channel = FileChannel.open(real, READ);
                    InputStream in = Channels.newInputStream(channel)) {
                long size = channel.size();
                if (size > most) {
                    throw refusal.of(
                            "FILE_TOO_LARGE", named + " has " + size + " bytes, at most " + most + " are read");
                }
                byte[] bytes = in.readNBytes((int) size);
                // What the kernel makes up on demand calls itself empty and may never end.
                if (bytes.length != size || in.read() >= 0) {
                    throw refusal.of(
                            "FILE_CHANGED", named + " has another size than the " + size + " bytes it is given as");
                }
                return bytes;
            }
        });
    }

    /** The file as a buffered stream. Only the opening is bounded in time. */
    public InputStream stream(Path named) throws IOException {
        return patiently(named, () -> new BufferedInputStream(Files.newInputStream(regular(named), READ), 1 << 16));
    }

    /** The file as a channel to read. Only the opening is bounded in time. */
    public FileChannel channel(Path named) throws IOException {
        return patiently(named, () -> FileChannel.open(regular(named), READ));
    }

    /**
     * Work on a file's folder or neighbours under the same bound, for example a listing.
     *
     * @param named for the message
     */
    public <T> T patiently(Path named, Callable<T> work) throws IOException {
        return whileAlive(named, alive -> work.call());
    }

    /** Long work, which tells whenever it got a little further; the bound is for the time between. */
    public interface LongWork<T> {
        T of(Runnable alive) throws Exception;
    }

    /** As {@link #patiently}, for work of any length that gets further. */
    public <T> T whileAlive(Path named, LongWork<T> work) throws IOException {
        try {
            return patience.call(named.toString(), (Patience.Work<T>) work::of);
        } catch (Patience.NoAnswer e) {
            throw refusal.of(
                    "NO_ANSWER",
                    named + " did not answer within " + patience.seconds() + " s; is it on a mount that is away?");
        } catch (FileSystemException e) {
            throw refused(named, e);
        }
    }

    private IOException refused(Path named, FileSystemException e) {
        String reason = String.valueOf(e.getReason());
        if (e instanceof NoSuchFileException || reason.equals("Not a directory")) {
            return refusal.of("NO_SUCH_FILE", named + " does not exist on this machine; check the path");
        }
        if (e instanceof AccessDeniedException) {
            return refusal.of("NO_ACCESS", named + " may not be read by this process; change its rights");
        }
        if (e instanceof FileSystemLoopException || reason.contains("symbolic links")) {
            return refusal.of("NOT_A_FILE", named + " is a link that leads to itself; remove it");
        }
        return refusal.of("NO_ACCESS", named + " cannot be opened: " + reason);
    }

    private Path regular(Path named) throws IOException {
        Path real = inside(named);
        BasicFileAttributes attributes =
                Files.readAttributes(real, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (attributes.isDirectory()) {
            throw refusal.of("NOT_A_FILE", named + " is a folder, not a file");
        }
        if (!attributes.isRegularFile()) {
            throw refusal.of("NOT_A_FILE", named + " is a FIFO, a device or a socket; only regular files are read");
        }
        return real;
    }

    /** Whether a real path lies below the root, or where links may lead; anything does without a root. */
    public boolean holds(Path real) {
        return roots.isEmpty() || roots.stream().anyMatch(real::startsWith);
    }

    private Path inside(Path named) throws IOException {
        Path real = named.toRealPath();
        if (!holds(real)) {
            throw refusal.of(
                    "OUTSIDE_ROOT",
                    named + " leads out of " + roots.get(0) + "; put the file there, or let the worker read its folder"
                            + " too (RUNYARD_ROOTS)");
        }
        return real;
    }
}
