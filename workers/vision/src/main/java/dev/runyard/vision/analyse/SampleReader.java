package dev.runyard.vision.analyse;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.vision.analyse.Sample.Mixtures;
import dev.runyard.vision.backbone.vit.VisionTransformer.Encoding;
import dev.runyard.vision.backbone.vit.VitShape;
import dev.runyard.vision.data.Dataset;
import dev.runyard.vision.data.Split;
import dev.runyard.vision.feed.Feed;
import dev.runyard.vision.feed.Inference;
import dev.runyard.vision.image.Draws;
import dev.runyard.vision.method.PromptNetwork;
import dev.runyard.vision.method.PromptNetwork.Prompts;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.train.TrainedRun;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/** Shows test images to a trained run and keeps what its parts say. */
final class SampleReader {
    private static final int BATCH = 64;
    private static final double HEAP_SHARE = 0.7;

    private final TrainedRun run;
    private final List<Dataset> datasets;
    private final List<String> sourceNames;

    /** @param sourceNames of the data sets, all different */
    SampleReader(TrainedRun run, List<Dataset> datasets, List<String> sourceNames) {
        this.run = run;
        this.datasets = datasets;
        this.sourceNames = sourceNames;
    }

    private record Place(int source, int image) {}

    /** What grows with each batch; arrays are made when their widths are known. */
    private static final class Kept {
        private final int n;
        private float @Nullable [] values;
        private int width;

        Kept(int n) {
            this.n = n;
        }

        void put(int from, int count, float[] batch) {
            width = batch.length / count;
            if (values == null) {
                values = new float[Math.multiplyExact(n, width)];
            }
            System.arraycopy(batch, 0, values, from * width, batch.length);
        }

        @Nullable
        Points points() {
            return values == null ? null : new Points(n, width, values);
        }
    }

    /** @throws InvalidSpec when the images do not fit into memory */
    Sample read(int limit, long seed, DoubleConsumer progress) throws IOException {
        List<Place> places = places(limit, seed);
        int n = places.size();
        fit(n);
        int side = run.imageSize();
        byte[][] pictures = new byte[n][];
        Kept plain = new Kept(n);
        Kept prompted = new Kept(n);
        Kept prompts = new Kept(n);
        Kept coefficients = new Kept(n);
        Kept plainAttention = new Kept(n);
        Kept promptedAttention = new Kept(n);
        Feed feed = Feed.of(n, side, run.normalisation(), i -> {
            Place place = places.get(i);
            byte[] rgb = split(place).pixels(place.image(), side);
            pictures[i] = rgb;
            return rgb;
        });
        Inference.over(feed, BATCH, Inference.Pace.FULL, (batch, from, count) -> {
            keep(run.backbone().encode(batch, null, true), from, count, plain, plainAttention);
            Prompts made = run.model().prompts(run.model().parameters(), batch);
            if (made != null) {
                prompts.put(from, count, Torch.read(made.prompts()));
                if (made.coefficients() != null) {
                    coefficients.put(from, count, Torch.read(made.coefficients()));
                }
                keep(run.backbone().encode(batch, made.prompts(), true), from, count, prompted, promptedAttention);
            }
            progress.accept((double) (from + count) / n);
        });
        int k = prompts.width / run.backbone().shape().width();
        return sample(
                places, side, pictures, k, plain, prompted, prompts, coefficients, plainAttention, promptedAttention);
    }

    private Sample sample(
            List<Place> places,
            int side,
            byte[][] pictures,
            int k,
            Kept plain,
            Kept prompted,
            Kept prompts,
            Kept coefficients,
            Kept plainAttention,
            Kept promptedAttention) {
        List<String> classNames = new ArrayList<>();
        int[] firstClass = new int[datasets.size()];
        for (int s = 0; s < datasets.size(); s++) {
            firstClass[s] = classNames.size();
            for (String name : datasets.get(s).classNames()) {
                classNames.add(datasets.size() == 1 ? name : sourceNames.get(s) + ": " + name);
            }
        }
        int[] labels = places.stream()
                .mapToInt(p -> firstClass[p.source()] + split(p).label(p.image()))
                .toArray();
        Points mixed = coefficients.points();
        return new Sample(
                places.stream().map(p -> split(p).name(p.image())).toList(),
                classNames,
                labels,
                sourceNames,
                places.stream().mapToInt(Place::source).toArray(),
                side,
                pictures,
                Objects.requireNonNull(plain.points()),
                prompted.points(),
                prompts.points(),
                k,
                mixed == null ? null : new Mixtures(k, mixed, library()),
                Objects.requireNonNull(plainAttention.points()),
                promptedAttention.points());
    }

    private Points library() {
        NDArray tokens = run.model().parameters().get(PromptNetwork.LIBRARY);
        return new Points(
                Math.toIntExact(tokens.getShape().get(0)),
                Math.toIntExact(tokens.getShape().get(1)),
                Torch.read(tokens));
    }

    private static void keep(Encoding encoding, int from, int count, Kept embedding, Kept attention) {
        embedding.put(from, count, Torch.read(encoding.embedding()));
        NDArray looks = Objects.requireNonNull(encoding.attention()); // [n, h, T]
        attention.put(from, count, Torch.read(looks.mean(new int[] {1})));
    }

    private Split split(Place place) {
        return datasets.get(place.source()).test();
    }

    /** All test images, or as many as the limit allows, drawn by the seed; in the data sets' own order. */
    private List<Place> places(int limit, long seed) {
        List<Place> all = new ArrayList<>();
        for (int s = 0; s < datasets.size(); s++) {
            for (int i = 0; i < datasets.get(s).test().size(); i++) {
                all.add(new Place(s, i));
            }
        }
        if (all.size() <= limit) {
            return all;
        }
        int[] order = new Draws(seed, 0, -2).order(0, all.size());
        return Arrays.stream(order, 0, limit).sorted().mapToObj(all::get).toList();
    }

    private void fit(int n) {
        VitShape shape = run.backbone().shape();
        NDArray library = run.model().parameters().find(PromptNetwork.LIBRARY);
        long tokens = library == null ? 0 : library.getShape().get(0);
        long image = 3L * shape.imageSize() * shape.imageSize() + 4L * 2 * shape.embedding();
        long k = prompts();
        image += 4 * k * (shape.width() + tokens) + 4L * (2L * shape.tokens() + k);
        long heap = Runtime.getRuntime().maxMemory();
        if (n * image > HEAP_SHARE * heap || n * k * Math.max(shape.width(), tokens) > Integer.MAX_VALUE) {
            throw new InvalidSpec(
                    "OUT_OF_RANGE",
                    "limit",
                    n,
                    "images need " + (n * image >> 20) + " MiB, and Java may use " + (heap >> 20),
                    "lower --limit, or raise the heap with RUNYARD_JAVA_OPTS=-Xmx…");
        }
    }

    /** K, asked with one grey image. */
    private long prompts() {
        int side = run.imageSize();
        try (NDManager manager = Torch.manager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray grey = Torch.floats(manager, new float[3 * side * side], 1, 3, side, side);
            Prompts made = run.model().prompts(run.model().parameters(), grey);
            return made == null ? 0 : made.prompts().getShape().get(1);
        }
    }
}
