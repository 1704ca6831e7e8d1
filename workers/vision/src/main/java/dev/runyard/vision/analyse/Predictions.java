package dev.runyard.vision.analyse;

import dev.runyard.vision.data.source.ImageFolder;
import dev.runyard.vision.feed.Feed;
import dev.runyard.vision.feed.Inference;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.plot.Bars;
import dev.runyard.vision.train.TrainedRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;

/**
 * The classes of images without labels, in any folders: a PGN trained on several data sets at once needs no word on which of them an
 * image belongs to (paper's multi-dataset section).
 */
final class Predictions {
    private static final int BATCH = 64;

    private final TrainedRun run;

    Predictions(TrainedRun run) {
        this.run = run;
    }

    void run(Path folder, Output out, DoubleConsumer progress) throws IOException {
        try (ImageFolder images = ImageFolder.open(folder)) {
            run(images, out, progress);
        }
    }

    private void run(ImageFolder images, Output out, DoubleConsumer progress) throws IOException {
        List<String> files = images.names();
        int classes = run.classNames().size();
        double[] counts = new double[classes];
        List<List<?>> rows = new ArrayList<>(
                List.of(List.of("image", "class", "probability", "second_class", "second_probability")));
        int side = run.imageSize();
        Feed feed = Feed.of(
                files.size(), side, run.normalisation(), i -> run.transform().of(images.decode(files.get(i)), side));
        Inference.over(feed, BATCH, Inference.Pace.FULL, (batch, from, n) -> {
            float[] shares = Torch.read(run.model().scores(batch).softmax(-1)); // [n, C]
            for (int i = 0; i < n; i++) {
                int first = best(shares, i * classes, classes, -1);
                int second = classes == 1 ? first : best(shares, i * classes, classes, first);
                counts[first]++;
                rows.add(List.of(
                        files.get(from + i),
                        run.classNames().get(first),
                        shares[i * classes + first],
                        run.classNames().get(second),
                        shares[i * classes + second]));
            }
            progress.accept((from + n) / (double) files.size());
        });
        out.number("images", files.size());
        out.number(
                "classes predicted",
                IntStream.range(0, classes).filter(c -> counts[c] > 0).count());
        out.table("predictions.csv", rows);
        List<String> names = classes <= 44 ? run.classNames() : List.of();
        String title = "Predicted classes of " + files.size() + " images";
        out.figure("predictions", new Bars(title, "class", "images", names, counts, null, Double.NaN, "").figure());
    }

    private static int best(float[] shares, int at, int classes, int without) {
        int best = without == 0 ? 1 : 0;
        for (int c = 0; c < classes; c++) {
            if (c != without && shares[at + c] > shares[at + best]) {
                best = c;
            }
        }
        return best;
    }
}
