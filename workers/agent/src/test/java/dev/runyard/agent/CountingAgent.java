package dev.runyard.agent;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.runyard.agent.attempt.Trainer;
import dev.runyard.spec.report.Outcome;
import dev.runyard.vision.device.LocalDevice;
import dev.runyard.vision.nd.Torch;
import java.util.function.Function;

/**
 * A worker process whose training is named by its argument: {@code counting}; {@code deaf} obeys no order; {@code busy} counts while
 * libtorch computes in every step; {@code busy-deaf} computes and obeys no order; {@code spoiled} meets an error of the device.
 */
final class CountingAgent {
    private CountingAgent() {}

    public static void main(String[] arguments) {
        Trainer trainer =
                switch (arguments[0]) {
                    case "deaf" -> deaf(() -> sleep(1_000));
                    case "spoiled" ->
                        (spec, dir, listener) -> {
                            throw new EngineException("CUDA error: an illegal memory access was encountered");
                        };
                    case "busy" ->
                        (spec, dir, listener) -> computing(compute ->
                                new CountingTrainer(100_000, 1, step -> compute.run()).train(spec, dir, listener));
                    case "busy-deaf" ->
                        (spec, dir, listener) ->
                                computing(compute -> deaf(compute).train(spec, dir, listener));
                    default -> new CountingTrainer(100_000, 20, step -> {});
                };
        Agent.run(
                Settings.from(System.getenv()), new LocalDevice("cpu", "cpu", "a CPU", 1L << 30, 1, -1, null), trainer);
    }

    private static Trainer deaf(Runnable work) {
        return (spec, dir, listener) -> {
            listener.resumed(0);
            listener.progress(1, 2, 0, 1);
            while (true) {
                work.run();
            }
        };
    }

    /** Hands on a computation that spends its time in libtorch and the threads of its libraries. */
    private static Outcome computing(Function<Runnable, Outcome> training) {
        Torch.enter();
        Torch.threads(2);
        try (NDManager manager = Torch.manager()) {
            NDArray matrix = manager.ones(new Shape(700, 700));
            return training.apply(() -> {
                for (int i = 0; i < 20; i++) {
                    matrix.matMul(matrix).close();
                }
            });
        }
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
