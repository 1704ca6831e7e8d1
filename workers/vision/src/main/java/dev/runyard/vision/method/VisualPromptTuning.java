package dev.runyard.vision.method;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.spec.model.MethodSpec;
import dev.runyard.spec.model.MethodSpec.Blocks;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.backbone.vit.VitShape;
import dev.runyard.vision.method.head.Classifier;
import dev.runyard.vision.method.net.Init;
import dev.runyard.vision.method.net.State;
import dev.runyard.vision.nd.Tensors;

/**
 * Visual prompt tuning (Jia et al. 2022; KMnP/vpt, src/models/vit_prompt/vit.py): K learned tokens behind the class token, in front of
 * the patches; shallow in the first block only, deep in each block its own in place of those before. Uniform within ±√(6/(3P² + D)).
 */
final class VisualPromptTuning extends Learned {
    static final Method<MethodSpec.Vpt> METHOD = new Method<>(
            MethodSpec.Vpt.class,
            (spec, making) -> of(spec, making.manager(), making.seed(), making.backbone(), making.classifier()),
            (spec, sizes) -> (spec.blocks() == Blocks.DEEP ? sizes.depth() : 1) * spec.prompts() * sizes.width());

    private static final String PROMPTS = "prompts";

    private final FrozenBackbone backbone;
    private final Classifier classifier;

    private VisualPromptTuning(NDManager manager, State state, FrozenBackbone backbone, Classifier classifier) {
        super(manager, state.and(classifier.parameters()));
        this.backbone = backbone;
        this.classifier = classifier;
    }

    static VisualPromptTuning of(
            MethodSpec.Vpt spec, NDManager manager, long seed, FrozenBackbone backbone, Classifier classifier) {
        State state = init(spec, manager, seed, backbone.shape());
        return new VisualPromptTuning(manager, state, backbone, classifier);
    }

    static State init(MethodSpec.Vpt spec, NDManager manager, long seed, VitShape shape) {
        Init init = new Init(manager, seed);
        double bound = Math.sqrt(6.0 / (3 * shape.patch() * shape.patch() + shape.width()));
        int blocks = spec.blocks() == Blocks.DEEP ? shape.depth() : 1;
        init.uniform(PROMPTS, bound, blocks, spec.prompts(), shape.width());
        return State.of(init);
    }

    @Override
    public NDArray scores(Tensors leaves, NDArray pixels, boolean training) {
        Tensors w = leaves.and(buffers());
        NDArray embedding = backbone.encodeInserted(pixels, w.get(PROMPTS)); // [n, d]
        return classifier.scores(w, embedding);
    }
}
