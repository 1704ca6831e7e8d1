package dev.runyard.service.blob.store;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;

/** A lab whose blobs are in a bucket. */
public final class WithBucket implements QuarkusTestResourceLifecycleManager {
    private Path folder;
    private ObjectServer server;

    @Override
    public Map<String, String> start() {
        try {
            folder = Files.createTempDirectory(
                    Files.createDirectories(Path.of("target").toAbsolutePath()), "bucket");
            server = new ObjectServer(folder);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        return Map.of(
                "runyard.artifacts", "s3://" + ObjectServer.BUCKET + "/blobs",
                "runyard.s3.endpoint", server.address().toString(),
                "runyard.s3.access.key", ObjectServer.KEYS.access(),
                "runyard.s3.secret.key", ObjectServer.KEYS.secret());
    }

    @Override
    public void stop() {
        try {
            if (server != null) {
                server.close();
            }
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
