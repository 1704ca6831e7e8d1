package dev.runyard.service.blob.store;

import java.io.IOException;

/** Bytes that were received and hashed but have no name yet. Closing it forgets what has none by then. */
public interface Received extends AutoCloseable {
    BlobHash hash();

    /** In bytes. */
    long size();

    /** Brings the bytes to where {@link #name} has little left to do. */
    void carry() throws IOException;

    /**
     * Gives the bytes their name; durable when this returns.
     *
     * @throws Lost when what was carried is gone: carry it again
     */
    void name() throws IOException;

    @Override
    void close() throws IOException;

    /** The store no longer has, or never had, all of what was carried there. */
    final class Lost extends IOException {
        private static final long serialVersionUID = 1L;

        Lost(String message) {
            super(message);
        }
    }
}
