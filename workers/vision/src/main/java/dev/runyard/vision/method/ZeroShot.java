package dev.runyard.vision.method;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.spec.model.MethodSpec;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.method.head.Classifier;
import dev.runyard.vision.method.net.State;
import dev.runyard.vision.nd.Tensors;

/** Nothing is trained: the classifier as it is, text features or the backbone's own head, on the frozen embedding. */
final class ZeroShot extends Learned {
    static final Method<MethodSpec.ZeroShot> METHOD = new Method<>(
            MethodSpec.ZeroShot.class,
            (spec, making) -> new ZeroShot(making.manager(), making.backbone(), making.classifier()),
            (spec, sizes) -> 0);

    private final FrozenBackbone backbone;
    private final Classifier classifier;
    private final Tensors fixed;

    ZeroShot(NDManager manager, FrozenBackbone backbone, Classifier classifier) {
        super(manager, State.EMPTY);
        this.backbone = backbone;
        this.classifier = classifier;
        fixed = new Tensors(classifier.parameters());
    }

    @Override
    public boolean takesEmbedding() {
        return true;
    }

    @Override
    public NDArray scores(Tensors leaves, NDArray input, boolean training) {
        return classifier.scores(fixed, LinearProbe.embedding(backbone, input));
    }
}
