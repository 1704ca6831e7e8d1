package dev.runyard.service.auth;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;

/** The token of a person, as the home holds it now: a new one there counts within a second, and the old one, with its cookies, no more. */
final class PersonToken {
    private static final long LOOK_NANOS = 1_000_000_000L;

    private final @Nullable Path file;
    private volatile String token;
    private volatile @Nullable FileTime written;
    private volatile long looked = System.nanoTime();

    /** @param file that holds it; null when it never changes */
    PersonToken(@Nullable Path file, String token) {
        this.file = file;
        this.token = token;
        this.written = file == null ? null : time(file);
    }

    String now() {
        Path from = file;
        if (from != null && System.nanoTime() - looked > LOOK_NANOS) {
            looked = System.nanoTime();
            FileTime time = time(from);
            if (time != null && !time.equals(written)) {
                read(from, time);
            }
        }
        return token;
    }

    private void read(Path from, FileTime time) {
        try {
            String fresh = Files.readString(from).strip();
            if (!fresh.isEmpty()) {
                token = fresh;
                written = time;
            }
        } catch (IOException e) {
            // Being replaced, or its disk is away: the one that is known counts until it can be read.
        }
    }

    private static @Nullable FileTime time(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            return null;
        }
    }
}
