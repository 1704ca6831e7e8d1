package dev.runyard.vision.nd;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BinaryOperator;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Records what is computed on this thread while open, for one backward pass. Used instead of the engine's collector, which allows one
 * a process and touches every array that exists.
 */
public final class Tape implements AutoCloseable {
    private static final ThreadLocal<@Nullable Tape> OPEN = new ThreadLocal<>();

    private final NDManager kept = Torch.manager();
    private final Deque<Cut> cuts = new ArrayDeque<>();
    private final @Nullable Tape outer = OPEN.get();

    /**
     * A part of the network that the engine's own graph does not hold.
     *
     * @param input as it was computed, on the graph of what came before
     * @param output first array of the graph of what came after
     */
    private record Cut(NDArray input, NDArray output, BinaryOperator<NDArray> gradient) {}

    public Tape() {
        JniUtils.setGradMode(true);
        OPEN.set(this);
    }

    /** Fills the gradients of the leaves that {@code scalar} depends on. */
    public void backward(NDArray scalar) {
        backward(scalar, scalar.getManager().ones(scalar.getShape(), scalar.getDataType()));
        while (!cuts.isEmpty()) {
            Cut cut = cuts.removeLast();
            try (NDScope scope = new NDScope();
                    NDArray input = cut.input;
                    NDArray output = cut.output) {
                scope.suppressNotUsedWarning();
                backward(input, cut.gradient.apply(input.stopGradient(), output.getGradient()));
            }
            Torch.giveBackHoles();
        }
    }

    /**
     * The gradients of the leaves that {@code array} depends on get those by way of it added.
     *
     * @param upstream gradient at {@code array}, of its shape
     */
    public static void backward(NDArray array, NDArray upstream) {
        JniUtils.backward((PtNDArray) array, (PtNDArray) upstream, false, false);
    }

    /**
     * Whether something on this thread records a way back to {@code array}. The engine says of a computed array that it has no gradient
     * even where it has one; that it refuses to drop it tells.
     */
    public static boolean records(NDArray array) {
        if (OPEN.get() == null) {
            return false;
        }
        if (array.hasGradient()) {
            return true;
        }
        try {
            array.setRequiresGradient(false);
            return false;
        } catch (EngineException e) {
            return true;
        }
    }

    /**
     * A part of a network of which the engine keeps nothing but its input: its way back is written out, and computes again what it needs.
     * All ways from what came before to what comes after lead through it. To be called where {@link #records} of the input.
     *
     * @param part what it computes; nothing of that is recorded
     * @param gradient of the input (first, not recorded) for a gradient of the result (second)
     */
    public static NDArray cut(NDArray input, UnaryOperator<NDArray> part, BinaryOperator<NDArray> gradient) {
        Tape tape = OPEN.get();
        if (tape == null) {
            throw new IllegalStateException("no tape is open on this thread");
        }
        NDArray output;
        JniUtils.setGradMode(false);
        try {
            output = part(() -> part.apply(input));
        } finally {
            JniUtils.setGradMode(true);
        }
        tape.keep(output);
        output.setRequiresGradient(true);
        NDArray before = input.reshape(input.getShape()); // another handle, since the caller may close its own
        tape.keep(before);
        tape.cuts.add(new Cut(before, output, gradient));
        NDArray after = output.reshape(output.getShape());
        after.attach(input.getManager()); // what is computed of it outlives this tape, as it would without the cut
        return after;
    }

    private void keep(NDArray array) {
        NDScope.unregister(array);
        array.attach(kept);
    }

    /**
     * Runs a part of a network in a scope of its own and keeps only its result: what the backward pass needs stays with the result,
     * the rest is freed at once. Without it, a step or an evaluation holds every intermediate array until it ends.
     */
    public static NDArray part(Supplier<NDArray> work) {
        return parts(() -> new NDList(work.get())).get(0);
    }

    /** As {@link #part}, with several results. */
    public static NDList parts(Supplier<NDList> work) {
        NDList results;
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            results = work.get();
            results.forEach(NDScope::unregister);
        }
        results.forEach(NDScope::register);
        return results;
    }

    @Override
    public void close() {
        kept.close();
        OPEN.set(outer);
        JniUtils.setGradMode(outer != null);
    }
}
