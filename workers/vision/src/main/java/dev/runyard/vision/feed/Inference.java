package dev.runyard.vision.feed;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import dev.runyard.vision.nd.Torch;
import java.io.IOException;

/**
 * The one loop that shows images to a model without training it: validation, test, features, analyses, embeddings and inversions. While
 * the model looks at a batch, the next is read.
 */
public final class Inference {
    private Inference() {}

    /** Asked before each batch. */
    public interface Pace {
        Pace FULL = done -> true;

        /**
         * @param done images so far
         * @return false to stop
         */
        boolean goesOn(int done) throws IOException;
    }

    /** Looks at a batch. */
    public interface Look {
        /**
         * In a scope of its own: what is to outlive the call is read, see {@link Torch#read}.
         *
         * @param images [n, …]
         * @param from number of the first one
         */
        void at(NDArray images, int from, int n) throws IOException;
    }

    private record Made(NDManager manager, NDArray images) implements AutoCloseable {
        @Override
        public void close() {
            manager.close();
        }
    }

    /**
     * Over all images of a feed, in order. Uses the calling thread.
     *
     * @param batchSize of all batches but the last
     * @return whether it came to the end
     */
    public static boolean over(Feed feed, int batchSize, Pace pace, Look look) throws IOException {
        int size = feed.size();
        if (size == 0) {
            return true;
        }
        if (!pace.goesOn(0)) {
            return false;
        }
        long batches = (size + batchSize - 1L) / batchSize;
        try (Ahead<Made> ahead = new Ahead<>(batches, Ahead.depth(), number -> made(feed, number, batchSize))) {
            for (int from = 0; from < size; from += batchSize) {
                if (from > 0 && !pace.goesOn(from)) {
                    return false;
                }
                int n = Math.min(batchSize, size - from);
                try (Made batch = ahead.take(from / batchSize);
                        NDScope scope = new NDScope()) {
                    scope.suppressNotUsedWarning();
                    look.at(batch.images, from, n);
                }
            }
            return true;
        }
    }

    private static Made made(Feed feed, long number, int batchSize) throws IOException {
        int from = Math.toIntExact(number * batchSize);
        NDManager manager = Torch.manager();
        boolean good = false;
        try {
            Made made = new Made(manager, feed.read(manager, from, Math.min(batchSize, feed.size() - from)));
            good = true;
            return made;
        } finally {
            if (!good) {
                manager.close();
            }
        }
    }
}
