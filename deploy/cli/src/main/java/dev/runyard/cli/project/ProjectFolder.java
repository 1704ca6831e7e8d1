package dev.runyard.cli.project;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.cli.terminal.Failure;
import dev.runyard.spec.Sha256;
import dev.runyard.spec.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * An exported project: {@code project.jsonl} with all of its rows, {@code blobs/ab/abcdef…} with the files that they name by SHA-256, and
 * {@code manifest.json}, written last, which says what belongs to it.
 */
record ProjectFolder(Path folder) {
    private static final String MANIFEST = "manifest.json";

    /** A file that rows name. */
    record Blob(String sha256, long size) {}

    Path lines() {
        return folder.resolve("project.jsonl");
    }

    Path blob(String sha256) {
        return folder.resolve("blobs").resolve(sha256.substring(0, 2)).resolve(sha256);
    }

    boolean whole() {
        return Files.isRegularFile(folder.resolve(MANIFEST));
    }

    /** What the lines name. */
    List<Blob> blobs() throws IOException {
        List<Blob> blobs = new ArrayList<>();
        try (BufferedReader in = Files.newBufferedReader(lines(), StandardCharsets.UTF_8)) {
            for (String text = in.readLine(); text != null; text = in.readLine()) {
                if (text.startsWith("{\"table\":\"blob\"")) {
                    JsonNode row = Json.tree(text).path("row");
                    blobs.add(new Blob(
                            row.path("sha256").asText(), row.path("size").asLong()));
                }
            }
        }
        return blobs;
    }

    /** Rows by table; the lines end with how many there are. */
    Map<String, Long> rows() throws IOException {
        Map<String, Long> rows = new TreeMap<>();
        String last = "";
        try (BufferedReader in = Files.newBufferedReader(lines(), StandardCharsets.UTF_8)) {
            for (String text = in.readLine(); text != null; text = in.readLine()) {
                last = text;
                if (text.startsWith("{\"table\":\"")) {
                    rows.merge(text.substring(10, text.indexOf('"', 10)), 1L, Long::sum);
                }
            }
        }
        long all = rows.values().stream().mapToLong(Long::longValue).sum();
        if (!last.equals("{\"end\":true,\"rows\":" + all + "}")) {
            throw Failure.fault(lines() + " was cut off", "export again");
        }
        return rows;
    }

    String sha256() throws IOException {
        return Sha256.of(lines());
    }

    void seal(String project, Map<String, Long> rows, List<Blob> blobs) throws IOException {
        Files.writeString(
                folder.resolve(MANIFEST),
                Json.mapper()
                                .writerWithDefaultPrettyPrinter()
                                .writeValueAsString(
                                        new TreeMap<>(Map.of( // in one order: equal projects are equal folders
                                                "project", project,
                                                "lines", sha256(),
                                                "rows", rows,
                                                "blobs", blobs.size(),
                                                "bytes",
                                                        blobs.stream()
                                                                .mapToLong(Blob::size)
                                                                .sum())))
                        + "\n");
    }

    /** @throws Failure where it is none, or not what was written */
    JsonNode opened() throws IOException {
        if (!whole()) {
            throw Failure.badInput(
                    folder + " is no whole export: it has no " + MANIFEST,
                    "export again: runyard export --out " + folder);
        }
        JsonNode manifest = Json.tree(Files.readString(folder.resolve(MANIFEST)));
        if (!manifest.path("lines").asText().equals(sha256())) {
            throw Failure.badInput(lines() + " is not what was exported: its SHA-256 is another", "export again");
        }
        return manifest;
    }
}
