package dev.runyard.vision.fetch;

import org.jspecify.annotations.Nullable;

/**
 * A file that a publisher offers.
 *
 * @param file plain name it gets here
 * @param address http or https
 * @param size bytes; null when it is not stated
 * @param sha256 as its publisher states it; null when it is not stated, never a guess
 * @param md5 likewise, where that is the only hash that is stated
 * @param statedBy where the hash is stated; null without a hash
 * @param unpack how the archive is unpacked; null to keep the file as it is
 * @param into folder below the target for what is in the archive; null for the target itself
 */
public record RemoteFile(
        String file,
        String address,
        @Nullable Long size,
        @Nullable String sha256,
        @Nullable String md5,
        @Nullable String statedBy,
        @Nullable Packing unpack,
        @Nullable String into) {

    /** Archive formats. */
    public enum Packing {
        ZIP,
        TAR,
        TAR_GZ
    }

    public RemoteFile {
        if (!file.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
            throw new IllegalArgumentException("file must be a plain name, got " + file);
        }
        if (!address.matches("https?://.+")) {
            throw new IllegalArgumentException("address must be http or https, got " + address);
        }
        if (sha256 != null && !sha256.matches("[0-9a-f]{64}") || md5 != null && !md5.matches("[0-9a-f]{32}")) {
            throw new IllegalArgumentException(file + " has a malformed hash");
        }
        if ((sha256 != null || md5 != null) && statedBy == null) {
            throw new IllegalArgumentException(file + " has a hash that nobody states");
        }
        if (into != null && !SafeNames.isSafe(into)) {
            throw new IllegalArgumentException("into must be a plain name, got " + into);
        }
    }
}
