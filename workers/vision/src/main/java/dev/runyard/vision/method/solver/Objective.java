package dev.runyard.vision.method.solver;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.vision.image.View;
import dev.runyard.vision.nd.Nn;
import dev.runyard.vision.nd.Tensors;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one training makes small: parameters that change by gradient, further state that changes otherwise, and the loss of a batch. All
 * that a step depends on is in these, the batch and the step's number, so that a resumed training equals an uninterrupted one.
 */
public interface Objective extends AutoCloseable {
    /** By name, in a fixed order; the optimiser changes them in place. */
    Tensors parameters();

    /** State that no gradient changes, by name: statistics, a teacher, a centre. Part of every checkpoint. */
    Tensors buffers();

    /** How a training image is cut, one entry a view; empty for one view by the spec's augmentation. */
    default List<View> views() {
        return List.of();
    }

    /**
     * Loss of a training batch.
     *
     * @param manager of the step; arrays made with it live until the backward pass is over
     * @param leaves of the parameters, on the tape
     * @param step number of the step, from 0
     */
    Loss loss(NDManager manager, Tensors leaves, Seen seen, long step);

    /**
     * What a step learns from.
     *
     * @param views each [n, 3, H, W], normalised
     * @param labels [n]
     * @param classes the labels on the device, int64 [n]
     * @param asked what the labels ask for
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Seen(List<NDArray> views, int[] labels, NDArray classes, Targets asked) {
        /** Asking for the labels themselves. */
        public Seen(List<NDArray> views, int[] labels, NDArray classes) {
            this(views, labels, classes, Targets.HARD);
        }

        /** As {@link Nn#crossEntropy} takes them, [n, C]. */
        public NDArray targets(NDManager manager, long outputs) {
            return asked.of(manager, classes, outputs);
        }

        /** n */
        public int size() {
            return labels.length;
        }

        /** Some of the images; shares memory. */
        public Seen part(int from, int to) {
            String rows = from + ":" + to;
            return new Seen(
                    views.stream().map(view -> view.get(rows)).toList(),
                    Arrays.copyOfRange(labels, from, to),
                    classes.get(rows),
                    asked.part(rows));
        }
    }

    /**
     * After the optimiser changed the parameters.
     *
     * @param step number of the step, from 0
     * @param steps of the whole training
     */
    default void stepped(long step, long steps) {}

    /** Whether {@link #scores} gives any. */
    default boolean classifies() {
        return true;
    }

    /** Class scores [n, C] of normalised pixels [n, 3, H, W], to evaluate with; null when it knows of no classes. */
    @Nullable
    NDArray scores(NDArray pixels);

    @Override
    void close();

    /**
     * Of one batch.
     *
     * @param mean scalar
     * @param scores [n, C] that {@code mean} came from, or null
     */
    record Loss(NDArray mean, @Nullable NDArray scores) {}
}
