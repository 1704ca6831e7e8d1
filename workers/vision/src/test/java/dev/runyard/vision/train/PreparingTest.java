package dev.runyard.vision.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.report.Order;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.vision.train.input.TrainingOptions;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is made before the first step is a phase of its own: it tells how far it is, stops when told to, and goes on where it was. */
class PreparingTest {
    private static final int IMAGES = 600;

    @TempDir
    Path dir;

    /** Stops at a piece, and notes the pieces. */
    private static final class Watching extends Recorder {
        private final List<Long> train = new ArrayList<>();
        private final long stopAt;
        private final Order order;
        private boolean stops;

        Watching(long stopAt, Order order) {
            this.stopAt = stopAt;
            this.order = order;
        }

        @Override
        public void preparing(String what, long done, long of) {
            if (what.equals("features of train")) {
                train.add(done);
                stops = done >= stopAt;
                assertThat(of).isEqualTo(IMAGES);
            }
        }

        @Override
        public Order order() {
            return stops ? order : Order.CONTINUE;
        }
    }

    private static RunSpec linear() {
        ObjectNode spec = Json.mapper().createObjectNode();
        spec.putObject("dataset").put("id", "shapes").put("train", IMAGES).put("test", 10);
        spec.putObject("method").put("kind", "linear");
        spec.putObject("schedule").put("epochs", 1).put("warmupEpochs", 0);
        return Json.read(spec.put("batchSize", 64).put("augment", "none"), RunSpec.class);
    }

    private Outcome run(String name, String cache, Recorder listener) {
        return new Training(linear(), dir.resolve(name), TrainingOptions.cpu(dir.resolve(cache))).run(listener);
    }

    @Test
    void featuresArePausedAndGoneOnWith() {
        Watching paused = new Watching(540, Order.PAUSE);
        assertThat(run("run", "cache", paused)).isEqualTo(new Outcome.GivenBack(0, Outcome.Cause.PAUSE));
        assertThat(paused.resumed).as("no step was begun").isEqualTo(-1);
        assertThat(paused.train.get(0)).isZero();
        Watching cancelled = new Watching(0, Order.CANCEL);
        assertThat(run("run", "cache", cancelled)).isEqualTo(new Outcome.GivenBack(0, Outcome.Cause.CANCEL));

        Watching resumed = new Watching(Long.MAX_VALUE, Order.CONTINUE);
        assertThat(run("run", "cache", resumed)).isInstanceOf(Outcome.Finished.class);
        assertThat(resumed.train.get(0)).as("what was made is made").isEqualTo(512);
        Watching undisturbed = new Watching(Long.MAX_VALUE, Order.CONTINUE);
        run("other", "other-cache", undisturbed);
        assertThat(undisturbed.train.get(0)).isZero();
        assertThat(resumed.metrics.get("test/loss")).isEqualTo(undisturbed.metrics.get("test/loss"));
    }

    /** A folder with many files is read before there is anything else to stop. */
    @Test
    void theOpeningOfADataSetIsHeardTooAndStops() throws IOException {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(2, 2, BufferedImage.TYPE_INT_RGB), "png", png);
        for (String name : List.of("a", "b")) {
            Path folder = Files.createDirectories(dir.resolve("data").resolve(name));
            for (int i = 0; i < 700; i++) {
                Files.write(folder.resolve(i + ".png"), png.toByteArray());
            }
        }
        ObjectNode spec = Json.mapper().createObjectNode();
        spec.putObject("dataset")
                .put("id", "folder")
                .put("root", dir.resolve("data").toString())
                .put("onBadImage", "skip");
        spec.putObject("method").put("kind", "linear");
        Recorder cancels = new Recorder(0, Order.CANCEL);
        Outcome outcome = new Training(
                        Json.read(spec, RunSpec.class), dir.resolve("run"), TrainingOptions.cpu(dir.resolve("cache")))
                .run(cancels);
        assertThat(outcome).isEqualTo(new Outcome.GivenBack(0, Outcome.Cause.CANCEL));
        assertThat(cancels.resumed).isEqualTo(-1);
    }
}
