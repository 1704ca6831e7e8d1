package dev.runyard.vision.method;

import ai.djl.ndarray.NDArray;
import dev.runyard.spec.model.TextMethod;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.method.head.Classifier;
import dev.runyard.vision.method.net.Init;
import dev.runyard.vision.method.net.State;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.text.PromptedTexts;
import java.io.IOException;

/**
 * CoOp (Zhou et al. 2022, "Learning to prompt for vision-language models", eq. 2 to 3; KaiyangZhou/CoOp, trainers/coop.py): M words
 * [M, D], N(0, 0.02²), the same in front of every class's name or each class its own [C, M, D]; scores are the scale times the cosine
 * of image and text. Both towers stay frozen; the image's embedding does not depend on what is learned.
 */
final class ContextWords extends Learned {
    static final Method<TextMethod.CoOp> METHOD = new Method<>(
            TextMethod.CoOp.class,
            ContextWords::of,
            (spec, sizes) -> (spec.classSpecific() ? sizes.classes() : 1L) * spec.contextLength() * sizes.textWidth());

    static final String CONTEXT = "context";
    static final double DEVIATION = 0.02;

    private final FrozenBackbone backbone;
    private final PromptedTexts texts;
    private final NDArray scale;

    private ContextWords(Making making, PromptedTexts texts, State state) {
        super(making.manager(), state);
        this.texts = texts;
        backbone = making.backbone();
        scale = Torch.scalar(making.manager(), Math.exp(scale(texts, backbone)));
    }

    private static ContextWords of(TextMethod.CoOp spec, Making making) throws IOException {
        PromptedTexts texts = making.texts(spec.contextLength());
        Init init = new Init(making.manager(), making.seed());
        if (spec.classSpecific()) {
            init.normal(CONTEXT, DEVIATION, texts.classes(), spec.contextLength(), texts.width());
        } else {
            init.normal(CONTEXT, DEVIATION, spec.contextLength(), texts.width());
        }
        return new ContextWords(making, texts, State.of(init));
    }

    /** ln of what the cosine is multiplied by. */
    static double scale(PromptedTexts texts, FrozenBackbone backbone) {
        return texts.logitScale().orElse(backbone.logitScale().orElse(Classifier.DEFAULT_LOGIT_SCALE));
    }

    @Override
    public boolean takesEmbedding() {
        return true;
    }

    @Override
    public NDArray scores(Tensors leaves, NDArray input, boolean training) {
        NDArray context = leaves.get(CONTEXT);
        if (context.getShape().dimension() == 2) {
            long m = context.getShape().get(0);
            long d = context.getShape().get(1);
            context = context.reshape(1, m, d).broadcast(texts.classes(), m, d);
        }
        NDArray features = texts.read(context).normalize(2, 1); // [C, d]
        return LinearProbe.embedding(backbone, input)
                .normalize(2, 1)
                .matMul(features.transpose())
                .mul(scale);
    }

    @Override
    public boolean unchanged() {
        return texts.unchanged();
    }

    @Override
    public void close() {
        texts.close();
        super.close();
    }
}
