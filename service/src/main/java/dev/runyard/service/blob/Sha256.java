package dev.runyard.service.blob;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A blob's name: 64 lower-case hex digits. The only thing from a request that ever becomes part of a path. */
record Sha256(String hex) {
    Sha256 {
        if (!valid(hex)) {
            throw new IllegalArgumentException("not a SHA-256 in lower-case hex: " + hex);
        }
    }

    static boolean valid(String text) {
        return text.length() == 64 && text.chars().allMatch(c -> c >= '0' && c <= '9' || c >= 'a' && c <= 'f');
    }

    static Sha256 of(MessageDigest digest) {
        return new Sha256(HexFormat.of().formatHex(digest.digest()));
    }

    static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
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
