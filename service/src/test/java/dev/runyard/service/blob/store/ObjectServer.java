package dev.runyard.service.blob.store;

import dev.runyard.service.boot.ObjectStore;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/** An S3-compatible server on loopback that keeps objects in a folder, with one bucket and one pair of keys. */
public final class ObjectServer implements AutoCloseable {
    public static final String BUCKET = "lab-blobs";
    public static final ObjectStore.Keys KEYS = new ObjectStore.Keys("lab-access", "lab-secret-of-tests");

    private final S3Proxy server;

    public ObjectServer(Path folder) throws Exception {
        Files.createDirectories(folder.resolve(BUCKET));
        FilesystemNio2BlobStore objects = new FilesystemNio2BlobStore(folder.toString());
        server = S3Proxy.builder()
                .endpoint(URI.create("http://127.0.0.1:0"))
                .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, KEYS.access(), KEYS.secret())
                .blobStore(objects)
                .build();
        server.start();
    }

    public int port() {
        return server.getPort();
    }

    public URI address() {
        return URI.create("http://127.0.0.1:" + port());
    }

    static ObjectStore settings(URI endpoint, String folder, ObjectStore.Keys keys) {
        return new ObjectStore(BUCKET, folder, Optional.of(endpoint), Optional.empty(), Optional.of(keys));
    }

    @Override
    public void close() throws Exception {
        server.stop();
    }
}
