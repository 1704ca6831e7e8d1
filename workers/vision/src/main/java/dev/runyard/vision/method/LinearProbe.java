package dev.runyard.vision.method;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.spec.model.MethodSpec;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.method.head.Classifier;
import dev.runyard.vision.method.net.State;
import dev.runyard.vision.nd.Tensors;

/** No prompts: only the classifier on the frozen embedding is trained. */
final class LinearProbe extends Learned {
    static final Method<MethodSpec.Linear> METHOD = new Method<>(
            MethodSpec.Linear.class,
            (spec, making) -> new LinearProbe(making.manager(), making.backbone(), making.classifier()),
            (spec, sizes) -> 0);

    private final FrozenBackbone backbone;
    private final Classifier classifier;

    LinearProbe(NDManager manager, FrozenBackbone backbone, Classifier classifier) {
        super(manager, State.EMPTY.and(classifier.parameters()));
        this.backbone = backbone;
        this.classifier = classifier;
    }

    @Override
    public boolean takesEmbedding() {
        return true;
    }

    @Override
    public NDArray scores(Tensors leaves, NDArray input, boolean training) {
        return classifier.scores(leaves.and(buffers()), embedding(backbone, input));
    }

    /** Of images [n, 3, H, W]; an embedding [n, d] is one already. */
    static NDArray embedding(FrozenBackbone backbone, NDArray input) {
        return input.getShape().dimension() == 2
                ? input
                : backbone.encode(input, null, false).embedding();
    }
}
