package dev.runyard.vision.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged files give a {@link SafetensorsException} or a valid read, nothing else; {@code -Drunyard.fuzz=1000000} for the long form. */
class SafetensorsFuzzTest {
    private static final int ROUNDS = Integer.getInteger("runyard.fuzz", 25_000);
    private static final String[] TOKENS = {
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "null",
        "true",
        "-1",
        "1e9",
        "9223372036854775807",
        "99999999999999999999",
        "\"F32\"",
        "\"dtype\"",
        "\"shape\":[0]",
        "\\ud800",
        "\\u0000",
        "__metadata__",
        "0",
        "NaN",
        "//",
        "\n"
    };

    @TempDir
    Path dir;

    @Test
    void noMutationEscapes() throws IOException {
        Path golden = dir.resolve("golden.safetensors");
        new SafetensorsWriter()
                .metadata("format", "pt")
                .floats("visual.class_embedding", new long[] {8}, new float[8])
                .halves("visual.proj", new long[] {8, 4}, new float[32])
                .longs("steps", new long[] {}, new long[] {3})
                .bytes("mask", new long[] {5}, new byte[5])
                .write(golden);
        byte[] good = Files.readAllBytes(golden);
        SplittableRandom random = new SplittableRandom(20_260_101);
        Path victim = dir.resolve("victim.safetensors");
        Map<String, Integer> codes = new TreeMap<>();
        Duration worst = Duration.ZERO;
        try (FileChannel channel = FileChannel.open(
                victim, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.READ)) {
            for (int round = 0; round < ROUNDS; round++) {
                byte[] mutated = mutate(good, random);
                channel.truncate(0);
                channel.write(java.nio.ByteBuffer.wrap(mutated), 0);
                long start = System.nanoTime();
                codes.merge(outcome(victim), 1, Integer::sum);
                Duration took = Duration.ofNanos(System.nanoTime() - start);
                worst = took.compareTo(worst) > 0 ? took : worst;
            }
        }
        System.out.println("fuzz outcomes " + codes + ", slowest " + worst.toMillis() + " ms");
        assertThat(codes).hasSizeGreaterThan(12).containsKey("read");
        assertThat(worst).isLessThan(Duration.ofSeconds(30));
    }

    private static String outcome(Path file) throws IOException {
        try (Safetensors t = Safetensors.open(file)) {
            for (TensorInfo info : t.tensors().values()) {
                if (info.dtype().floating()) {
                    t.floats(info.name());
                } else {
                    t.longs(info.name());
                }
                t.bytes(info.name());
            }
            return "read";
        } catch (SafetensorsException e) {
            return e.code();
        }
    }

    private static byte[] mutate(byte[] good, SplittableRandom random) {
        byte[] out = good.clone();
        int header = (out[0] & 0xff) | (out[1] & 0xff) << 8;
        for (int n = random.nextInt(1, 4); n > 0 && out.length > 8; n--) {
            int at = random.nextInt(out.length);
            int inHeader = Math.min(out.length - 1, 8 + random.nextInt(header));
            switch (random.nextInt(8)) {
                case 0 -> out[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> out[inHeader] = (byte) random.nextInt(256);
                case 2 -> out[Math.min(out.length - 1, random.nextInt(8))] = (byte) random.nextInt(256);
                case 3 -> out = Arrays.copyOf(out, at);
                case 4 -> out = Arrays.copyOf(out, out.length + random.nextInt(1, 64));
                case 5 -> out = splice(out, inHeader, TOKENS[random.nextInt(TOKENS.length)], random.nextInt(8));
                case 6 -> digit(out, random);
                default -> out = splice(out, inHeader, "", random.nextInt(1, 30));
            }
        }
        return out;
    }

    /** Replaces a digit, which keeps the JSON whole and reaches the deeper checks. */
    private static void digit(byte[] out, SplittableRandom random) {
        for (int tries = 0; tries < 200; tries++) {
            int at = random.nextInt(out.length);
            if (at >= 8 && out[at] >= '0' && out[at] <= '9') {
                out[at] = (byte) ('0' + random.nextInt(10));
                return;
            }
        }
    }

    /** Replaces {@code removed} bytes by text and, half of the time, mends the header's length. */
    private static byte[] splice(byte[] in, int at, String text, int removed) {
        byte[] insert = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        int end = Math.min(in.length, at + removed);
        byte[] out = new byte[in.length - (end - at) + insert.length];
        System.arraycopy(in, 0, out, 0, at);
        System.arraycopy(insert, 0, out, at, insert.length);
        System.arraycopy(in, end, out, at + insert.length, in.length - end);
        if ((at & 1) == 0 && out.length > 8) {
            int length = ((in[0] & 0xff) | (in[1] & 0xff) << 8) + out.length - in.length;
            out[0] = (byte) length;
            out[1] = (byte) (length >> 8);
        }
        return out;
    }
}
