package dev.runyard.vision.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.spec.run.SpecDocument;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.data.Dataset;
import dev.runyard.vision.encoder.Backbones;
import dev.runyard.vision.feed.Resident;
import dev.runyard.vision.image.Normalisation;
import dev.runyard.vision.method.Model;
import dev.runyard.vision.method.Models;
import dev.runyard.vision.method.solver.Objective.Loss;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.train.input.Batches;
import dev.runyard.vision.train.input.OpenDatasets;
import dev.runyard.vision.train.input.Share;
import dev.runyard.vision.train.optim.Mixing;
import dev.runyard.vision.train.report.TrainingFailure;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The process of a further device of a run: for each step it takes the parameters and gives the gradients of its share of the batch. Started
 * and ended by {@link Peers}.
 */
public final class Peer {
    /** What a child has to be told again of how this process was started. */
    private static final List<String> PROPERTIES = List.of(
            "DJL_CACHE_DIR",
            "ai.djl.offline",
            "PYTORCH_FLAVOR",
            "PYTORCH_VERSION",
            "PYTORCH_LIBRARY_PATH",
            Backbones.PROPERTY,
            "org.slf4j.simpleLogger.defaultLogLevel");

    private final RunSpec spec;
    private final Share share;
    private final PeerLink link;

    private Peer(RunSpec spec, Share share, PeerLink link) {
        this.spec = spec;
        this.share = share;
        this.link = link;
    }

    /** That starts one. */
    static List<String> command(String device, int threads, Path dataCache, Share share) {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.add("-Xmx" + (Runtime.getRuntime().maxMemory() >> 20) + "m");
        for (String name : PROPERTIES) {
            String value = System.getProperty(name);
            if (value != null) {
                command.add("-D" + name + "=" + value);
            }
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Peer.class.getName(), device));
        command.addAll(List.of(
                String.valueOf(threads),
                dataCache.toString(),
                String.valueOf(share.number()),
                String.valueOf(share.of())));
        return command;
    }

    /** @param arguments device, threads, data cache, number and count of shares; the spec comes on standard input */
    public static void main(String[] arguments) throws IOException {
        PeerLink link = new PeerLink(new FileInputStream(FileDescriptor.in), new FileOutputStream(FileDescriptor.out));
        System.setOut(System.err); // what the link says is all that may stand there
        RunSpec spec = SpecDocument.stored(link.text()).spec();
        try {
            Torch.use(arguments[0]);
            Torch.enter();
            Torch.threads(Integer.parseInt(arguments[1]));
            Training.arithmetic(spec.backbone().precision());
            Share share = new Share(Integer.parseInt(arguments[3]), Integer.parseInt(arguments[4]));
            new Peer(spec, share, link).serve(Path.of(arguments[2]));
        } catch (EOFException e) {
            // the run is over, or its process is
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            link.failed(TrainingFailure.of(e, spec.batchSize()));
        }
        System.exit(0); // libtorch's threads do not matter any more
    }

    private void serve(Path dataCache) throws IOException {
        FrozenBackbone backbone = Backbones.of(spec.backbone());
        Dataset data = OpenDatasets.open(spec.dataset(), dataCache).seenBy(Training.transform(spec, backbone.shape()));
        Normalisation normalisation = Training.normalisation(spec, backbone.shape());
        int side = backbone.shape().imageSize();
        Mixing mixing = new Mixing(spec.steadied(), spec.seed());
        int perEpoch = (data.train().size() + spec.batchSize() - 1) / spec.batchSize();
        try (Model model = Models.ofParts(spec, backbone, data.parts());
                Resident resident = Resident.whereItFits(data.train(), side, spec.augment(), (done, of) -> true);
                Batches batches = new Batches(
                        data.train(),
                        null,
                        resident,
                        side,
                        spec.batchSize(),
                        spec.augment(),
                        model.views(),
                        normalisation,
                        spec.seed(),
                        (long) perEpoch * spec.schedule().epochs(),
                        share,
                        mixing)) {
            link.good();
            link.put(data.hash());
            link.flush();
            Pass pass = new Pass(model, spec.microBatch(), mixing);
            while (true) {
                long step = link.number();
                float scale = link.floats()[0];
                link.each(model.parameters().byName().values(), Torch::assign);
                try (Batches.Fed fed = batches.training(step);
                        NDManager manager = Torch.manager()) {
                    NDArray factor = Torch.scalar(manager, scale);
                    Parts parts = new Parts();
                    pass.take(fed, step, loss -> loss.mul(factor), parts, leaves -> answer(leaves, parts));
                }
            }
        }
    }

    private void answer(Tensors leaves, Parts parts) {
        try {
            link.good();
            link.put(parts.heard.size());
            for (Parts.Part part : parts.heard) {
                link.put(new float[] {part.loss});
                link.put(part.labels);
                link.put(part.scores);
            }
            link.put(gradients(leaves));
            link.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** In the order of the parameters. */
    static List<NDArray> gradients(Tensors leaves) {
        List<NDArray> out = new ArrayList<>();
        leaves.byName().values().forEach(leaf -> out.add(Objects.requireNonNull(leaf.getGradient())));
        return out;
    }

    /** What the parts of this device's share measured. */
    private static final class Parts implements Pass.Heard {
        @SuppressWarnings("ArrayRecordComponent")
        private record Part(float loss, float[] labels, float[] scores) {}

        private final List<Part> heard = new ArrayList<>();

        @Override
        public void part(Loss loss, int[] labels) {
            float[] classes = new float[labels.length];
            for (int i = 0; i < labels.length; i++) {
                classes[i] = labels[i];
            }
            @Nullable NDArray scores = loss.scores();
            heard.add(
                    new Part(Torch.read(loss.mean())[0], classes, scores == null ? new float[0] : Torch.read(scores)));
        }

        @Override
        public void givenUp() {
            heard.clear();
        }
    }
}
