package dev.runyard.vision.image;

/**
 * What the PGN code's augmentation does to one image behind its crop, drawn once, whoever does it then.
 *
 * @param order the jitter's operations in their order: 0 brightness, 1 contrast, 2 saturation, 3 hue; empty for none
 * @param factors of brightness, contrast and saturation
 * @param turn of the hue, part of a whole turn
 * @param grey whether it becomes grey
 * @param solarize whether values from 128 on are inverted
 * @param flip whether left and right change places
 */
@SuppressWarnings("ArrayRecordComponent")
public record Colouring(int[] order, float[] factors, double turn, boolean grey, boolean solarize, boolean flip) {
    /** Of the draws of an image. */
    public static Colouring pgn(Draws draws) {
        boolean jitter = draws.happens(Augmentations.JITTER, 0.8);
        return new Colouring(
                jitter ? draws.order(Augmentations.ORDER, 4) : new int[0],
                factors(0.4, draws),
                draws.uniform(Augmentations.FACTORS + 3, -0.4, 0.4),
                draws.happens(Augmentations.GREY, 0.2),
                draws.happens(Augmentations.SOLARIZE, 0.2),
                draws.happens(Augmentations.FLIP, 0.5));
    }

    private static float[] factors(double most, Draws draws) {
        float[] out = new float[3];
        for (int operation = 0; operation < 3; operation++) {
            out[operation] = (float) (1 + draws.uniform(Augmentations.FACTORS + operation, -most, most));
        }
        return out;
    }

    /** How far the hue turns, in steps of Pillow's 8-bit HSV. */
    public int shift() {
        return (int) (turn * 255);
    }
}
