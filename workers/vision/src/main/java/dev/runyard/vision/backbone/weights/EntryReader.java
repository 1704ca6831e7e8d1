package dev.runyard.vision.backbone.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.tensor.Safetensors;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Predicate;

/** Takes one model's tensors out of a file; whatever does not fit is refused with a list. */
public final class EntryReader {
    private final String file;
    private final Safetensors in;
    private final String model;

    /** @param model what the file should hold, for messages */
    public EntryReader(String file, Safetensors in, String model) {
        this.file = file;
        this.in = in;
        this.model = model;
    }

    /** Of the tensor, which must exist and have that many axes. */
    public List<Long> shape(String name, int axes) throws IOException {
        if (!in.has(name)) {
            throw WeightsException.of(file, model, List.of(name + " is missing"));
        }
        List<Long> shape = in.info(name).shape();
        if (shape.size() != axes || shape.stream().anyMatch(a -> a < 1 || a > 1 << 24)) {
            throw WeightsException.of(
                    file, model, List.of(name + " has shape " + shape + ", wanted " + axes + " axes"));
        }
        return shape;
    }

    /** Blocks that the file has: one more than the largest number behind the prefix, at least 1. */
    public long depth(String prefix) {
        long depth = 0;
        for (String name : in.tensors().keySet()) {
            if (name.startsWith(prefix)) {
                String rest = name.substring(prefix.length());
                int dot = rest.indexOf('.');
                if (dot > 0 && dot <= 4 && rest.substring(0, dot).chars().allMatch(Character::isDigit)) {
                    depth = Math.max(depth, 1 + Long.parseLong(rest.substring(0, dot)));
                }
            }
        }
        return Math.max(1, depth);
    }

    /** @param elsewhere accepts names that are no part of the model but may stand beside it */
    public void compare(List<Entry> entries, Predicate<String> elsewhere) throws IOException {
        List<String> differences = new ArrayList<>();
        Set<String> known = new HashSet<>();
        for (Entry entry : entries) {
            List<Long> wanted = new ArrayList<>(entry.shape());
            wanted.set(0, wanted.get(0) / entry.sources().size());
            for (String source : entry.sources()) {
                known.add(source);
                if (!in.has(source)) {
                    differences.add(source + " is missing, wanted " + wanted);
                } else if (!in.info(source).shape().equals(wanted)) {
                    differences.add(source + " has shape " + in.info(source).shape() + ", wanted " + wanted);
                } else if (!in.info(source).dtype().floating()) {
                    differences.add(source + " is " + in.info(source).dtype() + ", wanted floating");
                }
            }
        }
        // Names that only the file has are its content, which a message never repeats.
        long more = in.tensors().keySet().stream()
                .filter(name -> !known.contains(name) && !elsewhere.test(name))
                .count();
        if (more > 0) {
            differences.add(0, more + " of its tensors are not part of it (runyard weights inspect lists them)");
        }
        if (!differences.isEmpty()) {
            throw WeightsException.of(file, model, differences);
        }
    }

    /** The arrays by the transformer's names. */
    public Map<String, NDArray> load(NDManager manager, List<Entry> entries) throws IOException {
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        for (Entry entry : entries) {
            arrays.put(entry.name(), load(manager, entry));
        }
        return arrays;
    }

    /** CLIP's ln of the scale in front of the cosine, when the file has one. */
    public OptionalDouble logitScale() throws IOException {
        return in.has("logit_scale") && in.info("logit_scale").elements() == 1
                ? OptionalDouble.of(in.finiteFloats("logit_scale")[0])
                : OptionalDouble.empty();
    }

    private NDArray load(NDManager manager, Entry entry) throws IOException {
        long[] shape = entry.shape().stream().mapToLong(Long::longValue).toArray();
        float[] values;
        if (entry.sources().size() == 1) {
            values = in.finiteFloats(entry.sources().get(0));
        } else {
            int total = 1;
            for (long axis : shape) {
                total = Math.multiplyExact(total, Math.toIntExact(axis));
            }
            values = new float[total];
            int at = 0;
            for (String source : entry.sources()) {
                float[] part = in.finiteFloats(source);
                System.arraycopy(part, 0, values, at, part.length);
                at += part.length;
            }
        }
        if (entry.transposed()) {
            int rows = Math.toIntExact(shape[0]);
            int columns = Math.toIntExact(shape[1]);
            return Torch.floats(manager, turned(values, rows, columns), columns, rows);
        }
        return Torch.floats(manager, values, shape);
    }

    private static float[] turned(float[] values, int rows, int columns) {
        float[] turned = new float[values.length];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                turned[c * rows + r] = values[r * columns + c];
            }
        }
        return turned;
    }
}
