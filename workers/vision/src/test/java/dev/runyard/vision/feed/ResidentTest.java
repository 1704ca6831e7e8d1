package dev.runyard.vision.feed;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.spec.training.Augment;
import dev.runyard.vision.data.Dataset;
import dev.runyard.vision.data.Datasets;
import dev.runyard.vision.data.Preparation;
import dev.runyard.vision.data.Split;
import dev.runyard.vision.image.Draws;
import dev.runyard.vision.image.Normalisation;
import dev.runyard.vision.nd.Torch;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Images that live on the device, here the CPU's memory, against those that each batch reads. */
class ResidentTest {
    private static final int PER_CLASS = 12;

    @TempDir
    Path dir;

    @BeforeAll
    static void enter() {
        Torch.enter();
    }

    /** Images of several shapes, so that now and then only a part of one is drawn. */
    @BeforeEach
    void write() throws IOException {
        Random random = new Random(5);
        for (String name : List.of("a", "b")) {
            Files.createDirectories(dir.resolve("data/" + name));
            for (int i = 0; i < PER_CLASS; i++) {
                BufferedImage image = new BufferedImage(40 + i, 40 + (i % 3) * 20, BufferedImage.TYPE_INT_RGB);
                for (int y = 0; y < image.getHeight(); y++) {
                    for (int x = 0; x < image.getWidth(); x++) {
                        image.setRGB(x, y, random.nextInt(1 << 24));
                    }
                }
                ImageIO.write(
                        image,
                        "png",
                        dir.resolve("data/" + name + "/" + i + ".png").toFile());
            }
        }
    }

    private Dataset open() throws IOException {
        DatasetSpec spec = new DatasetSpec("folder", dir.resolve("data").toString(), null, null, null);
        return Datasets.open(spec, dir.resolve("cache"), 0);
    }

    @ParameterizedTest
    @CsvSource({"NONE, 24", "FLIP_CROP, 24", "PGN, 24", "PGN, 64"})
    void batchesAreThoseOfTheHostToTheBit(Augment augment, int side) throws IOException {
        try (Dataset data = open();
                NDManager manager = Torch.manager()) {
            Split train = data.train();
            int[] images = {3, 0, train.size() - 1, 5};
            for (int epoch = 0; epoch < 8; epoch++) {
                int now = epoch;
                float[] host = Torch.read(new Upload(false)
                        .images(
                                manager,
                                images.length,
                                side,
                                Normalisation.CLIP,
                                i -> train.augmented(images[i], side, augment, new Draws(1, now, images[i]))));
                try (Resident resident =
                        Objects.requireNonNull(Resident.of(train, side, augment, (done, of) -> true))) {
                    float[] device =
                            Torch.read(resident.batch(manager, images, i -> new Draws(1, now, i), Normalisation.CLIP));
                    assertThat(device).isEqualTo(host);
                }
            }
        }
    }

    @Test
    void fillingStopsWhenItIsToldTo() throws IOException {
        try (Dataset data = open()) {
            assertThat(Resident.of(data.train(), 24, Augment.PGN, (done, of) -> false))
                    .isNull();
            assertThat(Resident.fits(
                            data.train(),
                            24,
                            Augment.PGN,
                            24L * 24 * 3 * data.train().size()))
                    .isTrue();
            assertThat(Resident.fits(data.train(), 24, Augment.PGN, 24L * 24 * 3))
                    .isFalse();
            assertThat(Resident.fits(data.train(), 24, Augment.RESIZED_CROP, Long.MAX_VALUE))
                    .isFalse();
        }
    }

    /** Stopped after its first piece of work, it goes on with the rest. */
    @Test
    void preparingGoesOnWhereItWasStopped() throws IOException {
        List<Long> said = new ArrayList<>();
        try (Dataset data = open()) {
            Preparation preparation = Preparation.of(data, 24, Augment.PGN);
            long all = data.train().size() + data.val().size() + data.test().size();
            assertThat(preparation.of()).isEqualTo(all);
            assertThat(preparation.run((done, of) -> said.size() < 1 && said.add(done)))
                    .isFalse();
            assertThat(preparation.done()).isPositive().isLessThan(all);
        }
        try (Dataset data = open()) {
            Preparation preparation = Preparation.of(data, 24, Augment.PGN);
            assertThat(preparation.done()).isEqualTo((long) data.train().size());
            assertThat(preparation.run((done, of) -> said.add(done))).isTrue();
            assertThat(preparation.done()).isEqualTo(preparation.of());
            assertThat(said).isSorted();
        }
    }
}
