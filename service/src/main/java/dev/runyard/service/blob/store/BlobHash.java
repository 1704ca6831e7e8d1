package dev.runyard.service.blob.store;

import dev.runyard.spec.Sha256;
import java.security.MessageDigest;

/** A blob's name: 64 lower-case hex digits. The only thing from a request that ever becomes part of a path. */
public record BlobHash(String hex) {
    public BlobHash {
        if (!valid(hex)) {
            throw new IllegalArgumentException("not a SHA-256 in lower-case hex: " + hex);
        }
    }

    public static boolean valid(String text) {
        return Sha256.valid(text);
    }

    public static BlobHash of(MessageDigest digest) {
        return new BlobHash(Sha256.hex(digest));
    }

    /** For Postgres' advisory locks. */
    public long lock() {
        return Long.parseUnsignedLong(hex.substring(0, 16), 16);
    }

    @Override
    public String toString() {
        return hex;
    }
}
