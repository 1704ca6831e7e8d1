package dev.runyard.vision.backbone;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.tensor.DType;
import dev.runyard.vision.tensor.SafetensorsWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tower whose weights, 1.2 GB, are more than Java may have: they are the engine's. */
class LargeBackboneTest {
    private static final int WIDTH = 1_024;
    private static final int DEPTH = 24;
    private static final short ONE = 0x3c00; // in half precision
    private static final long NEEDED = 5L << 30;

    @Test
    void vitL14LoadsInAHeapOf384Megabytes(@TempDir Path dir) throws Exception {
        Assumptions.assumeTrue(available() > NEEDED && dir.toFile().getUsableSpace() > NEEDED / 4, "memory and disk");
        Path file = write(dir.resolve("vit-l-14.safetensors"));
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-Xmx384m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LargeBackboneTest.class.getName(),
                        file.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said).contains("embeds 1024 numbers");
    }

    /** In the other process: opens it and embeds an image. */
    public static void main(String[] arguments) throws IOException {
        Torch.enter();
        try (FrozenBackbone backbone = FrozenBackbone.open(arguments[0]);
                NDManager manager = Torch.manager()) {
            float[] embedding = Torch.read(backbone.encode(
                            manager.randomNormal(0, 1, new Shape(1, 3, 224, 224), DataType.FLOAT32), null, false)
                    .embedding());
            for (float value : embedding) {
                if (!Float.isFinite(value)) {
                    throw new IllegalStateException("not finite");
                }
            }
            System.out.println("embeds " + embedding.length + " numbers");
        }
    }

    private static long available() throws IOException {
        return Files.readAllLines(Path.of("/proc/meminfo")).stream()
                .filter(line -> line.startsWith("MemAvailable:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1_024)
                .findFirst()
                .orElse(0);
    }

    /** By timm's names, random, in half precision: a file of 600 MB. */
    private static Path write(Path file) throws IOException {
        SafetensorsWriter out = new SafetensorsWriter();
        random(out, "patch_embed.proj.weight", WIDTH, 3, 14, 14);
        random(out, "patch_embed.proj.bias", WIDTH);
        random(out, "cls_token", 1, 1, WIDTH);
        random(out, "pos_embed", 1, 257, WIDTH);
        for (int i = 0; i < DEPTH; i++) {
            String block = "blocks." + i + ".";
            norm(out, block + "norm1");
            linear(out, block + "attn.qkv", 3 * WIDTH, WIDTH);
            linear(out, block + "attn.proj", WIDTH, WIDTH);
            norm(out, block + "norm2");
            linear(out, block + "mlp.fc1", 4 * WIDTH, WIDTH);
            linear(out, block + "mlp.fc2", WIDTH, 4 * WIDTH);
        }
        norm(out, "norm");
        out.write(file);
        return file;
    }

    private static void norm(SafetensorsWriter out, String name) {
        ByteBuffer ones = ByteBuffer.allocate(2 * WIDTH).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < WIDTH; i++) {
            ones.putShort(ONE);
        }
        out.raw(name + ".weight", DType.F16, new long[] {WIDTH}, ones::array);
        random(out, name + ".bias", WIDTH);
    }

    private static void linear(SafetensorsWriter out, String name, long rows, long columns) {
        random(out, name + ".weight", rows, columns);
        random(out, name + ".bias", rows);
    }

    /** Within ±0.03. */
    private static void random(SafetensorsWriter out, String name, long... shape) {
        int count = 1;
        for (long axis : shape) {
            count *= (int) axis;
        }
        int bytes = 2 * count;
        out.raw(name, DType.F16, shape, () -> {
            byte[] values = new byte[bytes];
            new Random(name.hashCode()).nextBytes(values);
            for (int i = 1; i < bytes; i += 2) {
                values[i] = (byte) (values[i] & 0xa7); // sign, and an exponent of at most 9: below 2^-5
            }
            return values;
        });
    }
}
