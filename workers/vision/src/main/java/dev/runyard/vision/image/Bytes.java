package dev.runyard.vision.image;

import java.nio.charset.StandardCharsets;

/** A file's bytes with bounds-checked reads; reading past the end says so by name. */
@SuppressWarnings("ArrayRecordComponent")
record Bytes(String name, byte[] bytes) {
    int length() {
        return bytes.length;
    }

    int u8(int at) throws ImageException {
        if (at < 0 || at >= bytes.length) {
            throw ends();
        }
        return bytes[at] & 0xff;
    }

    int big16(int at) throws ImageException {
        return u8(at) << 8 | u8(at + 1);
    }

    int big32(int at) throws ImageException {
        return big16(at) << 16 | big16(at + 2);
    }

    /** 0 where the file has ended. */
    int little16(int at) {
        return at + 1 < bytes.length ? bytes[at] & 0xff | (bytes[at + 1] & 0xff) << 8 : 0;
    }

    /** The text is compared as ISO 8859-1. */
    boolean startsWith(int at, String magic) {
        return ascii(at, magic.length()).equals(magic);
    }

    String ascii(int at, int length) {
        return at + length <= bytes.length ? new String(bytes, at, length, StandardCharsets.ISO_8859_1) : "";
    }

    ImageException fault(String code, String what) {
        return new ImageException(code, name + " " + what);
    }

    ImageException damaged(int at, String what) {
        return new ImageException("TRUNCATED_IMAGE", name + " is damaged at byte " + at + ": " + what);
    }

    ImageException ends() {
        return new ImageException(
                "TRUNCATED_IMAGE", name + " is cut short: it ends at byte " + bytes.length + " and must go on");
    }
}
