package dev.runyard.vision.method.net;

import ai.djl.ndarray.NDArray;
import dev.runyard.vision.nd.Nn;
import dev.runyard.vision.nd.Tape;
import dev.runyard.vision.nd.Tensors;
import java.util.List;

/**
 * The paper's small network (science reference §1.9), under the released checkpoints' names: a stem, groups of one block each and the
 * average over the image.
 *
 * @param channels of the groups; read from the weights where there are some
 */
public record ResNet10(List<Integer> channels) implements SmallNet {
    /** The paper's widths. */
    public static final List<Integer> CHANNELS = List.of(16, 32, 64, 128);

    public static final String STEM = "model.input_net.";

    public ResNet10 {
        channels = List.copyOf(channels);
    }

    @Override
    public int features() {
        return channels.get(channels.size() - 1);
    }

    @Override
    public String output() {
        return "model.output_net.2.";
    }

    @Override
    public long parameters() {
        long in = channels.get(0);
        long all = 27 * in + 2 * in;
        for (int i = 0; i < channels.size(); i++) {
            long out = channels.get(i);
            all += 9 * in * out + 9 * out * out + 4 * out + (i == 0 ? 0 : in * out + out);
            in = out;
        }
        return all;
    }

    /** As the released code: convolutions He-normal by fan-out, norms 1 and 0, biases as PyTorch does. */
    @Override
    public void init(Init init) {
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
    }

    @Override
    public NDArray features(Tensors w, NDArray x, boolean training) {
        NDArray y = Tape.part(() -> stem(w, x, training));
        for (int i = 0; i < channels.size(); i++) {
            String name = "model.blocks." + i + ".";
            int stride = i == 0 ? 1 : 2;
            try (NDArray before = y) {
                y = Tape.part(() -> block(w, name, before, stride, training));
            }
        }
        return Nn.averageOverImage(y);
    }

    private static NDArray stem(Tensors w, NDArray x, boolean training) {
        NDArray y = Nn.conv2d(x, w.get(STEM + "0.weight"), null, 2, 1); // [n, c0, R/2, R/2]
        y = Nn.relu(Norms.apply(w, STEM + "1", y, training));
        return Nn.maxPool(y, 3, 2, 1); // [n, c0, R/4, R/4]
    }

    private static NDArray block(Tensors w, String name, NDArray x, int stride, boolean training) {
        NDArray y = Nn.conv2d(x, w.get(name + "net.0.weight"), null, stride, 1);
        y = Nn.relu(Norms.apply(w, name + "net.1", y, training));
        y = Nn.conv2d(y, w.get(name + "net.3.weight"), null, 1, 1);
        y = Norms.apply(w, name + "net.4", y, training);
        // The shortcut's 1×1 convolution has a bias and no norm: unlike torchvision's.
        NDArray shortcut = stride == 1
                ? x
                : Nn.conv2d(x, w.get(name + "downsample.weight"), w.get(name + "downsample.bias"), stride, 0);
        return Nn.relu(y.add(shortcut));
    }
}
