package dev.runyard.vision.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.spec.training.Augment;
import dev.runyard.vision.data.Dataset;
import dev.runyard.vision.data.Datasets;
import dev.runyard.vision.data.Split;
import dev.runyard.vision.feed.Resident;
import dev.runyard.vision.feed.Upload;
import dev.runyard.vision.image.Decoders;
import dev.runyard.vision.image.Draws;
import dev.runyard.vision.image.Normalisation;
import dev.runyard.vision.nd.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;

/**
 * Milliseconds of one batch with the PGN code's augmentations from decoded pixels: by the loader's threads, and as tensors of images that
 * live on the device. {@code [--device D] [--batch N] [--size S] [--threads N] [--rounds N]}
 */
public final class AugmentRate {
    private AugmentRate() {}

    private interface Work {
        NDArray batch(NDManager manager, int round) throws IOException;
    }

    public static void main(String[] arguments) throws IOException {
        int batch = Options.whole(arguments, "--batch", 128);
        int size = Options.whole(arguments, "--size", 224);
        int threads = Options.whole(arguments, "--threads", 2);
        int rounds = Options.whole(arguments, "--rounds", 5);
        String device = Options.device(arguments, "cpu");
        Torch.use(device);
        Torch.enter();
        Torch.threads(threads);
        Path cache = Files.createTempDirectory("runyard-augment");
        int[] images = new int[batch];
        Arrays.setAll(images, i -> i);
        DatasetSpec shapes = new DatasetSpec("shapes", null, null, Math.max(10, batch), 10);
        try (Dataset data = Datasets.open(shapes, cache, 0);
                Resident resident =
                        Objects.requireNonNull(Resident.of(data.train(), size, Augment.PGN, (done, of) -> true))) {
            Split train = data.train();
            Upload upload = new Upload();
            double[] loader = times(
                    rounds,
                    (manager, round) -> upload.images(
                            manager,
                            batch,
                            size,
                            Normalisation.CLIP,
                            i -> train.augmented(i, size, Augment.PGN, new Draws(0, round, i))));
            double[] tensors = times(
                    rounds,
                    (manager, round) ->
                            resident.batch(manager, images, i -> new Draws(0, round, i), Normalisation.CLIP));
            System.out.printf(
                    Locale.ROOT,
                    "batch of %d at %d px on %s: loader with %d decoders %.0f ms (%.0f images/s), as tensors with %d"
                            + " thread(s) %.0f ms (%.0f images/s)%n",
                    batch,
                    size,
                    device,
                    Decoders.count(),
                    median(loader),
                    1e3 * batch / median(loader),
                    threads,
                    median(tensors),
                    1e3 * batch / median(tensors));
        }
    }

    private static double[] times(int rounds, Work work) throws IOException {
        double[] out = new double[rounds];
        for (int round = -1; round < rounds; round++) {
            try (NDManager manager = Torch.manager()) {
                long begin = System.nanoTime();
                NDArray made = work.batch(manager, round);
                Torch.read(made.get("0:1,0:1,0:1,0:1")); // waits for the device
                if (round >= 0) {
                    out[round] = (System.nanoTime() - begin) / 1e6;
                }
            }
        }
        return out;
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
