package dev.runyard.vision.method.net;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.vision.image.Draws;
import dev.runyard.vision.nd.Torch;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** First values of parameters. Every tensor draws from (seed, its name), so that none depends on the others' order or size. */
public final class Init {
    private static final long PURPOSE = -1; // no epoch: batches and augmentations count theirs from 0

    private final Map<String, NDArray> parameters = new LinkedHashMap<>();
    private final Map<String, NDArray> buffers = new LinkedHashMap<>();
    private final NDManager manager;
    private final long seed;

    public Init(NDManager manager, long seed) {
        this.manager = manager;
        this.seed = seed;
    }

    public Map<String, NDArray> parameters() {
        return parameters;
    }

    public Map<String, NDArray> buffers() {
        return buffers;
    }

    /** A square convolution's weight, He-normal by fan-out. */
    void conv(String name, int in, int out, int kernel) {
        normal(name + ".weight", Math.sqrt(2.0 / (out * kernel * kernel)), out, in, kernel, kernel);
    }

    /** Of normal values, those beyond two deviations drawn back to two. */
    public void clippedNormal(String name, double deviation, long... shape) {
        float[] values = normals(name, size(shape), deviation);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.max(-2 * deviation, Math.min(2 * deviation, values[i]));
        }
        put(name, values, shape);
    }

    /** Weight and bias as PyTorch's: uniform within 1/√in. */
    public void linear(String name, int in, int out) {
        double bound = 1 / Math.sqrt(in);
        uniform(name + "weight", bound, out, in);
        uniform(name + "bias", bound, out);
    }

    /** Within ±bound. */
    public void uniform(String name, double bound, long... shape) {
        put(name, uniforms(name, size(shape), bound), shape);
    }

    public void normal(String name, double deviation, long... shape) {
        put(name, normals(name, size(shape), deviation), shape);
    }

    public void constant(String name, float value, long... shape) {
        float[] values = new float[size(shape)];
        Arrays.fill(values, value);
        put(name, values, shape);
    }

    /** A batch norm of the given channels. */
    void norm(String name, int channels) {
        constant(name + ".weight", 1, channels);
        constant(name + ".bias", 0, channels);
        buffers.put(name + ".running_mean", Torch.floats(manager, new float[channels], channels));
        float[] ones = new float[channels];
        Arrays.fill(ones, 1);
        buffers.put(name + ".running_var", Torch.floats(manager, ones, channels));
        buffers.put(name + ".num_batches_tracked", Torch.longs(manager, new long[1]));
    }

    private void put(String name, float[] values, long... shape) {
        parameters.put(name, Torch.floats(manager, values, shape));
    }

    private static int size(long... shape) {
        return Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact));
    }

    /** In [-bound, bound). */
    private float[] uniforms(String name, int count, double bound) {
        Draws draws = draws(name);
        float[] out = new float[count];
        for (int i = 0; i < count; i++) {
            out[i] = (float) draws.uniform(i, -bound, bound);
        }
        return out;
    }

    /** By Box and Muller's transform, with the strict functions that give the same on every machine. */
    private float[] normals(String name, int count, double deviation) {
        Draws draws = draws(name);
        float[] out = new float[count];
        for (int i = 0; i < count; i += 2) {
            double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - draws.uniform(i))) * deviation;
            double angle = 2 * Math.PI * draws.uniform(i + 1);
            out[i] = (float) (radius * StrictMath.cos(angle));
            if (i + 1 < count) {
                out[i + 1] = (float) (radius * StrictMath.sin(angle));
            }
        }
        return out;
    }

    private Draws draws(String name) {
        return new Draws(seed, PURPOSE, name.hashCode());
    }
}
