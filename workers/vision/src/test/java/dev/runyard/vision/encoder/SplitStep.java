package dev.runyard.vision.encoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import dev.runyard.spec.training.OptimizerSpec;
import dev.runyard.vision.method.PromptNetwork;
import dev.runyard.vision.nd.Nn;
import dev.runyard.vision.nd.Tape;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.train.optim.Sgd;
import java.io.IOException;

/**
 * Training steps of a PGN whose frozen model is only an encoder: the side that learns holds the network, the library, a linear
 * classifier and the labels; the other side sees pixels and prompts, and gives back d loss / d prompts. The chain rule is cut at the
 * prompts and at the embedding, where nothing is lost, so that a step equals one through the whole graph.
 */
public final class SplitStep implements AutoCloseable {
    private final FrozenEncoder encoder;
    private final PromptNetwork network;
    private final Tensors parameters;
    private final Tensors buffers;
    private final Sgd sgd;

    /**
     * @param parameters of the network, with {@code classifier.weight [C, d]} and {@code classifier.bias [C]}; changed in place
     * @param buffers of the network; changed in place
     */
    public SplitStep(
            FrozenEncoder encoder,
            PromptNetwork network,
            Tensors parameters,
            Tensors buffers,
            OptimizerSpec optimizer) {
        this.encoder = encoder;
        this.network = network;
        this.parameters = parameters;
        this.buffers = buffers;
        this.sgd = new Sgd(optimizer, parameters);
    }

    /**
     * @param pixels [n, 3, H, W], row-major, normalised
     * @param labels [n]
     * @return the mean cross-entropy before the step
     * @throws IOException when the encoder cannot answer; the parameters are then as they were
     */
    public double step(float[] pixels, int[] labels, double learningRate) throws IOException {
        int side = encoder.card().imageSize();
        try (NDManager manager = Torch.manager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            Tensors leaves = parameters.leaves();
            NDArray images = Torch.floats(manager, pixels, labels.length, 3, side, side);
            NDArray prompts; // [n, K, D]
            try (Tape tape = new Tape()) {
                prompts = network.forward(leaves.and(buffers), images, true).prompts();
            }
            NDArray cut = prompts.stopGradient();
            NDArray embedding = encoder.encode(images, cut).stopGradient(); // [n, d]
            embedding.setRequiresGradient(true);
            double loss;
            try (Tape tape = new Tape()) {
                NDArray scores = Nn.linear(embedding, leaves.get("classifier.weight"), leaves.get("classifier.bias"));
                int classes = (int) scores.getShape().get(1);
                NDArray targets = Torch.floats(manager, Nn.targets(labels, classes), labels.length, classes);
                NDArray mean = Nn.crossEntropy(scores, targets);
                tape.backward(mean);
                loss = Torch.read(mean)[0];
            }
            NDArray upstream = encoder.gradient(images, cut, embedding.getGradient()); // [n, K, D]
            try (Tape tape = new Tape()) {
                tape.backward(prompts.mul(upstream).sum());
            }
            sgd.step(parameters, leaves, learningRate);
            return loss;
        }
    }

    @Override
    public void close() {
        sgd.close();
    }
}
