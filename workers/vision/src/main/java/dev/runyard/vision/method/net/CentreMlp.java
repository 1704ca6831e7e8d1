package dev.runyard.vision.method.net;

import ai.djl.ndarray.NDArray;
import dev.runyard.vision.nd.Nn;
import dev.runyard.vision.nd.Tensors;

/**
 * The paper's ablation with hardly a network (science reference §1.5): two layers on the pixels of the square in the middle. Its sizes are
 * not published; the defaults are this product's choice.
 *
 * @param crop side of the square in px
 * @param hidden width of the hidden layer
 */
public record CentreMlp(int crop, int hidden) implements SmallNet {
    public static final String HIDDEN = "model.hidden.";

    @Override
    public int features() {
        return hidden;
    }

    @Override
    public String output() {
        return "model.output.";
    }

    @Override
    public long parameters() {
        return (3L * crop * crop + 1) * hidden;
    }

    @Override
    public void init(Init init) {
        init.linear(HIDDEN, 3 * crop * crop, hidden);
    }

    @Override
    public NDArray features(Tensors w, NDArray x, boolean training) {
        long top = (x.getShape().get(2) - crop) / 2;
        long left = (x.getShape().get(3) - crop) / 2;
        NDArray centre = x.split(new long[] {top, top + crop}, 2)
                .get(1)
                .split(new long[] {left, left + crop}, 3)
                .get(1); // [n, 3, crop, crop]
        NDArray flat = centre.reshape(x.getShape().get(0), 3L * crop * crop);
        return Nn.relu(Nn.linear(flat, w.get(HIDDEN + "weight"), w.get(HIDDEN + "bias")));
    }
}
