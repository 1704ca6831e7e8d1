package dev.runyard.vision.pretrain;

import dev.runyard.spec.training.PretrainSpec;
import dev.runyard.spec.training.PretrainSpec.Objective;
import dev.runyard.vision.backbone.vit.VitShape;
import dev.runyard.vision.backbone.vit.VitShape.Activation;
import dev.runyard.vision.backbone.vit.VitShape.Naming;
import dev.runyard.vision.method.net.Init;
import java.util.List;

/** Shape and first weights of a vision transformer that learns from scratch. */
final class NewVit {
    /** Of the class token and the positions. */
    private static final double TOKEN_DEVIATION = 0.1;

    private static final List<Double> HALF = List.of(.5, .5, .5);
    static final int MLP_RATIO = 4;

    private NewVit() {}

    /**
     * In timm's naming with exact GELU, or for objective clip in OpenAI's with QuickGELU, a norm in front of the blocks and a projection
     * behind. Images have mean and deviation one half, as timm's own.
     *
     * @param classes outputs of its head; 0 for none
     */
    static VitShape shape(PretrainSpec spec, int classes) {
        boolean clip = spec.objective() == Objective.CLIP;
        return new VitShape(
                clip ? Naming.OPENAI_CLIP : Naming.TIMM,
                spec.patch(),
                spec.width(),
                spec.depth(),
                spec.heads(),
                spec.imageSize(),
                clip ? Activation.QUICK_GELU : Activation.GELU,
                clip ? 1e-5 : 1e-6,
                HALF,
                HALF,
                spec.clip() == null ? spec.width() : spec.clip().embedding(),
                classes);
    }

    /**
     * Weights N(0, 1/inputs) cut at two deviations, biases 0, norms 1 and 0. The usual 0.02 suits wide models and adaptive optimisers;
     * at these widths SGD would hardly leave the start with it.
     */
    static void init(Init init, VitShape shape) {
        int width = shape.width();
        boolean clip = shape.naming() == Naming.OPENAI_CLIP;
        kernel(init, "patch_embed.weight", width, 3, shape.patch(), shape.patch());
        if (!clip) {
            init.constant("patch_embed.bias", 0, width);
        }
        int tokens = shape.tokens();
        // Each naming's files have their own number of axes.
        init.clippedNormal("cls_token", TOKEN_DEVIATION, clip ? new long[] {width} : new long[] {1, 1, width});
        init.clippedNormal(
                "pos_embed", TOKEN_DEVIATION, clip ? new long[] {tokens, width} : new long[] {1, tokens, width});
        if (clip) {
            norm(init, "norm_pre", width);
        }
        for (int i = 0; i < shape.depth(); i++) {
            block(init, "blocks." + i + ".", width);
        }
        norm(init, "norm", width);
        if (clip) {
            init.clippedNormal("projection", 1 / Math.sqrt(width), width, shape.embedding());
        }
        if (shape.classes() > 0) {
            linear(init, "head", shape.classes(), width);
        }
    }

    /** One block of a transformer, of images or of texts. */
    static void block(Init init, String name, long width) {
        norm(init, name + "norm1", width);
        linear(init, name + "attn.qkv", 3 * width, width);
        linear(init, name + "attn.proj", width, width);
        norm(init, name + "norm2", width);
        linear(init, name + "mlp.fc1", MLP_RATIO * width, width);
        linear(init, name + "mlp.fc2", width, MLP_RATIO * width);
    }

    static void norm(Init init, String name, long width) {
        init.constant(name + ".weight", 1, width);
        init.constant(name + ".bias", 0, width);
    }

    static void linear(Init init, String name, long outputs, long inputs) {
        kernel(init, name + ".weight", outputs, inputs);
        init.constant(name + ".bias", 0, outputs);
    }

    private static void kernel(Init init, String name, long... shape) {
        long inputs = 1;
        for (int i = 1; i < shape.length; i++) {
            inputs *= shape[i];
        }
        init.clippedNormal(name, 1 / Math.sqrt(inputs), shape);
    }
}
