package dev.runyard.service.blob;

import dev.runyard.service.blob.store.BlobHash;
import dev.runyard.service.blob.store.BlobStore;
import java.io.IOException;
import java.io.InputStream;

/**
 * A stored blob.
 *
 * @param size in bytes
 */
public record Stored(BlobHash hash, long size, BlobStore store) {
    /** All of it; the caller closes it. */
    public InputStream open() throws IOException {
        return open(0);
    }

    /** From a place on; the caller closes it. */
    InputStream open(long from) throws IOException {
        return store.open(hash, from, size - from);
    }
}
