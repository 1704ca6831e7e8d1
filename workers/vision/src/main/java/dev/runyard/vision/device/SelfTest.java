package dev.runyard.vision.device;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.convolutional.Conv2d;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.model.BackboneSpec;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.nd.Tape;
import dev.runyard.vision.nd.Torch;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether a device computes what training needs, by results that are known: of whole numbers, which every precision holds exactly.
 * As a program it is a process of its own, so that natives that crash or hang take nobody along.
 */
public final class SelfTest {
    private static final int SIDE_CUDA = 4_096;
    private static final int SIDE_CPU = 768;
    private static final int ROUNDS = 5;

    private SelfTest() {}

    /**
     * One check.
     *
     * @param gigaflops done a second, in 10^9 operations; 0 where none is measured
     * @param fault what went wrong; null when nothing did
     */
    public record Check(
            String name, double gigaflops, @Nullable String fault) {}

    /**
     * Loads the natives and computes something small, so that a device that cannot is known before anything begins on it.
     *
     * @throws RuntimeException or LinkageError, see {@link CudaFault#line}
     */
    public static void begin(String device) {
        Torch.use(device);
        Torch.enter();
        if (!device.equals("cpu")) {
            product(64);
        }
    }

    /** All checks, on the device that {@link #begin} was called with. */
    public static List<Check> deep(String device) {
        int side = device.equals("cpu") ? SIDE_CPU : SIDE_CUDA;
        List<Check> out = new ArrayList<>();
        out.add(check("matrix product", () -> product(side)));
        out.add(check("convolution", SelfTest::convolution));
        out.add(check("backward pass", SelfTest::backward));
        out.add(check("bf16 in one call", SelfTest::fused));
        return List.copyOf(out);
    }

    private static Check check(String name, DoubleSupplier work) {
        try {
            return new Check(name, work.getAsDouble(), null);
        } catch (RuntimeException | LinkageError e) {
            return new Check(name, 0, CudaFault.line(e));
        }
    }

    /** Of matrices of ones; gigaflops. */
    private static double product(int side) {
        try (NDManager manager = Torch.manager()) {
            NDArray ones = manager.ones(new Shape(side, side));
            expect(side, first(ones.matMul(ones)));
            long begin = System.nanoTime();
            NDArray last = ones;
            for (int i = 0; i < ROUNDS; i++) {
                last = ones.matMul(ones);
            }
            expect(side, first(last)); // waits for the device
            return 2.0 * side * side * side * ROUNDS / (System.nanoTime() - begin);
        }
    }

    private static double convolution() {
        try (NDManager manager = Torch.manager()) {
            NDArray images = manager.ones(new Shape(4, 16, 32, 32));
            NDArray kernel = manager.ones(new Shape(8, 16, 3, 3));
            expect(
                    16 * 9,
                    first(Conv2d.conv2d(images, kernel, null, new Shape(1, 1), new Shape(0, 0), new Shape(1, 1))
                            .singletonOrThrow()));
            return 0;
        }
    }

    private static double backward() {
        try (NDManager manager = Torch.manager()) {
            NDArray leaf = manager.full(new Shape(8), 3f, DataType.FLOAT32);
            leaf.setRequiresGradient(true);
            try (Tape tape = new Tape()) {
                tape.backward(leaf.mul(leaf).sum());
            }
            expect(6, first(leaf.getGradient()));
            return 0;
        }
    }

    /** The shipped backbone in bf16 and in fp32 see the same image alike. */
    private static double fused() {
        float[] exact = embedding(BackboneSpec.Precision.FP32);
        float[] fast = embedding(BackboneSpec.Precision.BF16);
        double dot = 0;
        double a = 0;
        double b = 0;
        for (int i = 0; i < exact.length; i++) {
            dot += (double) exact[i] * fast[i];
            a += (double) exact[i] * exact[i];
            b += (double) fast[i] * fast[i];
        }
        double cosine = dot / Math.sqrt(a * b);
        if (!(cosine > 0.99)) {
            throw new IllegalStateException(
                    String.format(Locale.ROOT, "bf16 and fp32 differ, their cosine is %.4f and not 1", cosine));
        }
        return 0;
    }

    private static float[] embedding(BackboneSpec.Precision precision) {
        try (FrozenBackbone backbone = FrozenBackbone.open(BackboneSpec.SMALL);
                NDManager manager = Torch.manager()) {
            int side = backbone.shape().imageSize();
            NDArray image = manager.linspace(-1f, 1f, 3 * side * side).reshape(1, 3, side, side);
            return Torch.read(backbone.in(precision).encode(image, null, false).embedding());
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static double first(NDArray array) {
        return Torch.read(array.flatten().get(0))[0];
    }

    private static void expect(double expected, double found) {
        if (expected != found) {
            throw new IllegalStateException(
                    "it computes " + found + " where " + expected + " is right; do not trust it");
        }
    }

    /** {@code DEVICE}: the checks as JSON, one a line; the natives by this process's environment and home. */
    public static void main(String[] arguments) {
        Devices.Choice choice = Devices.here(System.getenv(), java.nio.file.Path.of(arguments[1]))
                .choose(arguments[0]);
        choice.natives().apply();
        long begin = System.nanoTime();
        Check load;
        try {
            begin(choice.device().spelled());
            load = new Check("load", 0, null);
        } catch (RuntimeException | LinkageError e) {
            load = new Check("load", 0, CudaFault.line(e));
        }
        List<Check> all = new ArrayList<>(List.of(load));
        if (load.fault() == null) {
            all.addAll(deep(choice.device().spelled()));
        }
        Map<String, Object> said = Map.of(
                "checks", all, "torch", choice.natives().version(), "seconds", (System.nanoTime() - begin) / 1e9);
        System.out.println(Json.canonical(said));
    }
}
