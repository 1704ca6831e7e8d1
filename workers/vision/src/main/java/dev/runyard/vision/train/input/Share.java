package dev.runyard.vision.train.input;

/**
 * The part of every batch that one of several devices learns from: neighbours in the batch, as many for each as can be.
 *
 * @param number of the device, from 0
 * @param of devices, 1 or more
 */
public record Share(int number, int of) {
    /** One device, all images. */
    public static final Share WHOLE = new Share(0, 1);

    /** Position of the first image in a batch of {@code n}. */
    int from(int n) {
        return Math.toIntExact((long) n * number / of);
    }

    /** Position behind the last. */
    int to(int n) {
        return Math.toIntExact((long) n * (number + 1) / of);
    }
}
