package dev.runyard.vision.method.net;

import ai.djl.ndarray.NDArray;
import dev.runyard.vision.backbone.weights.WeightsException;
import dev.runyard.vision.nd.Nn;
import dev.runyard.vision.nd.Tape;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.tensor.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * torchvision's ResNet18 as a PGN's network, under its names with the released code's prefix: four groups of two blocks, 64 to 512
 * channels, and {@code model.fc} as the last layer.
 */
public record ResNet18() implements SmallNet {
    private static final String PREFIX = "model.";
    private static final int GROUPS = 4;
    private static final int BLOCKS = 2;
    private static final int STEM = 64;

    @Override
    public int features() {
        return STEM << (GROUPS - 1);
    }

    @Override
    public String output() {
        return PREFIX + "fc.";
    }

    @Override
    public long parameters() {
        return 11_176_512;
    }

    @Override
    public void init(Init init) {
        init.conv(PREFIX + "conv1", 3, STEM, 7);
        init.norm(PREFIX + "bn1", STEM);
        int in = STEM;
        for (int group = 0; group < GROUPS; group++) {
            int out = STEM << group;
            for (int i = 0; i < BLOCKS; i++) {
                String name = block(group, i);
                init.conv(name + "conv1", in, out, 3);
                init.norm(name + "bn1", out);
                init.conv(name + "conv2", out, out, 3);
                init.norm(name + "bn2", out);
                if (in != out) {
                    init.conv(name + "downsample.0", in, out, 1);
                    init.norm(name + "downsample.1", out);
                }
                in = out;
            }
        }
    }

    private static String block(int group, int i) {
        return PREFIX + "layer" + (group + 1) + "." + i + ".";
    }

    @Override
    public NDArray features(Tensors w, NDArray x, boolean training) {
        NDArray y = Tape.part(() -> stem(w, x, training));
        for (int group = 0; group < GROUPS; group++) {
            for (int i = 0; i < BLOCKS; i++) {
                String name = block(group, i);
                int stride = group > 0 && i == 0 ? 2 : 1;
                try (NDArray before = y) {
                    y = Tape.part(() -> block(w, name, before, stride, training));
                }
            }
        }
        return Nn.averageOverImage(y);
    }

    private static NDArray stem(Tensors w, NDArray x, boolean training) {
        NDArray y = Nn.conv2d(x, w.get(PREFIX + "conv1.weight"), null, 2, 3); // [n, 64, R/2, R/2]
        return Nn.maxPool(Nn.relu(Norms.apply(w, PREFIX + "bn1", y, training)), 3, 2, 1); // [n, 64, R/4, R/4]
    }

    private static NDArray block(Tensors w, String name, NDArray x, int stride, boolean training) {
        NDArray y = Nn.conv2d(x, w.get(name + "conv1.weight"), null, stride, 1);
        y = Nn.relu(Norms.apply(w, name + "bn1", y, training));
        y = Nn.conv2d(y, w.get(name + "conv2.weight"), null, 1, 1);
        y = Norms.apply(w, name + "bn2", y, training);
        NDArray shortcut = stride == 1
                ? x
                : Norms.apply(
                        w,
                        name + "downsample.1",
                        Nn.conv2d(x, w.get(name + "downsample.0.weight"), null, stride, 0),
                        training);
        return Nn.relu(y.add(shortcut));
    }

    /** From torchvision's file, with or without the prefix; its last layer is not used. */
    @Override
    public void begin(State state, @Nullable String weights) throws IOException {
        if (weights == null) {
            return;
        }
        Path file = Path.of(weights);
        if (!Files.isRegularFile(file)) {
            throw new WeightsException("method.netWeights: there is no file " + weights);
        }
        List<String> differences = new ArrayList<>();
        try (Safetensors in = Safetensors.open(file)) {
            Map<String, NDArray> all = new LinkedHashMap<>(state.parameters());
            all.putAll(state.buffers());
            for (Map.Entry<String, NDArray> e : all.entrySet()) {
                String name = e.getKey();
                boolean end = name.startsWith(output()) || name.startsWith(COMBINATION);
                if (!name.startsWith(PREFIX) || end || name.endsWith(".num_batches_tracked")) {
                    continue;
                }
                String bare = name.substring(PREFIX.length());
                StoredTensors.fill(in, in.has(bare) ? bare : name, bare, e.getValue(), differences);
            }
        }
        if (!differences.isEmpty()) {
            throw WeightsException.of(String.valueOf(file.getFileName()), "torchvision's ResNet18", differences);
        }
    }
}
