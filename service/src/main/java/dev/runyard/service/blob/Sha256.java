package dev.runyard.service.blob;

import java.security.MessageDigest;

/** A blob's name: 64 lower-case hex digits. The only thing from a request that ever becomes part of a path. */
record Sha256(String hex) {
    Sha256 {
        if (!valid(hex)) {
            throw new IllegalArgumentException("not a SHA-256 in lower-case hex: " + hex);
        }
    }

    static boolean valid(String text) {
        return dev.runyard.spec.Sha256.valid(text);
    }

    static Sha256 of(MessageDigest digest) {
        return new Sha256(dev.runyard.spec.Sha256.hex(digest));
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
