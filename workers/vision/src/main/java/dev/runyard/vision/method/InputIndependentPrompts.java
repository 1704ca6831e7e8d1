package dev.runyard.vision.method;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.spec.model.MethodSpec;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.method.head.Classifier;
import dev.runyard.vision.method.net.Init;
import dev.runyard.vision.method.net.State;
import dev.runyard.vision.nd.Tensors;

/**
 * The paper's baseline (science reference §1.4): K learned prompts, the same for every image, where the PGN's would be. K·D parameters.
 */
final class InputIndependentPrompts extends Learned {
    static final Method<MethodSpec.Iip> METHOD = new Method<>(
            MethodSpec.Iip.class,
            (spec, making) -> of(spec, making.manager(), making.seed(), making.backbone(), making.classifier()),
            (spec, sizes) -> spec.prompts() * sizes.width());

    private static final String PROMPTS = "prompts";
    private static final double DEVIATION = 0.02;

    private final FrozenBackbone backbone;
    private final Classifier classifier;

    private InputIndependentPrompts(NDManager manager, State state, FrozenBackbone backbone, Classifier classifier) {
        super(manager, state.and(classifier.parameters()));
        this.backbone = backbone;
        this.classifier = classifier;
    }

    static InputIndependentPrompts of(
            MethodSpec.Iip spec, NDManager manager, long seed, FrozenBackbone backbone, Classifier classifier) {
        Init init = new Init(manager, seed);
        init.normal(PROMPTS, DEVIATION, spec.prompts(), backbone.shape().width());
        return new InputIndependentPrompts(manager, State.of(init), backbone, classifier);
    }

    @Override
    public NDArray scores(Tensors leaves, NDArray pixels, boolean training) {
        NDArray same = prompts(leaves, pixels).prompts(); // [n, K, D]
        return classify(leaves, backbone.encode(pixels, same, false).embedding());
    }

    @Override
    public PromptNetwork.Prompts prompts(Tensors leaves, NDArray pixels) {
        NDArray prompts = leaves.get(PROMPTS); // [K, D]
        long n = pixels.getShape().get(0);
        long k = prompts.getShape().get(0);
        long d = prompts.getShape().get(1);
        return new PromptNetwork.Prompts(null, null, prompts.reshape(1, k, d).broadcast(n, k, d));
    }

    @Override
    public NDArray classify(Tensors leaves, NDArray embedding) {
        return classifier.scores(leaves.and(buffers()), embedding);
    }
}
