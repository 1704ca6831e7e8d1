package dev.runyard.cli.science;

import dev.runyard.cli.terminal.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The files of trained networks that a path names. */
final class Networks {
    private static final String ENDING = ".safetensors";

    private Networks() {}

    /** The file itself, or all safetensors files of a folder by name. */
    static List<Path> of(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            if (!Files.exists(path)) {
                throw Failure.badInput("there is no file or folder " + path, null);
            }
            if (!path.toString().endsWith(ENDING)) {
                throw Failure.badInput(
                        path + " is no safetensors file", "convert it once: runyard weights convert " + path);
            }
            return List.of(path);
        }
        try (Stream<Path> files = Files.list(path)) {
            List<Path> found =
                    files.filter(f -> f.toString().endsWith(ENDING)).sorted().toList();
            if (found.isEmpty()) {
                throw Failure.badInput(
                        path + " holds no safetensors file", "convert .pt files once: runyard weights convert FILE");
            }
            return found;
        }
    }

    /** Of a file, without its ending. */
    static String name(Path file) {
        return String.valueOf(file.getFileName()).replaceAll("\\.safetensors$", "");
    }
}
