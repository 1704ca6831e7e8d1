package dev.runyard.vision.method;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.spec.model.MethodSpec;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.method.head.Classifier;
import dev.runyard.vision.method.net.State;
import dev.runyard.vision.nd.Tensors;

/** BitFit (Ben Zaken et al. 2022): the biases of the vision tower, those of its norms included, and the classifier are trained. */
final class BiasTuning extends Learned {
    static final Method<MethodSpec.BitFit> METHOD = new Method<>(
            MethodSpec.BitFit.class,
            (spec, making) -> new BiasTuning(making.manager(), making.backbone(), making.classifier()),
            (spec, sizes) -> sizes.tower(BiasTuning::learns));

    private final Tower tower;
    private final Classifier classifier;

    BiasTuning(NDManager manager, FrozenBackbone backbone, Classifier classifier) {
        super(
                manager,
                State.EMPTY
                        .and(new Tower(backbone).copies(manager, BiasTuning::learns))
                        .and(classifier.parameters()));
        tower = new Tower(backbone);
        this.classifier = classifier;
    }

    /** Whether a tensor of the tower is a bias. */
    static boolean learns(String name) {
        return name.endsWith(".bias");
    }

    @Override
    public NDArray scores(Tensors leaves, NDArray pixels, boolean training) {
        return classifier.scores(leaves.and(buffers()), tower.embedding(leaves, pixels));
    }
}
