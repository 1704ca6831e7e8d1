package dev.runyard.vision.backbone;

import dev.runyard.spec.Nearest;
import dev.runyard.spec.model.BackboneSpec;
import dev.runyard.vision.backbone.weights.WeightFiles;
import dev.runyard.vision.backbone.weights.WeightsException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where the files of a backbone lie. One that is shipped with the product is unpacked for as long as this is open.
 */
public final class StoredBackbone implements Closeable {
    private static final String WEIGHTS = "weights.safetensors";
    private static final String CONFIG = "config.json";
    private static final String INDEX = ".safetensors.index.json";

    /** A part of a model, as Hugging Face names it: which, and of how many. */
    private static final Pattern SHARD = Pattern.compile(".*-\\d{5}-of-(\\d{5})\\.safetensors");

    private final Path weights;
    private final List<Path> unpacked;

    private StoredBackbone(Path weights, List<Path> unpacked) {
        this.weights = weights;
        this.unpacked = List.copyOf(unpacked);
    }

    /**
     * Finds the files.
     *
     * @param name one of {@link BackboneSpec#SHIPPED}, a safetensors file, or a folder with one and its {@code config.json}
     * @throws WeightsException when there is no such file, or a folder leaves open which file is meant
     */
    public static StoredBackbone open(String name) throws IOException {
        return BackboneSpec.SHIPPED.contains(name) ? unpack(name) : new StoredBackbone(file(name), List.of());
    }

    /** Differs for other files, and for the same one after a change. */
    public static String identity(String name) throws IOException {
        if (BackboneSpec.SHIPPED.contains(name)) {
            return name;
        }
        Path file = file(name);
        StringBuilder out = new StringBuilder(stamp(file));
        if (file.toString().endsWith(INDEX)) {
            try (Stream<Path> parts =
                    Files.list(Objects.requireNonNull(file.toAbsolutePath().getParent()))) {
                for (Path part : parts.filter(f ->
                                SHARD.matcher(String.valueOf(f.getFileName())).matches())
                        .sorted()
                        .toList()) {
                    out.append('|').append(stamp(part));
                }
            }
        }
        return out.toString();
    }

    private static String stamp(Path file) throws IOException {
        return file.toRealPath() + "|" + Files.size(file) + "|" + Files.getLastModifiedTime(file);
    }

    /** The safetensors file. */
    public Path weights() {
        return weights;
    }

    /** Beside it; need not exist. */
    public Path config() {
        return weights.resolveSibling(CONFIG);
    }

    /** With the files of a tokenizer, where the model reads texts. */
    public Path folder() {
        Path folder = weights.toAbsolutePath().getParent();
        return folder == null ? weights.toAbsolutePath() : folder;
    }

    private static Path file(String name) throws IOException {
        Path path = Path.of(name);
        // A word is a name: what is called so in the folder of this process is not meant.
        boolean word = !path.isAbsolute() && path.getNameCount() == 1;
        if (!word && WeightFiles.GATE.isFolder(path)) {
            return among(name, path);
        }
        if (word || WeightFiles.GATE.find(path).isEmpty()) {
            String nearest = Nearest.to(name, BackboneSpec.SHIPPED)
                    .map(known -> "; did you mean \"" + known + "\"?")
                    .orElse("; shipped are " + String.join(", ", BackboneSpec.SHIPPED));
            throw new WeightsException(name + ": there is no such file or folder" + nearest);
        }
        Matcher shard = SHARD.matcher(String.valueOf(path.getFileName()));
        if (shard.matches() && !shard.group(1).equals("00001")) {
            Path folder = path.toAbsolutePath().getParent();
            return index(folder == null ? path : folder)
                    .orElseThrow(() -> unindexed(name + ": is one of several parts"));
        }
        return path;
    }

    private static Path among(String name, Path folder) throws IOException {
        List<Path> found = WeightFiles.GATE.patiently(folder, () -> {
            try (Stream<Path> files = Files.list(folder)) {
                return files.filter(f -> f.toString().endsWith(".safetensors"))
                        .sorted()
                        .toList();
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
        });
        for (Path f : found) {
            String file = String.valueOf(f.getFileName());
            if (file.equals(WEIGHTS) || file.equals("model.safetensors")) {
                return f;
            }
        }
        boolean parts = found.stream()
                .anyMatch(f -> SHARD.matcher(String.valueOf(f.getFileName())).matches());
        if (parts && found.size() > 1) {
            return index(folder).orElseThrow(() -> unindexed(name + ": holds a model in parts"));
        }
        if (found.size() == 1) {
            return file(found.get(0).toString());
        }
        throw new WeightsException(
                name + ": holds " + found.size() + " safetensors files; name the one to use, or keep one " + WEIGHTS);
    }

    /** What says which part of a model holds which tensor; empty unless there is one such file. */
    private static Optional<Path> index(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> found = files.filter(f -> f.toString().endsWith(INDEX)).toList();
            return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static WeightsException unindexed(String what) {
        return new WeightsException(what + ", and there is not one " + INDEX
                + " beside them that says which tensor is in which; put the model's index there");
    }

    private static StoredBackbone unpack(String name) throws IOException {
        Path folder = Files.createTempDirectory("runyard-" + name);
        List<Path> made = new ArrayList<>(List.of(folder));
        for (String file : List.of(WEIGHTS, CONFIG, "merges.txt", "head.safetensors")) {
            try (InputStream in = StoredBackbone.class.getResourceAsStream(name + "/" + file)) {
                if (in != null) {
                    made.add(folder.resolve(file));
                    Files.copy(in, folder.resolve(file));
                }
            }
        }
        StoredBackbone stored = new StoredBackbone(folder.resolve(WEIGHTS), made);
        if (!Files.exists(stored.weights)) {
            stored.close();
            throw new WeightsException(name + ": " + WEIGHTS + " is not part of this build");
        }
        return stored;
    }

    @Override
    public void close() throws IOException {
        for (int i = unpacked.size() - 1; i >= 0; i--) {
            Files.deleteIfExists(unpacked.get(i));
        }
    }
}
