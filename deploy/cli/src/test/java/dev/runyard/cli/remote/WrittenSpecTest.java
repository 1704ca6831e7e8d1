package dev.runyard.cli.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runyard.cli.terminal.Failure;
import dev.runyard.spec.InvalidSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

final class WrittenSpecTest {
    @TempDir
    Path folder;

    @Test
    void pathsLeadFromTheFolderOfTheCommandWhereverTheFileLies() throws IOException {
        WrittenSpec document = WrittenSpec.read(written("""
                base:
                  dataset: {id: folder, root: data/x}
                  backbone: {weights: small-vit}
                axes:
                  dataset.root: [~/a, /b]
                """));
        String here = Path.of("").toAbsolutePath().toString();
        assertThat(document.tree().at("/base/dataset/root").asText()).isEqualTo(here + "/data/x");
        assertThat(document.tree().at("/base/backbone/weights").asText()).isEqualTo("small-vit");
        assertThat(document.tree().at("/axes/dataset.root/0").asText())
                .isEqualTo(System.getProperty("user.home") + "/a");
        assertThat(document.paths().keySet()).contains("/b", here + "/data/x").hasSize(3);
    }

    @Test
    void theFolderOfAnotherPersonIsRefusedByField() throws IOException {
        Path file = written("dataset: {id: folder, root: ~bob/x}");
        assertThatThrownBy(() -> WrittenSpec.read(file))
                .isInstanceOf(InvalidSpec.class)
                .hasMessageContaining("dataset.root")
                .hasMessageContaining("~bob/x");
    }

    @Test
    @Timeout(20)
    void whatIsNoFileOrHasNoEndIsRefusedAtOnce() throws Exception {
        Path pipe = folder.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        Path large = Files.write(folder.resolve("large.yaml"), new byte[(1 << 20) + 1]);
        Path link = Files.createSymbolicLink(folder.resolve("link.yaml"), Path.of("/dev/zero"));
        for (Path each : new Path[] {Path.of("/dev/zero"), Path.of("/dev/stdin"), pipe, large, link, folder}) {
            assertThatThrownBy(() -> WrittenSpec.read(each))
                    .as(each.toString())
                    .isInstanceOfSatisfying(
                            Failure.class, e -> assertThat(e.exit()).isEqualTo(2))
                    .hasMessageContaining(each.toString());
        }
    }

    private Path written(String text) throws IOException {
        return Files.writeString(folder.resolve("spec.yaml"), text);
    }
}
