package dev.runyard.cli.science;

import dev.runyard.cli.lab.LabHome;
import dev.runyard.cli.terminal.Failure;
import dev.runyard.cli.terminal.Progress;
import dev.runyard.cli.terminal.Table;
import dev.runyard.spec.json.Json;
import dev.runyard.vision.client.ClientBundle;
import dev.runyard.vision.client.EmbeddingClassifier;
import dev.runyard.vision.client.Prediction;
import dev.runyard.vision.client.PromptClient;
import dev.runyard.vision.data.source.ImageFolder;
import dev.runyard.vision.encoder.EncoderException;
import dev.runyard.vision.encoder.RemoteEncoder;
import dev.runyard.vision.tensor.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code runyard client}. */
@Command(
        name = "client",
        description = "Use a bundle: make the prompts of images here, have a model server embed the taller images.")
public final class ClientCommand implements Callable<Integer> {
    private static final int BATCH = 16;

    @Option(names = "--bundle", required = true, paramLabel = "B", description = "What \"runyard invert\" wrote.")
    Path bundle;

    @Option(
            names = "--server",
            required = true,
            paramLabel = "URL",
            description = "Where \"runyard serve-model\" answers.")
    String server;

    @Option(names = "--images", required = true, paramLabel = "DIR", description = "Images to read.")
    Path images;

    @Option(
            names = "--classifier",
            paramLabel = "F",
            description = "Scores of embeddings: another classifier.safetensors than the bundle's own.")
    @Nullable
    Path classifier;

    @Option(names = "--out", paramLabel = "F", description = "Safetensors to write: embedding [n,d], scores [n,C].")
    @Nullable
    Path out;

    @Option(names = "--json", description = "Print the predictions as JSON.")
    boolean json;

    @Mixin
    DeviceOption device;

    @Override
    public Integer call() throws IOException {
        device.open(LabHome.ofEnvironment());
        try (ClientBundle opened = ClientBundle.open(bundle);
                RemoteEncoder model = new RemoteEncoder(server);
                ImageFolder folder = ImageFolder.open(images);
                Progress progress = new Progress(System.err)) {
            PromptClient client = new PromptClient(opened, model);
            EmbeddingClassifier scorer =
                    classifier == null ? opened.classifier().orElse(null) : EmbeddingClassifier.read(classifier);
            int n = folder.names().size();
            int d = opened.manifest().embedding();
            if (scorer != null && scorer.embedding() != d) {
                throw Failure.badInput(
                        "the classifier takes embeddings of " + scorer.embedding() + ", the model gives " + d,
                        "give the classifier of this bundle");
            }
            float[] embeddings = new float[Math.multiplyExact(n, d)];
            for (int from = 0; from < n; from += BATCH) {
                int count = Math.min(BATCH, n - from);
                float[] part = client.embed(pixels(opened, folder, from, count), count);
                System.arraycopy(part, 0, embeddings, from * d, part.length);
                progress.show((double) (from + count) / n, (from + count) + " images");
            }
            progress.close();
            float[] scores = scorer == null ? new float[0] : scorer.scores(embeddings);
            if (out != null) {
                write(out, folder.names(), embeddings, d, scores);
            }
            say(
                    scorer == null
                            ? List.of()
                            : Prediction.of(folder.names(), opened.manifest().classNames(), scores),
                    n,
                    d);
        } catch (EncoderException e) {
            throw Failure.fault(e.code() + ": " + e.getMessage(), "check --server", e);
        }
        return 0;
    }

    /** Images {@code from} to {@code from + n - 1} as the bundle takes them: [n, 3, H, W], row-major, normalised. */
    private static float[] pixels(ClientBundle bundle, ImageFolder folder, int from, int n) throws IOException {
        int side = bundle.layout().imageSize();
        float[] out = new float[n * 3 * side * side];
        for (int i = 0; i < n; i++) {
            float[] one = bundle.pixels(folder.decode(folder.names().get(from + i)));
            System.arraycopy(one, 0, out, i * one.length, one.length);
        }
        return out;
    }

    private static void write(Path out, List<String> names, float[] embeddings, int d, float[] scores)
            throws IOException {
        int n = names.size();
        SafetensorsWriter writer = new SafetensorsWriter()
                .metadata("images", Json.canonical(names))
                .floats("embedding", new long[] {n, d}, embeddings);
        if (scores.length > 0) {
            writer.floats("scores", new long[] {n, scores.length / n}, scores);
        }
        writer.write(out);
    }

    private void say(List<Prediction> predictions, int n, int d) throws IOException {
        if (json) {
            System.out.println(Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(predictions));
            return;
        }
        if (!predictions.isEmpty()) {
            Table table = new Table("IMAGE", "CLASS", "SHARE");
            for (Prediction p : predictions) {
                table.row(p.image(), p.name(), String.format(Locale.ROOT, "%.3f", p.share()));
            }
            table.lines().forEach(System.out::println);
        }
        System.out.println(n + " images, embedding of " + d + (out == null ? "" : ": " + out));
    }
}
