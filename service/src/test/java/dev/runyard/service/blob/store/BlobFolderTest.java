package dev.runyard.service.blob.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BlobFolderTest extends BlobStoreContract {
    @TempDir
    Path root;

    private BlobFolder folder;

    @BeforeEach
    void open() throws IOException {
        folder = new BlobFolder(root);
    }

    @Test
    void oldPartsGoAndYoungOnesStay() throws IOException {
        Path old = Files.createFile(root.resolve("tmp/put-1.part"));
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
        Files.createFile(root.resolve("tmp/put-2.part"));
        assertThat(folder.clean(Duration.ofHours(24))).isEqualTo(1);
        assertThat(unnamed()).isEqualTo(1);
    }

    @Override
    BlobStore store() {
        return folder;
    }

    @Override
    long unnamed() throws IOException {
        try (Stream<Path> files = Files.list(root.resolve("tmp"))) {
            return files.count();
        }
    }

    @Override
    void overwrite(BlobHash hash, byte[] bytes) throws IOException {
        Files.write(folder.file(hash).orElseThrow(), bytes);
    }
}
