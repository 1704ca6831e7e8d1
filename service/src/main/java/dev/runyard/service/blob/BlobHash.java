package dev.runyard.service.blob;

import dev.runyard.spec.Sha256;
import java.security.MessageDigest;

/** A blob's name: 64 lower-case hex digits. The only thing from a request that ever becomes part of a path. */
record BlobHash(String hex) {
    BlobHash {
        if (!valid(hex)) {
            throw new IllegalArgumentException("not a SHA-256 in lower-case hex: " + hex);
        }
    }

    static boolean valid(String text) {
        return Sha256.valid(text);
    }

    static BlobHash of(MessageDigest digest) {
        return new BlobHash(Sha256.hex(digest));
    }

    /** For Postgres' advisory locks. */
    long lock() {
        return Long.parseUnsignedLong(hex.substring(0, 16), 16);
    }

    @Override
    public String toString() {
        return hex;
    }
}
