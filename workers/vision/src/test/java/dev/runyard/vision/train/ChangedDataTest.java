package dev.runyard.vision.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.spec.report.Order;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.FailureReason;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.spec.run.Task;
import dev.runyard.spec.training.Augment;
import dev.runyard.spec.training.CheckpointSpec;
import dev.runyard.spec.training.OptimizerSpec;
import dev.runyard.spec.training.PretrainSpec;
import dev.runyard.spec.training.ScheduleSpec;
import dev.runyard.vision.data.Dataset;
import dev.runyard.vision.data.Datasets;
import dev.runyard.vision.data.Split;
import dev.runyard.vision.train.input.OpenDatasets;
import dev.runyard.vision.train.input.TrainingOptions;
import dev.runyard.vision.train.report.TrainingFailure;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Data that are changed while a worker lives are noticed at the next start, also deep inside, and where size and time are kept. */
class ChangedDataTest {
    @TempDir
    Path dir;

    private Path data = Path.of("");

    @BeforeEach
    void images() throws IOException {
        data = dir.resolve("d");
        for (String name : new String[] {"cat", "dog"}) {
            Files.createDirectories(data.resolve(name));
            for (int i = 0; i < 12; i++) {
                Files.write(data.resolve(name).resolve(i + ".bmp.png"), png(name.hashCode() + i));
            }
        }
    }

    /** All of one size: what differs is one byte of an uncompressed picture. */
    private static byte[] png(int number) throws IOException {
        BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
        image.setRGB(1, 1, 0x101010 + (number & 0x3f) * 3);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, "png", out);
        byte[] bytes = java.util.Arrays.copyOf(out.toByteArray(), 200);
        return bytes;
    }

    private void change(String kind) throws IOException {
        Path image = data.resolve("cat/3.bmp.png");
        FileTime time = Files.getLastModifiedTime(image);
        switch (kind) {
            case "replaced in place, size and time kept" -> {
                Files.write(image, png(63));
                Files.setLastModifiedTime(image, time);
            }
            case "replaced by a file moved over it, size and time kept" -> {
                Path other = Files.write(dir.resolve("other"), png(63));
                Files.setLastModifiedTime(other, time);
                Files.move(other, image, StandardCopyOption.REPLACE_EXISTING);
            }
            case "deleted" -> Files.delete(image);
            case "added" -> Files.write(data.resolve("cat/99.png"), png(63));
            case "renamed" -> Files.move(image, data.resolve("cat/98.png"));
            case "moved to another class" -> Files.move(image, data.resolve("dog/97.png"));
            case "a split file added" ->
                Files.writeString(
                        data.resolve("split_zhou_x.json"),
                        "{\"train\":[[\"cat/1.bmp.png\",0,\"cat\"],[\"dog/1.bmp.png\",1,\"dog\"],"
                                + "[\"cat/5.bmp.png\",0,\"cat\"],[\"dog/5.bmp.png\",1,\"dog\"],[\"cat/6.bmp.png\",0,\"cat\"],"
                                + "[\"dog/6.bmp.png\",1,\"dog\"]],\"test\":[[\"cat/2.bmp.png\",0,\"cat\"]]}");
            default -> throw new AssertionError(kind);
        }
    }

    private RunSpec spec() {
        return new RunSpec(
                Task.PRETRAIN,
                new DatasetSpec("folder", data.toString(), null, null, null),
                null,
                null,
                null,
                new OptimizerSpec(null, 0.02, null, null),
                new ScheduleSpec(3, 0, 0.0),
                4,
                Augment.FLIP_CROP,
                7L,
                new CheckpointSpec(1, 60),
                new PretrainSpec(32, 8, 32, 2, 2),
                null);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "replaced in place, size and time kept",
                "replaced by a file moved over it, size and time kept",
                "deleted",
                "added",
                "renamed",
                "moved to another class",
                "a split file added"
            })
    void aPausedRunDoesNotGoOnWithOtherData(String kind) throws IOException {
        TrainingOptions options = TrainingOptions.cpu(dir.resolve("cache"));
        Outcome paused = new Training(spec(), dir.resolve("run"), options).run(new Recorder(4, Order.PAUSE));
        assertThat(paused).isInstanceOf(Outcome.GivenBack.class);
        change(kind);
        assertThatThrownBy(() -> new Training(spec(), dir.resolve("run"), options).run(new Recorder()))
                .isInstanceOfSatisfying(TrainingFailure.class, e -> {
                    assertThat(e.reason()).isEqualTo(FailureReason.DATA);
                    assertThat(e).hasMessageContaining("DATA_CHANGED").hasMessageContaining("start a new run");
                });
    }

    @Test
    void whatWasOnlyTouchedGoesOn() throws IOException {
        TrainingOptions options = TrainingOptions.cpu(dir.resolve("cache"));
        new Training(spec(), dir.resolve("run"), options).run(new Recorder(4, Order.PAUSE));
        Files.setLastModifiedTime(data.resolve("cat/3.bmp.png"), FileTime.fromMillis(1_000));
        Files.writeString(data.resolve("notes.txt"), "no image");
        assertThat(new Training(spec(), dir.resolve("run"), options).run(new Recorder()))
                .isInstanceOf(Outcome.Finished.class);
    }

    /** Of what is too much to be read whole, both ends are read; what training read meanwhile says the rest. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aChangeInTheMiddleOfOneOfTooManyBytesIsNoticed(boolean anotherProcess) throws Exception {
        try (FileChannel film =
                FileChannel.open(data.resolve("film.mov"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            film.write(ByteBuffer.wrap(new byte[1]), 2L << 30); // a hole, and one byte
        }
        Path image = data.resolve("cat/3.bmp.png");
        byte[] large = java.util.Arrays.copyOf(Files.readAllBytes(image), 20_000);
        Files.write(image, large);
        FileTime time = Files.getLastModifiedTime(image);
        DatasetSpec spec = new DatasetSpec("folder", data.toString(), null, null, null);
        Path cache = dir.resolve("cache");
        Thread.sleep(2_500); // what was changed just before it is read is not remembered
        String hash;
        try (Dataset first = Datasets.open(spec, cache, 0)) {
            hash = first.hash();
            for (Split part : List.of(first.train(), first.val(), first.test())) {
                for (int i = 0; i < part.size(); i++) {
                    part.pixels(i);
                }
            }
        }
        if (anotherProcess) { // which knows what lies in the cache, and nothing else
            Path copy = Files.createDirectories(dir.resolve("copy"));
            try (Stream<Path> files = Files.list(cache)) {
                for (Path file : files.toList()) {
                    Files.copy(file, copy.resolve(file.getFileName()));
                }
            }
            cache = copy;
        }
        assertThat(hashed(spec, cache)).isEqualTo(hash);
        byte[] changed = large.clone();
        changed[10_000] = 1;
        Files.write(image, changed);
        Files.setLastModifiedTime(image, time);
        assertThat(hashed(spec, cache)).as("another content").isNotEqualTo(hash);
        assertThat(hashed(spec, cache)).as("the same again").isNotEqualTo(hash);
        Files.setLastModifiedTime(image, FileTime.fromMillis(1_000));
        assertThat(hashed(spec, cache)).as("touched").isNotEqualTo(hash);
        Files.write(image, large);
        assertThat(hashed(spec, cache)).as("put back").isEqualTo(hash);
    }

    private static String hashed(DatasetSpec spec, Path cache) throws IOException {
        try (Dataset opened = Datasets.open(spec, cache, 0)) {
            return opened.hash();
        }
    }

    @Test
    void aZipWithAnotherImageOfTheSameLengthIsNoticed() throws IOException {
        Path zip = dir.resolve("z.zip");
        zip(zip, 1);
        FileTime time = Files.getLastModifiedTime(zip);
        DatasetSpec spec = new DatasetSpec("folder", zip.toString(), null, null, null);
        String hash = OpenDatasets.open(spec, dir.resolve("cache")).hash();
        assertThat(OpenDatasets.open(spec, dir.resolve("cache")).hash()).isEqualTo(hash);
        zip(zip, 60);
        Files.setLastModifiedTime(zip, time);
        assertThat(OpenDatasets.open(spec, dir.resolve("cache")).hash()).isNotEqualTo(hash);
    }

    private static void zip(Path file, int number) throws IOException {
        Path made = Files.createTempFile(file.getParent(), "zip", "");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(made))) {
            out.setMethod(ZipOutputStream.DEFLATED);
            out.setLevel(0);
            for (String name : new String[] {"cat", "dog"}) {
                for (int i = 0; i < 5; i++) {
                    ZipEntry entry = new ZipEntry(name + "/" + i + ".png");
                    entry.setTime(0);
                    out.putNextEntry(entry);
                    out.write(png(i == 3 ? number : i));
                }
            }
        }
        Files.move(made, file, StandardCopyOption.REPLACE_EXISTING);
    }

    /** The start of an attempt may look at 100,000 files without reading one. */
    @Test
    void aLookAtManyFilesIsCheap() throws IOException {
        Path many = dir.resolve("many");
        byte[] one = png(1);
        int files = Integer.getInteger("runyard.files", 20_000);
        for (int i = 0; i < files; i++) {
            Path at = many.resolve("c" + i % 50);
            if (i < 50) {
                Files.createDirectories(at);
            }
            Files.write(at.resolve(i + ".png"), one);
        }
        DatasetSpec spec = new DatasetSpec("folder", many.toString(), null, null, null);
        Datasets.stamp(spec);
        long start = System.nanoTime();
        Datasets.stamp(spec);
        double stamp = (System.nanoTime() - start) / 1e9;
        start = System.nanoTime();
        try (Dataset first = Datasets.open(spec, dir.resolve("cache"), 0)) {
            double opened = (System.nanoTime() - start) / 1e9;
            System.out.printf("%d files: stamp %.2f s, first opening %.2f s%n", files, stamp, opened);
            assertThat(first.train().size()).isEqualTo(files / 2);
        }
        assertThat(stamp).as("seconds for %d files", files).isLessThan(10);
    }
}
