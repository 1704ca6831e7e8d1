package dev.runyard.vision.convert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.vision.backbone.weights.WeightsException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Damaged archives end in the reader's own exception or are read; nothing else comes out, and nothing takes long. */
class TorchFileFuzzTest {
    private static final long SEED = 20_261_124;

    @TempDir
    Path folder;

    /** Instructions changed, lost and doubled. */
    @ParameterizedTest
    @ValueSource(strings = {"state.pt", "lightning.ckpt", "trace.pt"})
    void pickles(String name) throws IOException {
        Path archive = fixture(name);
        String root = name.substring(0, name.indexOf('.'));
        byte[] pickle = TorchFileTest.entry(archive, root + "/data.pkl");
        Random random = new Random(SEED);
        int[] ends = new int[2];
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            for (int i = 0; i < 5_000; i++) {
                byte[] changed = mutated(pickle, random);
                try {
                    PickleReader.read("fuzz", changed);
                    ends[0]++;
                } catch (WeightsException e) {
                    ends[1]++;
                }
            }
        });
        assertThat(ends[0]).isPositive();
        assertThat(ends[1]).isPositive();
    }

    /** The same all the way to a written file. */
    @Test
    void archives() throws IOException {
        Path archive = fixture("state.pt");
        byte[] pickle = TorchFileTest.entry(archive, "state/data.pkl");
        Random random = new Random(SEED);
        Path file = folder.resolve("changed.pt");
        Path out = folder.resolve("out.safetensors");
        int read = 0;
        for (int i = 0; i < 400; i++) {
            TorchFileTest.rewrite(archive, file, Map.of("state/data.pkl", mutated(pickle, random)), Set.of());
            read += read(file, out);
        }
        assertThat(read).isBetween(1, 399);
    }

    /** The zip itself: directory, sizes, names. */
    @Test
    void zips() throws IOException {
        byte[] whole = Files.readAllBytes(fixture("state.pt"));
        Random random = new Random(SEED);
        Path file = folder.resolve("changed.pt");
        Path out = folder.resolve("out.safetensors");
        int read = 0;
        for (int i = 0; i < 1_000; i++) {
            byte[] changed = whole.clone();
            int flips = 1 + random.nextInt(4);
            for (int f = 0; f < flips; f++) {
                // Mostly in the directory at the end, where the sizes are.
                int at = random.nextInt(3) == 0
                        ? random.nextInt(changed.length)
                        : changed.length - 1 - random.nextInt(1_500);
                changed[at] = (byte) random.nextInt(256);
            }
            Files.write(
                    file, random.nextInt(10) == 0 ? Arrays.copyOf(changed, random.nextInt(changed.length)) : changed);
            read += read(file, out);
        }
        assertThat(read).isBetween(1, 999);
    }

    private static int read(Path file, Path out) throws IOException {
        try (TorchFile opened = TorchFile.open(file, null, "")) {
            opened.write(out);
            return 1;
        } catch (WeightsException e) {
            assertThat(e.getMessage()).startsWith("changed.pt: ").hasLineCount(1);
            return 0;
        }
    }

    private static byte[] mutated(byte[] bytes, Random random) {
        byte[] out = bytes.clone();
        int changes = 1 + random.nextInt(3);
        for (int c = 0; c < changes; c++) {
            int at = random.nextInt(out.length);
            int length = Math.min(out.length - at, 1 + random.nextInt(12));
            switch (random.nextInt(4)) {
                case 0 -> out[at] = (byte) random.nextInt(256);
                case 1 -> out[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> {
                    byte[] shorter = Arrays.copyOf(out, out.length - length);
                    System.arraycopy(out, at + length, shorter, at, out.length - at - length);
                    out = shorter.length == 0 ? out : shorter;
                }
                default -> {
                    byte[] longer = Arrays.copyOf(out, out.length + length);
                    System.arraycopy(out, at, longer, at + length, out.length - at);
                    out = longer;
                }
            }
        }
        return out;
    }

    private Path fixture(String name) throws IOException {
        Path file = folder.resolve(name);
        try (InputStream in = TorchFileTest.class.getResourceAsStream(name)) {
            Files.write(file, in.readAllBytes());
        }
        return file;
    }
}
