package dev.runyard.agent.attempt;

import dev.runyard.spec.Sha256;
import dev.runyard.spec.dataset.StoredPlace;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;

/**
 * What a copy was when its bytes were last found right: size, time of its last change and, where the file system has one, its key. As
 * long as it is that its bytes are not read again; a disk, or somebody, that changes a file without changing its size is found out.
 */
final class Seen {
    /** Of the file beside a copy. */
    static final String ENDING = ".seen";

    /** Of what was a copy and is not any more what was pushed. */
    static final String DAMAGED = ".damaged";

    private static final int CHUNK = 1 << 20;

    private Seen() {}

    /** Whether a copy is there and has the bytes that were pushed; they are read where it is not what it was. */
    static boolean whole(Path copy, StoredPlace place, Attempt attempt) throws IOException {
        if (!Files.isRegularFile(copy) || Files.size(copy) != place.size()) {
            return false;
        }
        String now = now(copy); // before it is read: what changes meanwhile is read again the next time
        if (now.equals(noted(copy))) {
            return true;
        }
        if (!sha256(copy, place, attempt).equals(place.sha256())) {
            return false;
        }
        // Two attempts may write it at once. What is torn is as if it were not there.
        Files.writeString(beside(copy), now);
        return true;
    }

    /** Its bytes were just found right. */
    static void note(Path copy) throws IOException {
        Files.writeString(beside(copy), now(copy));
    }

    /** Takes its name from what is not what was pushed; it stays for whoever wants to look, until its room is needed. */
    static void setAside(Path copy) throws IOException {
        Files.move(
                copy,
                copy.resolveSibling(copy.getFileName() + DAMAGED),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        forget(copy);
    }

    static void forget(Path copy) throws IOException {
        Files.deleteIfExists(beside(copy));
    }

    private static Path beside(Path copy) {
        return copy.resolveSibling(copy.getFileName() + ENDING);
    }

    private static String now(Path copy) throws IOException {
        BasicFileAttributes is = Files.readAttributes(copy, BasicFileAttributes.class);
        return is.size() + " " + is.lastModifiedTime() + " " + is.fileKey();
    }

    private static String noted(Path copy) {
        try {
            return Files.readString(beside(copy));
        } catch (IOException e) {
            return ""; // of a version that wrote none, or torn
        }
    }

    /** A large copy takes a while: the attempt is told how far it is, and stops when it is told to. */
    private static String sha256(Path copy, StoredPlace place, Attempt attempt) throws IOException {
        MessageDigest digest = Sha256.digest();
        byte[] chunk = new byte[CHUNK];
        long done = 0;
        try (InputStream in = Files.newInputStream(copy)) {
            for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                digest.update(chunk, 0, n);
                done += n;
                attempt.preparing(
                        "a look at the copy of " + FetchedPlaces.spelled(place) + ", in MiB",
                        FetchedPlaces.mebibytes(done),
                        FetchedPlaces.mebibytes(place.size()));
                FetchedPlaces.goOn(attempt);
            }
        }
        return Sha256.hex(digest);
    }
}
