package dev.runyard.vision.invert;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.vision.backbone.weights.WeightsException;
import dev.runyard.vision.client.BundleManifest;
import dev.runyard.vision.client.ClientBundle;
import dev.runyard.vision.client.PatchLayout;
import dev.runyard.vision.data.Split;
import dev.runyard.vision.image.TestTransform;
import dev.runyard.vision.method.PromptNetwork.Prompts;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.place.Places;
import dev.runyard.vision.train.TrainedRun;
import dev.runyard.vision.train.input.OpenDatasets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A trained run with latent prompts becomes a client bundle that sends pixels (paper §3.3; science reference §3): checks that it can be
 * done, inverts, writes, reads back, and compares both ways on the run's own test images.
 */
public final class Invert {
    /** Largest difference of what was read back to the exact patches, as a share of the largest value. */
    private static final double FAITHFUL = 1e-4;

    private static final int TIMED = 20;

    private final InvertRequest request;
    private final Places places;

    /** @param places where data sets and weights are that the run names */
    public Invert(InvertRequest request, Places places) {
        this.request = request;
        this.places = places;
    }

    /**
     * @param progress hears the share done, 0 to 1
     * @throws InvalidSpec when the run's prompts cannot be inverted: no prompts, no full rows, or no inverse
     * @throws WeightsException when there is no finished run, or the bundle did not survive its writing
     * @throws IOException when files cannot be read or written
     */
    public InversionReport run(DoubleConsumer progress) throws IOException {
        Torch.enter();
        refuseOther(request.out());
        try (TrainedRun run = TrainedRun.open(request.run(), places)) {
            if (!run.transform().equals(TestTransform.PGN)) {
                throw new InvalidSpec(
                        "NOT_APPLICABLE",
                        "run",
                        request.run(),
                        "is shown images by backbone.transform: native, and a client resizes them as the PGN code does",
                        "invert a run with transform: pgn");
            }
            PatchLayout layout = new PatchLayout(
                    run.backbone().shape().imageSize(), run.backbone().shape().patch(), prompts(run));
            PatchInverse inverse = InverseCache.of(run.backbone(), request.inverses());
            progress.accept(0.1);
            Inversion inversion = new Inversion(run.backbone(), inverse, layout, request.policy());
            new BundleWriter(run, inversion, request.policy(), request.out()).write();
            progress.accept(0.2);
            try (ClientBundle bundle = ClientBundle.open(request.out())) {
                Split test = run.ownData(request.dataCache()).test();
                int images = Math.min(request.compare(), test.size());
                verify(
                        run,
                        inversion,
                        bundle,
                        images == 0 ? grey(run) : run.batch(test, 0, 1).values());
                Comparison comparison = new Comparison(run, bundle);
                comparison.over(test, images, done -> progress.accept(0.2 + 0.8 * done));
                progress.accept(1);
                return report(run, inverse, bundle, comparison);
            }
        }
    }

    /** A folder of something else stays as it is. */
    private static void refuseOther(Path out) throws IOException {
        if (Files.isRegularFile(out) || (Files.isDirectory(out) && !Files.exists(out.resolve(BundleManifest.FILE)))) {
            boolean empty = Files.isDirectory(out);
            if (empty) {
                try (java.util.stream.Stream<Path> files = Files.list(out)) {
                    empty = files.findAny().isEmpty();
                }
            }
            if (!empty) {
                throw new InvalidSpec(
                        "NOT_EMPTY", "out", out, "holds something that is no bundle", "give a new folder");
            }
        }
    }

    /** K. */
    private static int prompts(TrainedRun run) {
        try (NDManager manager = Torch.manager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            int side = run.imageSize();
            NDArray image = manager.zeros(new Shape(1, 3, side, side), DataType.FLOAT32);
            Prompts made = run.model().prompts(run.model().parameters(), image);
            if (made == null) {
                throw new InvalidSpec(
                        "NOT_APPLICABLE",
                        "method",
                        Json.canonical(run.spec().method()),
                        "makes no prompts behind the patches, so there is nothing to invert",
                        "invert a run of method pgn or iip");
            }
            return Math.toIntExact(made.prompts().getShape().get(1));
        }
    }

    private static float[] grey(TrainedRun run) {
        return new float[3 * run.imageSize() * run.imageSize()];
    }

    /** Network and inverted library in single precision, against W⁺ of the latent prompts in double. */
    private void verify(TrainedRun run, Inversion inversion, ClientBundle bundle, float[] image) throws IOException {
        PatchLayout layout = inversion.layout();
        double[][] exact = inversion.patches(latent(run, image));
        float[] flat = new float[exact.length * layout.length()];
        double largest = 0;
        for (int i = 0; i < flat.length; i++) {
            flat[i] = (float) exact[i / layout.length()][i % layout.length()];
            largest = Math.max(largest, Math.abs(flat[i]));
        }
        float[] wanted = layout.below(image, flat, 1, inversion.compensation());
        float[] got = bundle.taller(image, 1);
        for (int i = 0; i < wanted.length; i++) {
            if (!(Math.abs(wanted[i] - got[i]) <= FAITHFUL * Math.max(1, largest))) {
                throw new WeightsException(request.out() + ": the bundle does not reproduce the prompts of its run ("
                        + got[i] + " instead of " + wanted[i] + ")");
            }
        }
    }

    private static float[] latent(TrainedRun run, float[] image) {
        try (NDManager manager = Torch.manager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray pixels = Torch.floats(manager, image, 1, 3, run.imageSize(), run.imageSize());
            Prompts made = run.model().prompts(run.model().parameters(), pixels);
            return made == null ? new float[0] : Torch.read(made.prompts());
        }
    }

    private InversionReport report(TrainedRun run, PatchInverse inverse, ClientBundle bundle, Comparison comparison)
            throws IOException {
        PatchLayout layout = bundle.layout();
        long added = (long) (layout.height() - layout.imageSize()) * layout.imageSize();
        long bytes = Files.size(request.out().resolve(BundleManifest.FILE));
        for (BundleManifest.Content content : bundle.manifest().files().values()) {
            bytes += content.size();
        }
        return new InversionReport(
                run.backbone().sha256(),
                request.policy(),
                layout.patch(),
                inverse.width(),
                layout.perRow(),
                layout.prompts(),
                layout.rows(),
                layout.imageSize(),
                layout.height(),
                inverse.condition(),
                inverse.residual(Torch.read(run.backbone().tensor("patch_embed.weight"))),
                added,
                100.0 * added / ((long) layout.imageSize() * layout.imageSize()),
                bytes,
                milliseconds(bundle),
                comparison.images(),
                comparison.range(),
                comparison.largest(),
                comparison.latentTop1(),
                comparison.asFloat(),
                comparison.asEightBit(),
                run.backbone().assumption().orElse(null));
    }

    /** Median time of one image through the client's side, after as many to warm up. */
    private static double milliseconds(ClientBundle bundle) {
        int side = bundle.layout().imageSize();
        float[] image = new float[3 * side * side];
        double[] times = new double[TIMED];
        for (int i = 0; i < 2 * TIMED; i++) {
            long begin = System.nanoTime();
            bundle.taller(image, 1);
            times[i % TIMED] = (System.nanoTime() - begin) / 1e6;
        }
        Arrays.sort(times);
        return times[TIMED / 2];
    }

    /** Pictures for a report: see {@link Preview}; null when the data set has no test image. */
    public @Nullable Path picture(Path file) throws IOException {
        try (TrainedRun run = TrainedRun.open(request.run(), places);
                ClientBundle bundle = ClientBundle.open(request.out())) {
            Split test = OpenDatasets.open(run.data(), request.dataCache()).test();
            int[] shown = shown(test, run.classNames().size());
            if (shown.length == 0) {
                return null;
            }
            int length = 3 * run.imageSize() * run.imageSize();
            float[] images = new float[shown.length * length];
            for (int i = 0; i < shown.length; i++) {
                System.arraycopy(run.batch(test, shown[i], 1).values(), 0, images, i * length, length);
            }
            List<String> labels = Arrays.stream(shown)
                    .mapToObj(i -> run.classNames().get(test.label(i)))
                    .toList();
            String name = String.valueOf(file.getFileName()).replaceAll("\\.png$", "");
            Path folder = Objects.requireNonNull(file.toAbsolutePath().getParent());
            new Preview(bundle, bundle.taller(images, shown.length), labels)
                    .figure()
                    .write(folder, name);
            return file;
        }
    }

    /** One image of each class in turn, then a second one, as many as are shown. */
    private static int[] shown(Split test, int classes) {
        int[] seen = new int[classes];
        return IntStream.range(0, test.size())
                .mapToObj(i -> new int[] {seen[test.label(i)]++, i})
                .sorted(Comparator.comparingInt((int[] one) -> one[0]))
                .limit(Preview.IMAGES)
                .mapToInt(one -> one[1])
                .sorted()
                .toArray();
    }
}
