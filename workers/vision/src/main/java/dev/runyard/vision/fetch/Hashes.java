package dev.runyard.vision.fetch;

import dev.runyard.spec.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256 and MD5 of a file in one pass, in lower-case hex. MD5 only because some publishers state no other. */
record Hashes(String sha256, String md5) {
    static Hashes of(Path file) throws IOException {
        MessageDigest sha256 = Sha256.digest();
        MessageDigest md5 = md5Digest();
        byte[] buffer = new byte[1 << 20];
        try (InputStream in = Files.newInputStream(file)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                sha256.update(buffer, 0, n);
                md5.update(buffer, 0, n);
            }
        }
        return new Hashes(Sha256.hex(sha256), Sha256.hex(md5));
    }

    private static MessageDigest md5Digest() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has MD5", e);
        }
    }
}
