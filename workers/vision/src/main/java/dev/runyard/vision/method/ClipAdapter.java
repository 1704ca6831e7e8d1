package dev.runyard.vision.method;

import ai.djl.ndarray.NDArray;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.model.EmbeddingMethod;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.method.head.Classifier;
import dev.runyard.vision.method.net.Init;
import dev.runyard.vision.method.net.State;
import dev.runyard.vision.nd.Nn;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;

/**
 * CLIP-Adapter (Gao et al. 2021, eq. 3 to 6; gaopengcuhk/CLIP-Adapter, clip_adapter.py), its visual adapter: for an embedding v [d] the
 * classifier gets ratio · ReLU(W₂·ReLU(W₁·v)) + (1 − ratio) · v; W₁ [d/reduction, d] and W₂ [d, d/reduction] have no biases and begin as
 * PyTorch's linear layers do.
 */
final class ClipAdapter extends Learned {
    static final Method<EmbeddingMethod.ClipAdapter> METHOD = new Method<>(
            EmbeddingMethod.ClipAdapter.class,
            (spec, making) -> new ClipAdapter(spec, making, making.classifier()),
            (spec, sizes) -> 2 * sizes.embedding() * (sizes.embedding() / spec.reduction()));

    private static final String DOWN = "adapter.down.weight";
    private static final String UP = "adapter.up.weight";

    private final FrozenBackbone backbone;
    private final Classifier classifier;
    private final NDArray ratio;
    private final NDArray rest;

    private ClipAdapter(EmbeddingMethod.ClipAdapter spec, Making making, Classifier classifier) {
        super(making.manager(), init(spec, making).and(classifier.parameters()));
        this.classifier = classifier;
        backbone = making.backbone();
        ratio = Torch.scalar(making.manager(), spec.ratio());
        rest = Torch.scalar(making.manager(), 1 - spec.ratio());
    }

    private static State init(EmbeddingMethod.ClipAdapter spec, Making making) {
        int d = making.backbone().shape().embedding();
        int m = d / spec.reduction();
        if (m == 0) {
            throw new InvalidSpec(
                    "OUT_OF_RANGE",
                    "method.reduction",
                    spec.reduction(),
                    "leaves nothing of the backbone's embedding of " + d + " numbers",
                    "use at most " + d);
        }
        Init init = new Init(making.manager(), making.seed());
        init.uniform(DOWN, 1 / Math.sqrt(d), m, d);
        init.uniform(UP, 1 / Math.sqrt(m), d, m);
        return State.of(init);
    }

    @Override
    public boolean takesEmbedding() {
        return true;
    }

    @Override
    public NDArray scores(Tensors leaves, NDArray input, boolean training) {
        NDArray embedding = LinearProbe.embedding(backbone, input);
        NDArray adapted =
                Nn.relu(Nn.linear(Nn.relu(Nn.linear(embedding, leaves.get(DOWN), null)), leaves.get(UP), null));
        NDArray mixed = adapted.mul(ratio).add(embedding.mul(rest)); // [n, d]
        return classifier.scores(leaves.and(buffers()), mixed);
    }
}
