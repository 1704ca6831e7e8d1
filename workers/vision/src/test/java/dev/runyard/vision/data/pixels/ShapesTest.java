package dev.runyard.vision.data.pixels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.spec.Sha256;
import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.spec.training.Augment;
import dev.runyard.vision.data.Dataset;
import dev.runyard.vision.data.Datasets;
import dev.runyard.vision.image.Draws;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShapesTest {
    @TempDir
    Path cache;

    private Dataset open() throws IOException {
        return Datasets.open(new DatasetSpec("shapes", null, null, 200, 50), cache, 0);
    }

    @Test
    void theSameBytesOnEveryMachine() throws IOException {
        MessageDigest digest = Sha256.digest();
        Shapes train = new Shapes("train", 0, 64);
        for (int i = 0; i < train.size(); i++) {
            digest.update(train.decode(i).data());
            digest.update((byte) train.label(i));
        }
        assertThat(Sha256.hex(digest))
                .as("a change of the images needs another Shapes.VERSION")
                .isEqualTo("08444f50e70af2926e4dbe9ed617bc2cbd259d299b899e36d084a12dbb67afd7");
    }

    @Test
    void partsDifferAndEveryCountOccurs() throws IOException {
        try (Dataset d = open()) {
            assertThat(d.classNames()).hasSize(8).startsWith("3 shapes").endsWith("10 shapes");
            assertThat(List.of(d.train().size(), d.val().size(), d.test().size()))
                    .containsExactly(200, 20, 50);
            assertThat(d.train().labels()).contains(0, 1, 2, 3, 4, 5, 6, 7);
            assertThat(d.train().pixels(0).data())
                    .isNotEqualTo(d.test().pixels(0).data());
            assertThat(d.train().pixels(0).width()).isEqualTo(64);
        }
    }

    @Test
    void aSecondOpeningReadsTheCacheAndADamagedImageIsMadeAgain() throws IOException {
        byte[] before;
        try (Dataset d = open()) {
            before = d.train().pixels(7).data();
            assertThat(before).isEqualTo(new Shapes("train", 0, 200).decode(7).data());
        }
        Path file;
        try (Stream<Path> files = Files.list(cache)) {
            file = files.filter(f -> f.toString().endsWith("train-whole.pixels"))
                    .findFirst()
                    .orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(file);
        bytes[5] ^= 1; // the first image that was met
        Files.write(file, bytes);
        try (Dataset d = open()) {
            assertThat(d.train().pixels(7).data()).isEqualTo(before);
        }
        Files.write(file, new byte[100]);
        try (Dataset d = open()) {
            assertThat(d.train().pixels(7).data()).isEqualTo(before);
        }
        assertThat(Files.size(file)).isGreaterThan(100);
    }

    @Test
    void augmentedImagesDependOnTheirDrawsAlone() throws IOException {
        try (Dataset d = open()) {
            for (Augment augment : Augment.values()) {
                Draws draws = new Draws(3, 1, 5);
                byte[] once = d.train().augmented(5, 32, augment, draws);
                assertThat(once).hasSize(32 * 32 * 3);
                d.train().augmented(6, 32, augment, new Draws(3, 1, 6));
                assertThat(d.train().augmented(5, 32, augment, draws)).isEqualTo(once);
            }
        }
    }
}
