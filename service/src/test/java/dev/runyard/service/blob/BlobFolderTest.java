package dev.runyard.service.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runyard.service.http.Problem;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BlobFolderTest {
    @TempDir
    Path root;

    @Test
    void moreThanTheLimitIsRefusedWhileItStreams() throws IOException {
        BlobFolder folder = new BlobFolder(root);
        assertThatThrownBy(() -> folder.receive(new ByteArrayInputStream(new byte[1_001]), 1_000))
                .isInstanceOfSatisfying(
                        Problem.class, p -> assertThat(p.status()).isEqualTo(413));
        assertThat(parts()).isZero();
    }

    @Test
    void aBrokenTransferLeavesNothing() throws IOException {
        BlobFolder folder = new BlobFolder(root);
        InputStream broken = new InputStream() {
            private int left = 100_000;

            @Override
            public int read() throws IOException {
                if (left-- <= 0) {
                    throw new IOException("connection reset");
                }
                return 1;
            }
        };
        assertThatThrownBy(() -> folder.receive(broken, 1 << 20))
                .isInstanceOfSatisfying(
                        Problem.class, p -> assertThat(p.status()).isEqualTo(400));
        assertThat(parts()).isZero();
    }

    @Test
    void oldPartsOfAKilledServiceGo() throws IOException {
        BlobFolder folder = new BlobFolder(root);
        Path old = Files.createFile(root.resolve("tmp/put-1.part"));
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
        Files.createFile(root.resolve("tmp/put-2.part"));
        assertThat(folder.clean(Duration.ofHours(24))).isEqualTo(1);
        assertThat(parts()).isEqualTo(1);
    }

    private long parts() throws IOException {
        try (Stream<Path> files = Files.list(root.resolve("tmp"))) {
            return files.count();
        }
    }
}
