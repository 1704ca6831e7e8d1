package dev.runyard.agent.program;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.runyard.spec.report.CheckpointRef;
import java.util.List;
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
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Entry(
            String path,
            long size,
            boolean executable,
            @Nullable String sha256,
            @Nullable String link) {}

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
