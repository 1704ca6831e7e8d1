package dev.runyard.agent.program;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.runyard.spec.report.CheckpointRef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What was in a program's checkpoint folder at one moment. The bytes of its files lie beside it, under their SHA-256: what did not
 * change since the image before is stored once, and travels once.
 *
 * @param resumeStep the step that the program goes on from with these files, as its marker says; null: it does not say
 * @param files in the order of their paths
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record FolderImage(@Nullable Long resumeStep, List<Entry> files) {
    /** The image's own name among the files of a checkpoint. */
    static final String NAME = "folder.json";

    FolderImage {
        files = List.copyOf(files);
    }

    /**
     * @param path from the folder, with slashes
     * @param sha256 of the content; of a link null
     * @param link where a link leads, from the folder that it lies in; null: it is a file
     * @param modified microseconds since 1970; null: a link, or an image from before they were kept
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Entry(
            String path,
            long size,
            boolean executable,
            @Nullable String sha256,
            @Nullable String link,
            @Nullable Long modified) {
        private Entry timeless() {
            return new Entry(path, size, executable, sha256, link, null);
        }
    }

    /** Whether these are its files, whenever they were written. */
    boolean holds(List<Entry> others) {
        return files.stream()
                .map(Entry::timeless)
                .toList()
                .equals(others.stream().map(Entry::timeless).toList());
    }

    /** Gives restored files, and the folders that they lie in, their times again: many a program takes the newest for its last. */
    void date(Path folder) throws IOException {
        Map<Path, FileTime> times = new HashMap<>();
        for (Entry entry : files) {
            if (entry.modified() == null) {
                continue;
            }
            FileTime modified = FileTime.from(entry.modified(), TimeUnit.MICROSECONDS);
            Path path = folder.resolve(entry.path()).normalize();
            while (!path.equals(folder)) {
                times.merge(path, modified, (a, b) -> a.compareTo(b) < 0 ? b : a);
                path = Objects.requireNonNull(path.getParent());
            }
        }
        for (Map.Entry<Path, FileTime> time : times.entrySet()) {
            Files.setLastModifiedTime(time.getKey(), time.getValue());
        }
    }

    /** The files that hold its content, each once; the name of one is its hash. */
    List<CheckpointRef.File> contents() {
        return files.stream()
                .filter(entry -> entry.sha256() != null)
                .map(entry -> new CheckpointRef.File(
                        String.valueOf(entry.sha256()), entry.size(), String.valueOf(entry.sha256())))
                .distinct()
                .toList();
    }
}
