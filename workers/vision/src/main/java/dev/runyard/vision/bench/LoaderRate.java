package dev.runyard.vision.bench;

import ai.djl.ndarray.NDManager;
import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.spec.training.Augment;
import dev.runyard.vision.data.Dataset;
import dev.runyard.vision.data.Datasets;
import dev.runyard.vision.data.Split;
import dev.runyard.vision.feed.Upload;
import dev.runyard.vision.image.Decoders;
import dev.runyard.vision.image.Draws;
import dev.runyard.vision.image.Normalisation;
import dev.runyard.vision.nd.Torch;
import java.awt.image.BufferedImage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import javax.imageio.ImageIO;

/**
 * How many images a second the loader makes of JPEG files, with the PGN code's augmentations, for each line "loader" on standard input:
 * one pass over the files, decoded each time, or "kept" with the pixels that an earlier pass kept. With {@code --write} it makes the
 * files first. {@code --data FOLDER [--write] [--images N] [--pixels P] [--size S] [--batch N] [--device D]}
 */
public final class LoaderRate {
    private static final double ASPECT = 0.75;

    private LoaderRate() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(Options.text(arguments, "--data", ""));
        int images = Options.whole(arguments, "--images", 512);
        if (String.join(" ", arguments).contains("--write")) {
            write(folder, images, Options.whole(arguments, "--pixels", 500));
            return;
        }
        int size = Options.whole(arguments, "--size", 224);
        int batch = Options.whole(arguments, "--batch", 64);
        Torch.use(Options.device(arguments, "cpu"));
        Torch.enter();
        Path cache = Files.createTempDirectory("runyard-loader");
        DatasetSpec spec = new DatasetSpec("folder", folder.toString(), null, null, null);
        double base = TrainStep.peak();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (Dataset kept = Datasets.open(spec, cache, 0)) {
            int epoch = 0;
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                boolean fromFiles = line.equals("loader");
                Path empty = fromFiles ? Files.createTempDirectory(cache, "pass") : cache;
                try (Dataset fresh = fromFiles ? Datasets.open(spec, empty, 0) : null) {
                    Split split = (fresh == null ? kept : fresh).train();
                    split.pixels(0, size); // opens the cache
                    long begin = System.nanoTime();
                    pass(split, size, batch, epoch++);
                    double seconds = (System.nanoTime() - begin) / 1e9;
                    TrainStep.print((long) (seconds * 1e9), base, split.size() / seconds);
                }
            }
        }
    }

    private static void pass(Split split, int size, int batch, int epoch) throws IOException {
        Upload upload = new Upload();
        for (int from = 0; from < split.size(); from += batch) {
            int first = from;
            try (NDManager manager = Torch.manager()) {
                upload.images(manager, Math.min(batch, split.size() - from), size, Normalisation.CLIP, i -> {
                    int image = first + i;
                    return split.augmented(image, size, Augment.PGN, new Draws(0, epoch, image));
                });
            }
        }
    }

    /** Photographs would not be ours to give; smooth noise is as hard to decode. Half of the images of each class are train. */
    private static void write(Path folder, int images, int pixels) throws IOException {
        Decoders.each(2 * images, i -> {
            Path file = folder.resolve("class" + i % 2 + "/" + i + ".jpg");
            Files.createDirectories(file.toAbsolutePath().getParent());
            Random random = new Random(i);
            int width = pixels;
            int height = (int) (pixels * ASPECT);
            BufferedImage small = new BufferedImage(width / 6, height / 6, BufferedImage.TYPE_INT_RGB);
            for (int y = 0; y < small.getHeight(); y++) {
                for (int x = 0; x < small.getWidth(); x++) {
                    small.setRGB(x, y, random.nextInt(1 << 24));
                }
            }
            BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
            image.createGraphics()
                    .drawImage(small.getScaledInstance(width, height, java.awt.Image.SCALE_SMOOTH), 0, 0, null);
            ImageIO.write(image, "jpg", file.toFile());
        });
    }
}
