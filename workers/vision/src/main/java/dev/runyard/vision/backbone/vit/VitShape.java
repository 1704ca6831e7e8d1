package dev.runyard.vision.backbone.vit;

import dev.runyard.vision.image.Normalisation;
import dev.runyard.vision.image.TestTransform;
import java.util.List;

/**
 * What the tensors do not say, or say only by their shapes.
 *
 * @param naming the ecosystem that the tensors' names come from
 * @param patch side of a patch in px
 * @param width D, of a token
 * @param depth blocks
 * @param heads attention heads; divides the width
 * @param imageSize side of the image in px
 * @param activation inside the blocks' MLPs
 * @param eps of every layer norm
 * @param mean of the images it was trained on, per channel
 * @param std likewise
 * @param transform how images are shown to it where it is tested as its makers did
 * @param registers learned tokens behind the class token (DINOv2 with registers); 0 for none
 * @param embedding d, length of what it gives for an image: D, or that of its projection
 * @param classes outputs of its own head, 0 when it has none
 */
public record VitShape(
        Naming naming,
        int patch,
        int width,
        int depth,
        int heads,
        int imageSize,
        Activation activation,
        double eps,
        List<Double> mean,
        List<Double> std,
        TestTransform transform,
        int registers,
        int embedding,
        int classes) {

    /** Shown images as the PGN code does. */
    public VitShape(
            Naming naming,
            int patch,
            int width,
            int depth,
            int heads,
            int imageSize,
            Activation activation,
            double eps,
            List<Double> mean,
            List<Double> std,
            int embedding,
            int classes) {
        this(
                naming,
                patch,
                width,
                depth,
                heads,
                imageSize,
                activation,
                eps,
                mean,
                std,
                TestTransform.PGN,
                0,
                embedding,
                classes);
    }

    /** Names of the tensors in files of one ecosystem. */
    public enum Naming {
        OPENAI_CLIP,
        HF_CLIP,
        TIMM,
        TORCHVISION,
        /** Hugging Face's DINOv2, with registers or without. */
        HF_DINOV2
    }

    /** Of an MLP. */
    public enum Activation {
        /** By the error function. */
        GELU,
        /** x·σ(1.702x) */
        QUICK_GELU
    }

    /** Of the images it was trained with. */
    public Normalisation normalisation() {
        return new Normalisation(floats(mean), floats(std));
    }

    private static float[] floats(List<Double> values) {
        float[] out = new float[values.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = values.get(i).floatValue();
        }
        return out;
    }

    /** Tokens without prompts: the class token, registers, and the patches. */
    public int tokens() {
        int grid = imageSize / patch;
        return 1 + registers + grid * grid;
    }

    /** The same for images of another side. */
    public VitShape sized(int side) {
        return new VitShape(
                naming,
                patch,
                width,
                depth,
                heads,
                side,
                activation,
                eps,
                mean,
                std,
                transform,
                registers,
                embedding,
                classes);
    }
}
