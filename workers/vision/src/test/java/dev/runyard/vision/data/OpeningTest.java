package dev.runyard.vision.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.spec.json.Json;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How far the opening of a large folder is. */
class OpeningTest {
    private static final int EACH = 700;

    @TempDir
    Path dir;

    private DatasetSpec folder() throws IOException {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(2, 2, BufferedImage.TYPE_INT_RGB), "png", png);
        for (String name : List.of("a", "b")) {
            Path folder = Files.createDirectories(dir.resolve("many").resolve(name));
            for (int i = 0; i < EACH; i++) {
                Files.write(folder.resolve(i + ".png"), i == 3 ? new byte[] {1, 2} : png.toByteArray());
            }
        }
        return Json.read(
                Json.mapper()
                        .valueToTree(Map.of(
                                "id", "folder", "root", dir.resolve("many").toString(), "onBadImage", "skip")),
                DatasetSpec.class);
    }

    @Test
    void filesAndImagesAreCountedAndMayBeStopped() throws IOException {
        DatasetSpec spec = folder();
        List<String> heard = new ArrayList<>();
        assertThatThrownBy(() -> Datasets.open(spec, dir.resolve("cache"), 0, (what, done, of) -> {
                    heard.add(what + " " + done + " " + of);
                    if (done == 512) {
                        throw new IOException("stopped");
                    }
                }))
                .hasMessage("stopped");
        assertThat(heard)
                .containsExactly(
                        "files of many 1024 1400",
                        "bad images of many 0 1400",
                        "bad images of many 256 1400",
                        "bad images of many 512 1400");
        try (Dataset opened = Datasets.open(spec, dir.resolve("cache"), 0)) {
            assertThat(opened.train().size()
                            + opened.val().size()
                            + opened.test().size())
                    .isEqualTo(2 * EACH - 2);
        }
    }
}
