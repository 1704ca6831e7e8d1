package dev.runyard.vision.train.optim;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;

/**
 * Shortens the gradient of all parameters together to a length (Pascanu et al. 2013): times min(1, most/(length + 1e-6)), as PyTorch's
 * {@code clip_grad_norm_}. Decided on the device: nobody waits for it.
 */
public final class Clipping implements AutoCloseable {
    private static final double EPS = 1e-6;

    private final NDManager manager = Torch.manager();
    private final NDArray most;
    private final NDArray eps = Torch.scalar(manager, EPS);
    private final NDArray one = Torch.scalar(manager, 1);

    /** @param most longest that a gradient may be, above 0 */
    public Clipping(double most) {
        this.most = Torch.scalar(manager, most);
    }

    /** @param parameters whose gradients they are */
    public Gradients clipped(Tensors parameters, Gradients gradients) {
        NDArray squares = null;
        for (String name : parameters.byName().keySet()) {
            NDArray gradient = gradients.of().apply(name);
            NDArray square = gradient.mul(gradient).sum();
            squares = squares == null ? square : squares.add(square);
        }
        if (squares == null) {
            return gradients;
        }
        NDArray share = most.div(squares.sqrt().add(eps)).minimum(one);
        return new Gradients(name -> gradients.of().apply(name).mul(share), gradients.whole());
    }

    @Override
    public void close() {
        manager.close();
    }
}
