package dev.runyard.vision.nd;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.spec.Sha256;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Arrays by name, in a fixed order. Networks are functions of one of these and their input. */
public final class Tensors {
    /** Values that are read at a time: a large array never passes through Java's heap as a whole. */
    private static final int PIECE = 1 << 16;

    private final Map<String, NDArray> arrays;

    public Tensors(Map<String, NDArray> arrays) {
        this.arrays = Collections.unmodifiableMap(new LinkedHashMap<>(arrays));
    }

    /** @throws IllegalArgumentException when there is none */
    public NDArray get(String name) {
        NDArray array = arrays.get(name);
        if (array == null) {
            throw new IllegalArgumentException("no tensor \"" + name + "\"");
        }
        return array;
    }

    public @Nullable NDArray find(String name) {
        return arrays.get(name);
    }

    public boolean has(String name) {
        return arrays.containsKey(name);
    }

    public Map<String, NDArray> byName() {
        return arrays;
    }

    /** The whole number 1 under the name that counters add. */
    public static Tensors one(NDManager manager) {
        return new Tensors(Map.of("one", Torch.longs(manager, new long[] {1})));
    }

    /** Number of elements of all arrays. */
    public long count() {
        return arrays.values().stream().mapToLong(NDArray::size).sum();
    }

    /** These and the others; names are expected to differ. */
    public Tensors and(Tensors others) {
        Map<String, NDArray> all = new LinkedHashMap<>(arrays);
        all.putAll(others.arrays);
        return new Tensors(all);
    }

    /**
     * The same memory as leaves of a new tape. The arrays themselves never need a gradient, so that the optimiser may change them in
     * place and no gradient outlives a step.
     */
    public Tensors leaves() {
        Map<String, NDArray> out = new LinkedHashMap<>();
        arrays.forEach((name, array) -> {
            NDArray leaf = array.stopGradient();
            leaf.setRequiresGradient(true);
            out.put(name, leaf);
        });
        return new Tensors(out);
    }

    /** SHA-256 (hex) of names, shapes and float32 values, whatever the order and the file they came from. */
    public String sha256() {
        MessageDigest digest = Sha256.digest();
        ByteBuffer bytes = ByteBuffer.allocate(4 * PIECE).order(ByteOrder.LITTLE_ENDIAN);
        for (Map.Entry<String, NDArray> e : new TreeMap<>(arrays).entrySet()) {
            digest.update(e.getKey().getBytes(StandardCharsets.UTF_8));
            digest.update(Arrays.toString(e.getValue().getShape().getShape()).getBytes(StandardCharsets.UTF_8));
            long size = e.getValue().size();
            try (NDArray flat = e.getValue().reshape(size)) {
                for (long from = 0; from < size; from += PIECE) {
                    try (NDArray piece = flat.get(from + ":" + Math.min(size, from + PIECE))) {
                        float[] values = Torch.read(piece);
                        bytes.asFloatBuffer().put(values);
                        digest.update(bytes.array(), 0, 4 * values.length);
                    }
                }
            }
        }
        return Sha256.hex(digest);
    }
}
