package dev.runyard.e2e;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/** The object store of {@code deploy/compose}, s3proxy, on loopback and in this process, with the variables of that file. */
final class OwnStore implements AutoCloseable {
    private final S3Proxy server;

    private OwnStore(S3Proxy server) {
        this.server = server;
    }

    /**
     * Answers when this returns.
     *
     * @param folder an empty one
     * @param bucket the one that it has
     * @param environment of the container
     */
    static OwnStore start(Path folder, String bucket, Map<String, String> environment) throws Exception {
        Files.createDirectories(folder.resolve(bucket));
        if (!environment.get("JCLOUDS_PROVIDER").equals("filesystem-nio2")
                || !environment.get("S3PROXY_AUTHORIZATION").equals("aws-v2-or-v4")) {
            throw new IOException("the store of compose.yaml is another one than this: " + environment);
        }
        S3Proxy server = S3Proxy.builder()
                .endpoint(URI.create("http://127.0.0.1:0"))
                .awsAuthentication(
                        AuthenticationType.AWS_V2_OR_V4,
                        environment.get("S3PROXY_IDENTITY"),
                        environment.get("S3PROXY_CREDENTIAL"))
                .blobStore(new FilesystemNio2BlobStore(folder.toString()))
                .build();
        server.start();
        return new OwnStore(server);
    }

    int port() {
        return server.getPort();
    }

    @Override
    public void close() throws Exception {
        server.stop();
    }
}
