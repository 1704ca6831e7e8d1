package dev.runyard.vision.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import dev.runyard.vision.method.solver.Objective.Loss;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.train.score.Scores;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * What steps measured and nobody has read yet. A read waits for all that the device still has to do, so it is done for the steps of some
 * time together, and never within a step.
 */
final class Readings implements Pass.Heard, AutoCloseable {
    /** Nanoseconds for which the oldest may be unread. A run's points are sent as often. */
    private static final long LONGEST = 500_000_000;

    /** Steps that may be unread, however quick: what they keep is memory of the device. */
    private static final int MOST = 256;

    private final Deque<Pending> pending = new ArrayDeque<>();

    /** A share of a step's images: the whole, or a micro-batch. */
    private record Piece(NDArray loss, NDArray scores, int[] labels) {}

    private record Pending(NDManager manager, long step, double rate, long micros, long nanos, List<Piece> pieces) {}

    /**
     * What a step measured.
     *
     * @param step number of steps done with it
     * @param rate learning rate
     * @param micros time of the step since 1970
     * @param loss mean of the batch
     * @param top1 percent; NaN where there are no class scores
     */
    record Reading(long step, double rate, long micros, double loss, double top1) {}

    /** Hears of readings in the order of their steps. */
    interface Reader {
        void read(Reading reading);
    }

    /** @param step number of steps done with this one */
    void begin(long step, double rate) {
        pending.add(new Pending(
                Torch.manager(), step, rate, System.currentTimeMillis() * 1_000, System.nanoTime(), new ArrayList<>()));
    }

    /** A further share of the step that was begun last; the arrays themselves may go. */
    @Override
    public void part(Loss loss, int[] labels) {
        Pending last = pending.getLast();
        NDArray scores = loss.scores();
        last.pieces.add(new Piece(
                kept(last.manager, loss.mean()),
                scores == null ? kept(last.manager, loss.mean()) : kept(last.manager, scores),
                scores == null ? new int[0] : labels));
    }

    private static NDArray kept(NDManager manager, NDArray array) {
        NDArray alias = array.stopGradient();
        alias.attach(manager);
        NDScope.unregister(alias);
        return alias;
    }

    boolean due() {
        return !pending.isEmpty()
                && (pending.size() >= MOST || System.nanoTime() - pending.getFirst().nanos >= LONGEST);
    }

    /** Reads all. Those behind one at which the reader throws are dropped. */
    void readAll(Reader reader) {
        while (!pending.isEmpty()) {
            try (NDManager manager = pending.getFirst().manager) {
                reader.read(read(pending.removeFirst()));
            }
        }
    }

    private static Reading read(Pending one) {
        float loss = 0;
        Scores scores = new Scores();
        for (Piece piece : one.pieces) {
            loss += Torch.read(piece.loss)[0];
            if (piece.labels.length > 0) {
                scores.add(Torch.read(piece.scores), piece.labels);
            }
        }
        return new Reading(one.step, one.rate, one.micros, loss, scores.images() > 0 ? scores.top1() : Double.NaN);
    }

    @Override
    public void givenUp() {
        close();
    }

    @Override
    public void close() {
        pending.forEach(one -> one.manager.close());
        pending.clear();
    }
}
