package dev.runyard.vision.method;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.spec.model.MethodSpec;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.method.head.Classifier;
import dev.runyard.vision.method.net.State;
import dev.runyard.vision.nd.Tensors;
import java.io.IOException;

/**
 * Prompt generation (paper §3): a small network makes K prompts of each image; they follow the frozen backbone's own tokens. What is
 * trained is the network, its library and, if it learns, the classifier.
 */
public final class Pgn extends Learned {
    static final Method<MethodSpec.Pgn> METHOD = new Method<>(
            MethodSpec.Pgn.class,
            (spec, making) -> of(spec, making.manager(), making.seed(), making.backbone(), making.classifier()),
            (spec, sizes) -> PromptNetwork.parameters(spec, sizes.width()));

    private final PromptNetwork network;
    private final FrozenBackbone backbone;
    private final Classifier classifier;

    /** @param state of the network, without the classifier's */
    public Pgn(NDManager manager, State state, PromptNetwork network, FrozenBackbone backbone, Classifier classifier) {
        super(manager, state.and(classifier.parameters()));
        this.network = network;
        this.backbone = backbone;
        this.classifier = classifier;
    }

    /** A new one. */
    static Pgn of(MethodSpec.Pgn spec, NDManager manager, long seed, FrozenBackbone backbone, Classifier classifier)
            throws IOException {
        State state = PromptNetwork.init(spec, manager, seed, backbone.shape().width());
        PromptNetwork network = new PromptNetwork(spec.prompts(), spec.resolution(), spec.mixing(), spec.antialias());
        return new Pgn(manager, state, network, backbone, classifier);
    }

    @Override
    public NDArray scores(Tensors leaves, NDArray pixels, boolean training) {
        Tensors w = leaves.and(buffers());
        NDArray prompts = network.forward(w, pixels, training).prompts(); // [n, K, D]
        return classifier.scores(w, backbone.encode(pixels, prompts, false).embedding());
    }

    @Override
    public PromptNetwork.Prompts prompts(Tensors leaves, NDArray pixels) {
        return network.forward(leaves.and(buffers()), pixels, false);
    }

    @Override
    public NDArray classify(Tensors leaves, NDArray embedding) {
        return classifier.scores(leaves.and(buffers()), embedding);
    }

    @Override
    public void close() {
        network.close();
        super.close();
    }
}
