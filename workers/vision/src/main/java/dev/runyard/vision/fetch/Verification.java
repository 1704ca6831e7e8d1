package dev.runyard.vision.fetch;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Whether a file is the one its publisher offers.
 *
 * @param linked SHA-256 that the server gave with its answer; null where it gave none
 */
record Verification(RemoteFile remote, @Nullable String linked) {

    /**
     * Checks size and stated hashes; without a stated SHA-256 the first file's is recorded beside it and compared from then on.
     *
     * @param actual where the bytes are
     * @param file what they are to be called
     * @throws FetchException WRONG_HASH, CHANGED
     */
    void check(Path actual, Path file) throws IOException {
        long size = Files.size(actual);
        if (remote.size() != null && size != remote.size()) {
            throw new FetchException(
                    "WRONG_HASH",
                    actual + " has " + size + " bytes, not the stated " + remote.size()
                            + "; delete it and fetch it again");
        }
        Hashes hashes = Hashes.of(actual);
        same("SHA-256", hashes.sha256(), remote.sha256(), remote.statedBy(), actual);
        same("MD5", hashes.md5(), remote.md5(), remote.statedBy(), actual);
        same("SHA-256", hashes.sha256(), linked, URI.create(remote.address()).getHost(), actual);
        if (remote.sha256() == null) {
            compareWithFirst(hashes.sha256(), actual, file);
        }
    }

    private static void same(String kind, String actual, @Nullable String stated, @Nullable String statedBy, Path file)
            throws FetchException {
        if (stated != null && !stated.equals(actual)) {
            throw new FetchException(
                    "WRONG_HASH",
                    file + " has the " + kind + " " + actual + ", not " + stated + " as stated by " + statedBy
                            + "; delete it and fetch it again");
        }
    }

    private static void compareWithFirst(String sha256, Path actual, Path file) throws IOException {
        Path record = file.resolveSibling(file.getFileName() + ".sha256");
        if (!Files.exists(record)) {
            Files.writeString(record, sha256 + "  " + file.getFileName() + "\n");
            return;
        }
        String first = Files.readString(record).strip();
        if (!first.startsWith(sha256)) {
            throw new FetchException(
                    "CHANGED",
                    actual + " has the SHA-256 " + sha256 + ", but the first download had "
                            + first.replaceFirst("\\s.*", "") + "; delete " + record
                            + " if the publisher changed the file on purpose");
        }
    }
}
