package dev.runyard.agent.attempt;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** {@link dev.runyard.spec.Sha256} of files, and of streams on their way. */
final class Sha256 {
    private Sha256() {}

    static String of(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return dev.runyard.spec.Sha256.of(in);
        }
    }

    static String copy(InputStream in, OutputStream out) throws IOException {
        return dev.runyard.spec.Sha256.copy(in, out);
    }
}
