package dev.runyard.cli.science;

import dev.runyard.spec.json.Json;
import dev.runyard.spec.metric.MetricPoint;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code metrics.jsonl}: one point a line, in order of steps. Lines behind the step that training goes on from are dropped. */
final class MetricFile implements AutoCloseable {
    private final Path file;
    private @Nullable BufferedWriter writer;

    MetricFile(Path folder) {
        this.file = folder.resolve("metrics.jsonl");
    }

    /** Keeps what was measured up to {@code step}; a line that a kill cut off is dropped too. */
    void resume(long step) throws IOException {
        close();
        List<String> kept = new ArrayList<>();
        if (step > 0 && Files.exists(file)) {
            for (String line : Files.readAllLines(file)) {
                if (line.endsWith("}") && Json.read(line, MetricPoint.class).step() <= step) {
                    kept.add(line);
                }
            }
        }
        Path fresh = file.resolveSibling("metrics.jsonl.tmp");
        Files.write(fresh, kept);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        writer = Files.newBufferedWriter(file, StandardOpenOption.APPEND);
    }

    void add(List<MetricPoint> points) throws IOException {
        BufferedWriter open = writer;
        if (open == null) {
            throw new IllegalStateException("points before the first step");
        }
        for (MetricPoint point : points) {
            open.write(Json.mapper().writeValueAsString(point));
            open.newLine();
        }
    }

    /** Before a checkpoint counts, the points that lead up to it are in the file. */
    void flush() throws IOException {
        if (writer != null) {
            writer.flush();
        }
    }

    @Override
    public void close() throws IOException {
        if (writer != null) {
            writer.close();
            writer = null;
        }
    }
}
