package dev.runyard.vision.convert;

import dev.runyard.vision.backbone.WeightsException;
import dev.runyard.vision.convert.PickleValue.Attributes;
import dev.runyard.vision.convert.PickleValue.Sequence;
import dev.runyard.vision.convert.PickleValue.Tensor;
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
 * data; no code of the file runs, and a file that asks for any is refused.
 */
public final class TorchFile implements Closeable {
    /** Where training programs keep the model. */
    private static final String LIGHTNING = "state_dict";

    /** Of names that data-parallel training writes. */
    private static final String PARALLEL = "module.";

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
        flatten(model(content, key), "", 0, all);
        boolean parallel = !all.isEmpty() && all.keySet().stream().allMatch(name -> name.startsWith(PARALLEL));
        Map<String, Tensor> out = new LinkedHashMap<>();
        all.forEach((name, tensor) -> {
            String plain = parallel ? name.substring(PARALLEL.length()) : name;
            if (plain.startsWith(prefix) && plain.length() > prefix.length()) {
                out.put(plain.substring(prefix.length()), tensor);
            }
        });
        if (out.isEmpty()) {
            throw new WeightsException(file + ": holds no named tensors"
                    + (prefix.isEmpty() || all.isEmpty()
                            ? ""
                            : " that begin with " + prefix + "; the first is "
                                    + all.keySet().iterator().next()));
        }
        return out;
    }

    private Attributes model(PickleValue content, @Nullable String key) throws WeightsException {
        if (!(content instanceof Attributes whole)) {
            throw new WeightsException(file + ": holds no dictionary of tensors");
        }
        if (key != null) {
            if (whole.entries().get(key) instanceof Attributes chosen) {
                return chosen;
            }
            throw new WeightsException(file + ": has no dictionary \"" + key + "\", only "
                    + names(whole.entries().keySet()));
        }
        if (whole.entries().get(LIGHTNING) instanceof Attributes state) {
            return state;
        }
        // A checkpoint also holds numbers and lists beside its models; a module holds them beside its tensors.
        Map<String, Attributes> models = new LinkedHashMap<>();
        for (Map.Entry<String, PickleValue> entry : whole.entries().entrySet()) {
            if (entry.getValue() instanceof Tensor) {
                return whole;
            }
            if (entry.getValue() instanceof Attributes inner
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

    private void flatten(PickleValue value, String name, int depth, Map<String, Tensor> out) throws WeightsException {
        if (depth > DEEPEST || ++visited > MOST) {
            throw new WeightsException(file + ": refused: its content is nested without end");
        }
        if (value instanceof Tensor tensor) {
            out.put(name, tensor);
        } else if (value instanceof Attributes attributes) {
            for (Map.Entry<String, PickleValue> entry : attributes.entries().entrySet()) {
                String inner = name.isEmpty() ? entry.getKey() : name + "." + entry.getKey();
                flatten(entry.getValue(), inner, depth + 1, out);
            }
        } else if (value instanceof Sequence sequence) {
            for (int i = 0; i < sequence.items().size(); i++) {
                flatten(sequence.items().get(i), name.isEmpty() ? "" + i : name + "." + i, depth + 1, out);
            }
        }
    }

    @Override
    public void close() throws IOException {
        archive.close();
    }
}
