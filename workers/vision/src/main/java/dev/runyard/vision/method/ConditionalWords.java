package dev.runyard.vision.method;

import ai.djl.ndarray.NDArray;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.model.TextMethod;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.method.net.Init;
import dev.runyard.vision.method.net.State;
import dev.runyard.vision.nd.Nn;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.text.PromptedTexts;
import java.io.IOException;

/**
 * CoCoOp (Zhou et al. 2022, "Conditional prompt learning for vision-language models", eq. 3; KaiyangZhou/CoOp, trainers/cocoop.py):
 * the words of {@link ContextWords}, shared by all classes, and a network d → d/16 → D with a ReLU that adds the same vector to each of
 * them, by the image's normalised embedding. Every image has the names read anew: n·C texts a batch. The words begin at random, where
 * the released configuration begins from "a photo of a".
 */
final class ConditionalWords extends Learned {
    private static final int REDUCTION = 16;

    static final Method<TextMethod.CoCoOp> METHOD =
            new Method<>(TextMethod.CoCoOp.class, ConditionalWords::of, (spec, sizes) -> {
                long d = sizes.embedding();
                long h = d / REDUCTION;
                return spec.contextLength() * (long) sizes.textWidth() + (d + 1) * h + (h + 1) * sizes.textWidth();
            });

    private static final String FIRST = "meta.linear1.";
    private static final String SECOND = "meta.linear2.";

    private final FrozenBackbone backbone;
    private final PromptedTexts texts;
    private final NDArray scale;

    private ConditionalWords(Making making, PromptedTexts texts, State state) {
        super(making.manager(), state);
        this.texts = texts;
        backbone = making.backbone();
        scale = Torch.scalar(making.manager(), Math.exp(ContextWords.scale(texts, backbone)));
    }

    private static ConditionalWords of(TextMethod.CoCoOp spec, Making making) throws IOException {
        int d = making.backbone().shape().embedding();
        if (d < REDUCTION) {
            throw new InvalidSpec(
                    "NOT_APPLICABLE",
                    "method.kind",
                    "cocoop",
                    "needs a backbone with embeddings of " + REDUCTION + " numbers or more, and this one's have " + d,
                    "use method coop");
        }
        PromptedTexts texts = making.texts(spec.contextLength());
        Init init = new Init(making.manager(), making.seed());
        init.normal(ContextWords.CONTEXT, ContextWords.DEVIATION, spec.contextLength(), texts.width());
        init.linear(FIRST, d, d / REDUCTION);
        init.linear(SECOND, d / REDUCTION, texts.width());
        return new ConditionalWords(making, texts, State.of(init));
    }

    @Override
    public boolean takesEmbedding() {
        return true;
    }

    @Override
    public NDArray scores(Tensors leaves, NDArray input, boolean training) {
        NDArray unit = LinearProbe.embedding(backbone, input).normalize(2, 1); // [n, d]
        NDArray words = leaves.get(ContextWords.CONTEXT); // [M, D]
        long n = unit.getShape().get(0);
        long c = texts.classes();
        long m = words.getShape().get(0);
        long width = words.getShape().get(1);
        NDArray moves = layer(leaves, SECOND, Nn.relu(layer(leaves, FIRST, unit))); // [n, D]
        NDArray moved = words.reshape(1, m, width).add(moves.reshape(n, 1, width)); // [n, M, D]
        NDArray each = moved.reshape(n, 1, m, width).broadcast(n, c, m, width).reshape(n * c, m, width);
        NDArray features = texts.read(each).normalize(2, 1); // [n·C, d]
        long d = features.getShape().get(1);
        NDArray cosines = features.reshape(n, c, d).matMul(unit.reshape(n, d, 1)); // [n, C, 1]
        return cosines.reshape(n, c).mul(scale);
    }

    private static NDArray layer(Tensors w, String name, NDArray x) {
        return Nn.linear(x, w.get(name + "weight"), w.get(name + "bias"));
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
