package dev.runyard.vision.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.run.FailureReason;
import dev.runyard.vision.method.solver.Objective.Loss;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.train.input.Share;
import dev.runyard.vision.train.input.TrainingOptions;
import dev.runyard.vision.train.report.TrainingFailure;
import dev.runyard.vision.train.state.Identity;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

/**
 * The further devices of a run, each with a process of its own that learns from a share of every batch. They get the parameters before a
 * step and give gradients, which are added in the order of the devices; all else (optimiser, validation, checkpoints) is this process's
 * alone, so a resume needs nothing of them. They end when this process does.
 */
final class Peers implements AutoCloseable {
    private static final int END_SECONDS = 10;

    private final Tensors parameters;
    private final List<Other> others = new ArrayList<>();

    private record Other(String device, Process process, PeerLink link) {}

    private Peers(Tensors parameters) {
        this.parameters = parameters;
    }

    /**
     * @param devices of the run, 1 or more
     * @param parameters what the optimiser changes
     * @throws InvalidSpec when there are not as many
     */
    static Peers of(int devices, Identity identity, TrainingOptions options, Tensors parameters) throws IOException {
        List<String> offered = options.devices();
        if (devices > offered.size()) {
            throw new InvalidSpec(
                    "NOT_AVAILABLE",
                    "devices",
                    devices,
                    "is more than this worker has (" + String.join(", ", offered) + ")",
                    "give so many to train (--device), as in cuda:0,cuda:1, or use devices: " + offered.size());
        }
        Peers peers = new Peers(parameters);
        boolean good = false;
        try {
            for (int i = 1; i < devices; i++) {
                peers.others.add(started(offered.get(i), options, new Share(i, devices), identity));
            }
            for (Other other : peers.others) {
                other.link.answered(other.device);
                String hash = other.link.text();
                if (!hash.equals(identity.data())) {
                    throw new TrainingFailure(
                            FailureReason.DATA,
                            "the data set changed while " + other.device + " was opening it; retry the run");
                }
            }
            good = true;
            return peers;
        } catch (IOException e) {
            throw peers.ended(e);
        } finally {
            if (!good) {
                peers.close();
            }
        }
    }

    private static Other started(String device, TrainingOptions options, Share share, Identity identity)
            throws IOException {
        // What this process does not see is the only one that its own process sees.
        boolean unseen = TrainingOptions.UUID.matcher(device).matches();
        List<String> command = Peer.command(
                unseen ? "cuda:0" : device,
                options.threads(),
                options.dataCache().toAbsolutePath(),
                share);
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        if (unseen) {
            builder.environment().put("CUDA_VISIBLE_DEVICES", device);
        }
        Process process = builder.start();
        PeerLink link = new PeerLink(process.getInputStream(), process.getOutputStream());
        link.put(options.places().here(identity.spec()).text());
        link.flush();
        return new Other(device, process, link);
    }

    /** What of each batch this process learns from. */
    Share own() {
        return new Share(0, others.size() + 1);
    }

    /**
     * Lets the others begin.
     *
     * @param step its number, from 0
     * @param scale by which the loss is multiplied; not asked where there are no others
     */
    void begin(long step, DoubleSupplier scale) {
        try {
            for (Other other : others) {
                other.link.put(step);
                other.link.put(new float[] {(float) scale.getAsDouble()});
                other.link.put(parameters.byName().values());
                other.link.flush();
            }
        } catch (IOException e) {
            throw ended(e);
        }
    }

    /**
     * Adds what the others found.
     *
     * @param leaves with this device's gradients
     */
    void join(Tensors leaves, Pass.Heard heard) {
        try {
            for (Other other : others) {
                other.link.answered(other.device);
                for (long parts = other.link.number(); parts > 0; parts--) {
                    heard(other.link, heard);
                }
                other.link.each(Peer.gradients(leaves), NDArray::addi);
            }
        } catch (IOException e) {
            throw ended(e);
        }
    }

    private static void heard(PeerLink link, Pass.Heard heard) throws IOException {
        float[] loss = link.floats();
        float[] labels = link.floats();
        float[] scores = link.floats();
        int[] classes = new int[labels.length];
        for (int i = 0; i < classes.length; i++) {
            classes[i] = (int) labels[i];
        }
        try (NDManager manager = Torch.manager()) {
            long width = scores.length / Math.max(1, classes.length);
            heard.part(
                    new Loss(
                            Torch.scalar(manager, loss[0]),
                            scores.length == 0 ? null : Torch.floats(manager, scores, classes.length, width)),
                    classes);
        }
    }

    /** The way to one of them is broken. */
    private TrainingFailure ended(IOException fault) {
        List<String> codes = new ArrayList<>();
        for (Other other : others) {
            if (over(other.process)) {
                codes.add(other.device + " ended with code " + other.process.exitValue());
            }
        }
        return new TrainingFailure(
                FailureReason.INTERNAL,
                "a process of this run's further devices is gone (" + String.join(", ", codes)
                        + "); retry the run, which goes on from its checkpoint, or give it fewer devices",
                fault);
    }

    private static boolean over(Process process) {
        try {
            return process.waitFor(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return !process.isAlive();
        }
    }

    @Override
    public void close() {
        for (Other other : others) {
            try {
                other.link.close(); // it ends when it has nothing more to read
                if (!other.process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                    other.process.destroyForcibly();
                }
            } catch (IOException e) {
                other.process.destroyForcibly();
            } catch (InterruptedException e) {
                other.process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
    }
}
