package dev.runyard.vision.method;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.spec.model.MethodSpec;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.method.head.Classifier;
import dev.runyard.vision.method.net.State;
import dev.runyard.vision.nd.Tensors;

/** Every weight of a copy of the vision tower is trained, and the classifier if it learns. */
final class FullFineTuning extends Learned {
    static final Method<MethodSpec.Full> METHOD = new Method<>(
            MethodSpec.Full.class,
            (spec, making) -> new FullFineTuning(making.manager(), making.backbone(), making.classifier()),
            (spec, sizes) -> sizes.tower(name -> true));

    private final Tower tower;
    private final Classifier classifier;

    FullFineTuning(NDManager manager, FrozenBackbone backbone, Classifier classifier) {
        super(
                manager,
                State.EMPTY
                        .and(new Tower(backbone).copies(manager, name -> true))
                        .and(classifier.parameters()));
        tower = new Tower(backbone);
        this.classifier = classifier;
    }

    @Override
    public NDArray scores(Tensors leaves, NDArray pixels, boolean training) {
        return classifier.scores(leaves.and(buffers()), tower.embedding(leaves, pixels));
    }
}
