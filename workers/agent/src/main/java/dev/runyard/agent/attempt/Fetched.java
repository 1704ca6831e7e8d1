package dev.runyard.agent.attempt;

import dev.runyard.agent.client.ServiceFault;
import dev.runyard.spec.Sha256;
import dev.runyard.spec.dataset.StoredPlace;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;

/** One file on its way from the lab: a connection that is cut costs what it had not yet brought. */
final class Fetched {
    private static final int CHUNK = 1 << 20;

    private final StoredPlace place;
    private final Path part;
    private final MessageDigest digest = Sha256.digest();
    private long done;

    /** @param part has the file's size already, see {@link #reserve} */
    Fetched(StoredPlace place, Path part) {
        this.place = place;
        this.part = part;
    }

    /** Makes a file of this size, without content. */
    static void reserve(Path part, long size) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(part.toFile(), "rw")) {
            file.setLength(size);
        }
    }

    /**
     * Writes the file.
     *
     * @return SHA-256 of what came
     * @throws ServiceFault Refused when the lab does not have it for this attempt, Unavailable when it stays away
     */
    String from(Attempt attempt) throws IOException {
        try (FileChannel out = FileChannel.open(part, StandardOpenOption.WRITE)) {
            while (!cameTo(out, attempt)) {
                // Patience is with a lab that stays away, and begins anew where something came meanwhile.
            }
            out.force(true);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return Sha256.hex(digest);
    }

    /** @return false where it was cut off for longer than a lab is waited for, though more had come before */
    private boolean cameTo(FileChannel out, Attempt attempt) {
        long before = done;
        try {
            attempt.patience().run(() -> rest(out, attempt));
            return true;
        } catch (ServiceFault.Unavailable e) {
            if (done == before) {
                throw e;
            }
            return false;
        }
    }

    private void rest(FileChannel out, Attempt attempt) {
        FetchedPlaces.goOn(attempt);
        try (InputStream in = attempt.client().load(place.sha256(), done)) {
            byte[] chunk = new byte[CHUNK];
            for (int n = read(in, chunk); n >= 0 && done <= place.size(); n = read(in, chunk)) {
                written(out, ByteBuffer.wrap(chunk, 0, n));
                digest.update(chunk, 0, n);
                done += n;
                attempt.preparing(
                        FetchedPlaces.spelled(place) + " from the lab, in MiB",
                        FetchedPlaces.mebibytes(Math.min(done, place.size())),
                        FetchedPlaces.mebibytes(place.size()));
                FetchedPlaces.goOn(attempt);
            }
        } catch (IOException e) {
            throw cut(e);
        }
    }

    private int read(InputStream in, byte[] chunk) {
        try {
            return in.read(chunk);
        } catch (IOException e) {
            throw cut(e);
        }
    }

    private ServiceFault.Unavailable cut(IOException e) {
        return new ServiceFault.Unavailable(
                FetchedPlaces.spelled(place) + " from the lab broke off after " + done + " bytes: " + e.getMessage());
    }

    private void written(FileChannel out, ByteBuffer bytes) {
        try {
            long at = done;
            while (bytes.hasRemaining()) {
                at += out.write(bytes, at);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e); // the disk's, which patience does not mend
        }
    }
}
