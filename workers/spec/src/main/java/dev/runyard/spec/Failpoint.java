package dev.runyard.spec;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Moments at which a drill ends the process that reaches them as {@code kill -9} would: each lies between two things that belong
 * together, the one done and the other not. Nothing happens, and a field is all that is looked at, unless {@code RUNYARD_FAILPOINTS}
 * names a folder, which no lab in use ever sets. Then a file in it that is named as a moment arms that one: whoever reaches it
 * removes the file and is gone. A number n in the file: at the n-th time.
 */
public enum Failpoint {
    /** The service answered the start of an attempt; nothing was done with it. */
    ATTEMPT_TAKEN_UP(Side.WORKER),
    /** The service knows from which step the attempt goes on. */
    RESUME_TOLD(Side.WORKER),
    /** A checkpoint's folder is there, and nothing in it. */
    CHECKPOINT_BEGUN(Side.WORKER),
    /** All bytes of a file of tensors were written under a temporary name. */
    FILE_WRITTEN(Side.WORKER),
    /** … and are on the disk. */
    FILE_SYNCED(Side.WORKER),
    /** The file has its name. */
    FILE_RENAMED(Side.WORKER),
    /** … and keeps it. */
    FILE_DURABLE(Side.WORKER),
    /** All bytes of a checkpoint's manifest were written under a temporary name. */
    MANIFEST_WRITTEN(Side.WORKER),
    /** … and are on the disk. */
    MANIFEST_SYNCED(Side.WORKER),
    /** The checkpoint exists. */
    MANIFEST_RENAMED(Side.WORKER),
    /** … and keeps existing; those that it replaces are still there. */
    CHECKPOINT_DURABLE(Side.WORKER),
    /** The store has one file of a checkpoint, and none of those behind it. */
    CHECKPOINT_FILE_SENT(Side.WORKER),
    /** The store has the bytes of a checkpoint, and the service does not know what they are. */
    CHECKPOINT_SENT(Side.WORKER),
    /** The service knows the checkpoint. */
    CHECKPOINT_TOLD(Side.WORKER),
    /** The service has a batch of points, and the worker did not note so. */
    POINTS_TOLD(Side.WORKER),
    /** The attempt is over, and nobody knows. */
    END_DUE(Side.WORKER),
    /** The service knows how the attempt ended; its folder is still there. */
    END_TOLD(Side.WORKER),

    /** The rows of a POST with an Idempotency-Key were written and not committed. */
    REQUEST_STORED(Side.SERVICE),
    /** They are committed, and the client has no answer. */
    REQUEST_COMMITTED(Side.SERVICE),
    /** The rows of a lease were written and not committed. */
    LEASE_STORED(Side.SERVICE),
    /** The lease is granted, and its run's workflow does not know. */
    LEASE_COMMITTED(Side.SERVICE),
    /** The run has its workflow, which was told. */
    LEASE_SIGNALLED(Side.SERVICE),
    /** It is noted that the worker took the attempt up, and the worker has no answer. */
    START_COMMITTED(Side.SERVICE),
    /** What older attempts measured beyond the step of resumption is superseded, and the worker has no answer. */
    RESUME_COMMITTED(Side.SERVICE),
    /** A batch of points was written and not committed. */
    POINTS_STORED(Side.SERVICE),
    /** It is committed, and the worker has no answer. */
    POINTS_COMMITTED(Side.SERVICE),
    /** A blob's file has its name, and there is no row of it. */
    BLOB_NAMED(Side.SERVICE),
    /** The blob has its row, and the worker has no answer. */
    BLOB_COMMITTED(Side.SERVICE),
    /** The rows of a checkpoint were written and not committed. */
    CHECKPOINT_STORED(Side.SERVICE),
    /** They are committed, and the worker has no answer. */
    CHECKPOINT_COMMITTED(Side.SERVICE),
    /** The end of an attempt was written and not committed. */
    END_STORED(Side.SERVICE),
    /** It is committed, and the worker has no answer. */
    END_COMMITTED(Side.SERVICE);

    /** Names the folder. */
    public static final String VARIABLE = "RUNYARD_FAILPOINTS";

    /** As the kernel's own SIGKILL looks to a parent. */
    private static final int KILLED = 137;

    private static final @Nullable Path ARMED = folder();

    private final Side side;

    Failpoint(Side side) {
        this.side = side;
    }

    /** Whose process ends. */
    public enum Side {
        WORKER,
        SERVICE
    }

    public Side side() {
        return side;
    }

    /** Ends this process if the moment is armed. */
    public void reach() {
        if (ARMED != null) {
            reach(ARMED.resolve(name()));
        }
    }

    /** What people should hear of a process that may end itself; empty for all but drills. */
    public static Optional<String> warning() {
        return Optional.ofNullable(ARMED)
                .map(folder -> VARIABLE + "=" + folder + " is set: whoever writes into that folder ends this lab's"
                        + " processes; it is for drills, unset it");
    }

    private static @Nullable Path folder() {
        String named = System.getenv(VARIABLE);
        return named == null || named.isBlank() ? null : Path.of(named);
    }

    private static synchronized void reach(Path file) {
        try {
            String text = Files.readString(file).strip();
            int times = text.matches("[1-9]\\d{0,5}") ? Integer.parseInt(text) : 1;
            if (times > 1) {
                Files.writeString(file, Integer.toString(times - 1));
                return;
            }
            Files.delete(file);
        } catch (NoSuchFileException e) {
            return;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Runtime.getRuntime().halt(KILLED);
    }
}
