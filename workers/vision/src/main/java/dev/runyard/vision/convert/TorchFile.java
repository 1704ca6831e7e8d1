package dev.runyard.vision.convert;

import dev.runyard.vision.backbone.weights.WeightsException;
import dev.runyard.vision.convert.PickleValue.Attributes;
import dev.runyard.vision.convert.PickleValue.Opaque;
import dev.runyard.vision.convert.PickleValue.Sequence;
import dev.runyard.vision.convert.PickleValue.Tensor;
import dev.runyard.vision.tensor.ParallelNames;
import dev.runyard.vision.tensor.SafetensorsWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The named tensors of a PyTorch archive: a state dictionary, a checkpoint that holds one, or a TorchScript module. They are read as
 * data and no code of the file runs. What else it holds beside the model (numbers of NumPy, paths, dates, objects of any class) is left out;
 * in the model it is refused.
 */
public final class TorchFile implements Closeable {
    /** Where training programs keep the model. */
    private static final String LIGHTNING = "state_dict";

    private static final int DEEPEST = 64;
    private static final int MOST = 1_000_000;

    /** Bytes that one file may become: tensors may share storages and be broadcast. */
    private static final int GROWTH = 16;

    private final String file;
    private final TorchArchive archive;
    private final Map<String, Tensor> tensors;
    private int visited;

    private TorchFile(String file, TorchArchive archive, @Nullable String key, String prefix) throws IOException {
        this.file = file;
        this.archive = archive;
        this.tensors = named(archive.content(), key, prefix);
        long bytes = 0;
        for (Tensor tensor : tensors.values()) {
            archive.check(tensor);
            bytes += tensor.elements() * tensor.storage().type().dtype().bytes();
            if (bytes / GROWTH > archive.size()) {
                throw new WeightsException(
                        file + ": refused: its tensors have more than " + GROWTH + " times the bytes of the file");
            }
        }
    }

    /**
     * Opens an archive and finds its tensors, without reading their numbers.
     *
     * @param key entry of the checkpoint that holds the model; null for {@code state_dict}, or the only one there is
     * @param prefix names that begin with it are taken, without it; empty for all
     * @throws WeightsException when the file is not a PyTorch archive, is damaged, asks for more than data, or leaves open which of
     *     several models is meant
     */
    public static TorchFile open(Path path, @Nullable String key, String prefix) throws IOException {
        TorchArchive archive = TorchArchive.open(path);
        boolean good = false;
        try {
            TorchFile opened = new TorchFile(String.valueOf(path.getFileName()), archive, key, prefix);
            good = true;
            return opened;
        } finally {
            if (!good) {
                archive.close();
            }
        }
    }

    /** Number of tensors. */
    public int count() {
        return tensors.size();
    }

    /** Numbers in all tensors. */
    public long elements() {
        return tensors.values().stream().mapToLong(Tensor::elements).sum();
    }

    /** Writes them as safetensors, with the bytes they have. */
    public void write(Path target) throws IOException {
        SafetensorsWriter out = new SafetensorsWriter();
        tensors.forEach((name, tensor) ->
                out.raw(name, tensor.storage().type().dtype(), tensor.shape(), () -> archive.bytes(tensor)));
        out.write(target);
    }

    private Map<String, Tensor> named(PickleValue content, @Nullable String key, String prefix)
            throws WeightsException {
        Map<String, Tensor> all = new LinkedHashMap<>();
        Map<String, Opaque> others = new LinkedHashMap<>();
        flatten(model(content, key), "", 0, all, others);
        String parallel = ParallelNames.prefix(all.keySet());
        Map<String, Tensor> out = new LinkedHashMap<>();
        all.forEach((name, tensor) -> {
            String plain = name.substring(parallel.length());
            if (plain.startsWith(prefix) && plain.length() > prefix.length()) {
                out.put(plain.substring(prefix.length()), tensor);
            }
        });
        for (Map.Entry<String, Opaque> other : others.entrySet()) {
            if (other.getKey().startsWith(parallel + prefix)
                    && !Allowed.noTensor(other.getValue().name())) {
                throw asks(other.getValue());
            }
        }
        if (out.isEmpty()) {
            throw new WeightsException(file + ": holds no named tensors"
                    + (prefix.isEmpty() || all.isEmpty()
                            ? ""
                            : " that begin with " + prefix + "; the first is "
                                    + all.keySet().iterator().next()));
        }
        return out;
    }

    private WeightsException asks(Opaque other) {
        return new WeightsException(file + ": refused: it asks for " + other.shown()
                + " where the model is, which is not one of the names that only build tensors, containers, numbers and"
                + " strings; choose the model with --key or --prefix, or save its state_dict() alone");
    }

    /** What can be read as a dictionary: one, or an object of a class that is filled like one. */
    private static @Nullable Attributes dictionary(@Nullable PickleValue value) {
        if (value instanceof Attributes attributes) {
            return attributes;
        }
        return value instanceof Opaque other && !other.entries().isEmpty() ? new Attributes(other.entries()) : null;
    }

    private Attributes model(PickleValue content, @Nullable String key) throws WeightsException {
        Attributes whole = dictionary(content);
        if (whole == null && content instanceof Opaque other) {
            throw asks(other);
        }
        if (whole == null) {
            throw new WeightsException(file + ": holds no dictionary of tensors");
        }
        if (key != null) {
            Attributes chosen = dictionary(whole.entries().get(key));
            if (chosen != null) {
                return chosen;
            }
            throw new WeightsException(file + ": has no dictionary \"" + key + "\", only "
                    + names(whole.entries().keySet()));
        }
        Attributes state = dictionary(whole.entries().get(LIGHTNING));
        if (state != null) {
            return state;
        }
        // A checkpoint also holds numbers and lists beside its models; a module holds them beside its tensors.
        Map<String, Attributes> models = new LinkedHashMap<>();
        for (Map.Entry<String, PickleValue> entry : whole.entries().entrySet()) {
            if (entry.getValue() instanceof Tensor) {
                return whole;
            }
            Attributes inner = dictionary(entry.getValue());
            if (inner != null
                    && inner.entries().values().stream().anyMatch(value -> value instanceof Tensor)
                    && inner.entries().keySet().stream().anyMatch(name -> name.indexOf('.') > 0)) {
                models.put(entry.getKey(), inner);
            }
        }
        if (models.size() > 1) {
            throw new WeightsException(
                    file + ": holds several models: " + names(models.keySet()) + "; name one with --key");
        }
        return models.isEmpty() ? whole : models.values().iterator().next();
    }

    private static String names(Iterable<String> names) {
        List<String> shown = new ArrayList<>();
        for (String name : names) {
            if (shown.size() == 10) {
                shown.add("…");
                break;
            }
            shown.add(name.length() > 40 ? name.substring(0, 40) + "…" : name);
        }
        return String.join(", ", shown);
    }

    private void flatten(PickleValue value, String name, int depth, Map<String, Tensor> out, Map<String, Opaque> others)
            throws WeightsException {
        if (depth > DEEPEST || ++visited > MOST) {
            throw new WeightsException(file + ": refused: its content is nested without end");
        }
        Attributes attributes = dictionary(value);
        if (value instanceof Tensor tensor) {
            out.put(name, tensor);
        } else if (value instanceof Opaque other && other.entries().isEmpty()) {
            others.put(name, other);
        } else if (attributes != null) {
            for (Map.Entry<String, PickleValue> entry : attributes.entries().entrySet()) {
                String inner = name.isEmpty() ? entry.getKey() : name + "." + entry.getKey();
                flatten(entry.getValue(), inner, depth + 1, out, others);
            }
        } else if (value instanceof Sequence sequence) {
            for (int i = 0; i < sequence.items().size(); i++) {
                flatten(sequence.items().get(i), name.isEmpty() ? "" + i : name + "." + i, depth + 1, out, others);
            }
        }
    }

    @Override
    public void close() throws IOException {
        archive.close();
    }
}
