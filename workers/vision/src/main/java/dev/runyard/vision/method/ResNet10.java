package dev.runyard.vision.method;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.vision.nd.Nn;
import dev.runyard.vision.nd.Tensors;
import java.util.List;
import java.util.Map;

/**
 * The paper's small network (science reference §1.9), under the released checkpoints' names with the prefix {@code model.}: a stem,
 * groups of one block each, the average over the image and a linear layer. Channel widths are read from the weights.
 */
public final class ResNet10 {
    /** The paper's widths. */
    public static final List<Integer> CHANNELS = List.of(16, 32, 64, 128);

    private static final String STEM = "model.input_net.";
    static final String OUTPUT = "model.output_net.2.";

    private ResNet10() {}

    /** What training changes by gradient, and what it changes by counting. */
    public record State(Map<String, NDArray> parameters, Map<String, NDArray> buffers) {}

    /**
     * As the released code initialises it: convolutions He-normal by fan-out, norms 1 and 0, the linear layer as PyTorch does.
     *
     * @param outputs of the linear layer
     */
    public static State init(NDManager manager, long seed, List<Integer> channels, int outputs) {
        Init init = new Init(manager, seed);
        int in = channels.get(0);
        init.conv(STEM + "0", 3, in, 3);
        init.norm(STEM + "1", in);
        for (int i = 0; i < channels.size(); i++) {
            int out = channels.get(i);
            String name = "model.blocks." + i + ".";
            init.conv(name + "net.0", in, out, 3);
            init.norm(name + "net.1", out);
            init.conv(name + "net.3", out, out, 3);
            init.norm(name + "net.4", out);
            if (i > 0) {
                init.conv(name + "downsample", in, out, 1);
                init.uniform(name + "downsample.bias", 1 / Math.sqrt(in), out);
            }
            in = out;
        }
        init.linear(OUTPUT, in, outputs);
        return new State(init.parameters, init.buffers);
    }

    /**
     * @param w parameters and buffers; in training the running statistics among them change
     * @param x [n, 3, R, R], normalised
     * @return [n, outputs]
     */
    public static NDArray forward(Tensors w, NDArray x, boolean training) {
        x = Nn.conv2d(x, w.get(STEM + "0.weight"), null, 2, 1); // [n, c0, R/2, R/2]
        x = Nn.relu(norm(w, STEM + "1", x, training));
        x = Nn.maxPool(x, 3, 2, 1); // [n, c0, R/4, R/4]
        for (int i = 0; w.has("model.blocks." + i + ".net.0.weight"); i++) {
            x = block(w, "model.blocks." + i + ".", x, i == 0 ? 1 : 2, training);
        }
        return Nn.linear(Nn.averageOverImage(x), w.get(OUTPUT + "weight"), w.get(OUTPUT + "bias"));
    }

    private static NDArray block(Tensors w, String name, NDArray x, int stride, boolean training) {
        NDArray y = Nn.conv2d(x, w.get(name + "net.0.weight"), null, stride, 1);
        y = Nn.relu(norm(w, name + "net.1", y, training));
        y = Nn.conv2d(y, w.get(name + "net.3.weight"), null, 1, 1);
        y = norm(w, name + "net.4", y, training);
        // The shortcut's 1×1 convolution has a bias and no norm: unlike torchvision's.
        NDArray shortcut = stride == 1
                ? x
                : Nn.conv2d(x, w.get(name + "downsample.weight"), w.get(name + "downsample.bias"), stride, 0);
        return Nn.relu(y.add(shortcut));
    }

    private static NDArray norm(Tensors w, String name, NDArray x, boolean training) {
        if (training) {
            w.get(name + ".num_batches_tracked").addi(w.get("one"));
        }
        return Nn.batchNorm(
                x,
                w.get(name + ".running_mean"),
                w.get(name + ".running_var"),
                w.get(name + ".weight"),
                w.get(name + ".bias"),
                training);
    }
}
