package dev.runyard.vision;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** Real images and reference tensors, which are not part of the product: {@code -Drunyard.shared}, or a folder beside the clone. */
public final class SharedData {
    private SharedData() {}

    /** The path below {@code shared/data}; the calling test is skipped when it is not there. */
    public static Path path(String relative) {
        String given = System.getProperty("runyard.shared", "");
        if (!given.isEmpty()) {
            Path path = Path.of(given, "data", relative);
            assumeTrue(Files.exists(path), "skipped: runyard.shared has no data/" + relative);
            return path;
        }
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            Path path = at.resolve("shared/data").resolve(relative);
            if (Files.exists(path)) {
                return path;
            }
        }
        assumeTrue(false, "skipped: no shared/data/" + relative + " beside the clone; set -Drunyard.shared");
        throw new AssertionError();
    }
}
