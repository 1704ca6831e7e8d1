package dev.runyard.agent.attempt;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.runyard.spec.json.Json;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** A first-in first-out queue in a file, one JSON value a line. Emptied by one thread; not meant to outlive the process. */
final class Spool<T> {
    /** Memory for a batch is sized by it. Longer lines make a batch smaller; a single one still fits, see {@link #oldest}. */
    private static final int MOST_BYTES_A_LINE = 1_024;

    private static final int LEAST_BYTES = 1 << 20;

    private final Path file;
    private final Class<T> type;
    private long items;
    private long read;
    private long written;

    Spool(Path file, Class<T> type) {
        this.file = file;
        this.type = type;
    }

    synchronized boolean isEmpty() {
        return items == 0;
    }

    /** Waiting bytes. */
    synchronized long bytes() {
        return written - read;
    }

    synchronized void append(List<T> more) {
        StringBuilder lines = new StringBuilder();
        for (T item : more) {
            try {
                lines.append(Json.mapper().writeValueAsString(item)).append('\n');
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("a report that is not JSON: " + type, e);
            }
        }
        byte[] utf8 = lines.toString().getBytes(StandardCharsets.UTF_8);
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.write(file, utf8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        written += utf8.length;
        items += more.size();
    }

    /** The oldest items, which stay until they are removed. */
    synchronized List<T> peek(int most) {
        return oldest(most).items;
    }

    synchronized void remove(int count) {
        read = oldest(count).end;
        items -= count;
        if (items == 0) {
            delete();
        }
    }

    synchronized void delete() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        items = 0;
        read = 0;
        written = 0;
    }

    private record Oldest<T>(List<T> items, long end) {}

    private Oldest<T> oldest(int most) {
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            in.seek(read);
            byte[] bytes =
                    new byte[(int) Math.min(written - read, Math.max(LEAST_BYTES, (long) most * MOST_BYTES_A_LINE))];
            in.readFully(bytes);
            List<T> out = new ArrayList<>();
            int start = 0;
            for (int i = 0; i < bytes.length && out.size() < most; i++) {
                if (bytes[i] == '\n') {
                    out.add(Json.read(new String(bytes, start, i - start, StandardCharsets.UTF_8), type));
                    start = i + 1;
                }
            }
            return new Oldest<>(out, read + start);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
