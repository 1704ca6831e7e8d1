package dev.runyard.service.blob.store;

import dev.runyard.service.boot.LabConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the running lab's store has, looked at and changed past the lab. */
@ApplicationScoped
public class KeptBytes {
    private final LabConfig config;

    KeptBytes(LabConfig config) {
        this.config = config;
    }

    private interface Work<T> {
        T with(Bucket bucket) throws IOException;
    }

    private <T> T bucket(Work<T> work) throws IOException {
        try (Bucket bucket = new Bucket(config.objectStore().orElseThrow())) {
            return work.with(bucket);
        }
    }

    /** Where the service writes what arrives. */
    public Path arriving() {
        return config.objectStore().isPresent()
                ? BlobStore.spool(config)
                : config.artifacts().resolve("tmp");
    }

    public boolean inBucket() {
        return config.objectStore().isPresent();
    }

    /** Whether what came of a piece counts before the piece ends; a bucket takes it at its end. */
    public boolean piecesGrow() {
        return config.objectStore().isEmpty();
    }

    private static String key(String hash) {
        return hash.substring(0, 2) + "/" + hash;
    }

    public void overwrite(String hash, byte[] bytes) throws IOException {
        if (config.objectStore().isEmpty()) {
            Files.write(config.artifacts().resolve(key(hash)), bytes);
            return;
        }
        bucket(bucket -> {
            bucket.put(key(hash), bytes);
            return bytes;
        });
    }

    /** Takes it away as somebody would who should not. */
    public void remove(String hash) throws IOException {
        if (config.objectStore().isEmpty()) {
            Files.delete(config.artifacts().resolve(key(hash)));
            return;
        }
        bucket(bucket -> {
            bucket.delete(key(hash));
            return hash;
        });
    }

    public boolean there(String hash) throws IOException {
        return exists(key(hash));
    }

    public boolean setAside(String hash) throws IOException {
        return exists(key(hash) + ".damaged");
    }

    private boolean exists(String key) throws IOException {
        return config.objectStore().isEmpty()
                ? Files.exists(config.artifacts().resolve(key))
                : bucket(bucket -> bucket.size(key).isPresent());
    }
}
