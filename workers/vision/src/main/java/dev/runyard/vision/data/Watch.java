package dev.runyard.vision.data;

import java.io.IOException;

/** Hears how far the opening of a data set is, on the thread that opens it, and may end it. */
@FunctionalInterface
public interface Watch {
    /** Hears nothing. */
    Watch NONE = (what, done, of) -> {};

    /**
     * Before each piece of work, of at most some seconds.
     *
     * @param what in a word or two
     * @throws IOException to stop; what was found out until then is kept where there is a cache
     */
    void piece(String what, long done, long of) throws IOException;
}
