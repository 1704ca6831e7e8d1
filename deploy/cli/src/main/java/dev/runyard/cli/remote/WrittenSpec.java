package dev.runyard.cli.remote;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.cli.terminal.Failure;
import dev.runyard.cli.terminal.GivenPath;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.run.HostPaths;
import dev.runyard.spec.run.Needs;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BinaryOperator;

/**
 * A spec that was written by hand, with its paths made absolute: whoever reads them, here or on a worker, reads the same file.
 *
 * @param tree as it was written but for the paths
 * @param paths each file or folder that it names, and the field that names it
 */
public record WrittenSpec(ObjectNode tree, SortedMap<String, String> paths) {
    private static final int LIMIT = 1 << 20;

    /** @throws InvalidSpec when it is no YAML or JSON object, or holds a path that is none */
    public static WrittenSpec read(Path file) {
        return read(file, WrittenSpec::absolute);
    }

    /** With relative paths that lead from a folder. */
    public static WrittenSpec from(Path folder, Path file) {
        return read(
                file,
                (field, path) -> folder.resolve(GivenPath.of(path)).normalize().toString());
    }

    private static WrittenSpec read(Path file, BinaryOperator<String> whole) {
        ObjectNode written = Json.yaml(text(file));
        SortedMap<String, String> paths = new TreeMap<>();
        ObjectNode tree = HostPaths.change(written, (field, path) -> {
            if (path.isBlank() || path.indexOf('\0') >= 0) {
                return path; // refused by its record, which knows what belongs there
            }
            if (field.equals("backbone.weights") && Needs.isName(path) && !Files.exists(Path.of(path))) {
                return path; // of what workers offer
            }
            String absolute = whole.apply(field, path);
            paths.putIfAbsent(absolute, field);
            return absolute;
        });
        return new WrittenSpec(tree, paths);
    }

    private static String absolute(String field, String path) {
        try {
            return GivenPath.absolute(path).toString();
        } catch (IllegalArgumentException e) {
            throw new InvalidSpec("BAD_PATH", field, path, String.valueOf(e.getMessage()), null);
        }
    }

    /** Never more than the limit is read, whatever the file says of its size, and nothing that could wait for ever. */
    public static String text(Path file) {
        try {
            if (Files.isDirectory(file)) {
                throw Failure.badInput(file + " is a folder", "name a YAML or JSON file");
            }
            if (Files.exists(file) && !Files.isRegularFile(file)) {
                throw Failure.badInput(file + " is a device, a pipe or a socket", "name a YAML or JSON file");
            }
            byte[] bytes;
            try (InputStream in = Files.newInputStream(file)) {
                bytes = in.readNBytes(LIMIT + 1);
            }
            if (bytes.length > LIMIT) {
                throw Failure.badInput(file + " has more than " + LIMIT + " bytes", "a spec has a few thousand");
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (NoSuchFileException e) {
            throw Failure.badInput("there is no file " + file, "check the path");
        } catch (AccessDeniedException e) {
            throw Failure.badInput(file + " may not be read by this user", "check its rights");
        } catch (CharacterCodingException e) {
            throw Failure.badInput(file + " is not UTF-8 text", "name a YAML or JSON file");
        } catch (IOException e) {
            throw Failure.fault("cannot read " + file + " (" + e.getMessage() + ")", "check the disk", e);
        }
    }
}
