package dev.runyard.vision.method.net;

import ai.djl.ndarray.NDArray;
import dev.runyard.spec.model.MethodSpec.Net;
import dev.runyard.vision.backbone.weights.WeightsException;
import dev.runyard.vision.nd.Nn;
import dev.runyard.vision.nd.Tensors;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * g, the small network that looks at an image: features, then an end of one linear layer, or of two with a ReLU between (science
 * reference §1.7). All its tensors carry the prefix {@code model.}, and they alone say which network it is.
 */
public sealed interface SmallNet permits ResNet10, ResNet18, CentreMlp {
    /** Name of the end's hidden layer, where it has one. */
    String COMBINATION = "model.combination.";

    /** The shape of what is not there. */
    @SuppressWarnings("MutablePublicArray")
    long[] NONE = {};

    /** Length of what {@link #features(Tensors, NDArray, boolean)} gives for an image. */
    int features();

    /** Name of the last linear layer. */
    String output();

    /** How many numbers it trains, without the end's. */
    long parameters();

    /** Likewise with an end of {@code outputs}, by way of a hidden layer where that is not null. */
    default long parameters(@Nullable Integer hidden, long outputs) {
        long into = hidden == null ? features() : hidden;
        long first = hidden == null ? 0 : (features() + 1L) * hidden;
        return parameters() + first + (into + 1) * outputs;
    }

    /** Adds its new parameters and buffers, without the end's. */
    void init(Init init);

    /**
     * @param w parameters and buffers; in training the running statistics among them change
     * @param x [n, 3, R, R], normalised
     * @return [n, features]
     */
    NDArray features(Tensors w, NDArray x, boolean training);

    /** Features and end: [n, 3, R, R] to [n, outputs]. */
    default NDArray outputs(Tensors w, NDArray x, boolean training) {
        NDArray y = features(w, x, training);
        if (w.has(COMBINATION + "weight")) {
            y = Nn.relu(Nn.linear(y, w.get(COMBINATION + "weight"), w.get(COMBINATION + "bias")));
        }
        return Nn.linear(y, w.get(output() + "weight"), w.get(output() + "bias"));
    }

    /**
     * Overwrites first values by those of a file.
     *
     * @param weights a safetensors file, or null to leave them
     * @throws WeightsException when its tensors are not those of this network
     */
    default void begin(State state, @Nullable String weights) throws IOException {
        if (weights != null) {
            throw new WeightsException(weights + ": only a ResNet18 begins from a file");
        }
    }

    /** The network of a spec, with the paper's widths. */
    static SmallNet of(Net net, @Nullable Integer crop, @Nullable Integer hidden) {
        return switch (net) {
            case RESNET10 -> new ResNet10(ResNet10.CHANNELS);
            case RESNET18 -> new ResNet18();
            case MLP -> new CentreMlp(crop == null ? 0 : crop, hidden == null ? 0 : hidden);
        };
    }

    /** The network that these tensors belong to. */
    static SmallNet in(Tensors w) {
        return find(name -> {
                    NDArray array = w.find(name);
                    return array == null ? NONE : array.getShape().getShape();
                })
                .orElseThrow(() -> new IllegalArgumentException("no small network among the tensors"));
    }

    /** Shapes of tensors by name. */
    interface Shapes {
        /** Empty when there is no such tensor. */
        long[] of(String name);
    }

    /** The network that tensors of these shapes belong to. */
    static Optional<SmallNet> find(Shapes shapes) {
        if (shapes.of(ResNet10.STEM + "0.weight").length == 4) {
            List<Integer> channels = new ArrayList<>();
            for (int i = 0; shapes.of("model.blocks." + i + ".net.0.weight").length == 4; i++) {
                channels.add(Math.toIntExact(shapes.of("model.blocks." + i + ".net.0.weight")[0]));
            }
            return channels.isEmpty() ? Optional.empty() : Optional.of(new ResNet10(channels));
        }
        if (shapes.of("model.conv1.weight").length == 4) {
            return Optional.of(new ResNet18());
        }
        long[] hidden = shapes.of(CentreMlp.HIDDEN + "weight");
        if (hidden.length == 2) {
            int crop = (int) Math.round(Math.sqrt(hidden[1] / 3.0));
            return Optional.of(new CentreMlp(crop, Math.toIntExact(hidden[0])));
        }
        return Optional.empty();
    }
}
