package dev.runyard.vision.data.pixels;

import dev.runyard.spec.Sha256;
import dev.runyard.spec.dataset.DatasetSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What the cache's folder remembers of a data set between runs: its hash, and which of its images cannot be decoded. */
public final class Memory {
    private static final int PIECE = 256;

    private final Path folder;

    public Memory(Path folder) {
        this.folder = folder;
    }

    /** Notes the hash; the one that was noted before when it was another, else null. */
    @Nullable
    public String changed(DatasetSpec spec, long seed, String hash) throws IOException {
        Path root = Path.of(Objects.requireNonNull(spec.root())).toRealPath();
        String key = spec.id() + "|" + root + "|" + spec.split() + "|" + spec.onBadImage() + "|" + seed;
        Path file = folder.resolve(Sha256.of(key).substring(0, 20) + ".hash");
        @Nullable String before = Files.exists(file) ? Files.readString(file).strip() : null;
        if (hash.equals(before)) {
            return null;
        }
        write(file, hash);
        return before;
    }

    /** Hears how far it is. */
    public interface Watch {
        /** @throws IOException to stop */
        void decoded(int images) throws IOException;
    }

    /**
     * Places of the images that cannot be decoded; all are decoded the first time.
     *
     * @param watch asked before each piece of that, on the calling thread
     */
    public List<Integer> broken(String hash, Pictures pictures, Watch watch) throws IOException {
        Path file = folder.resolve(hash.substring(0, 20) + ".broken");
        if (Files.exists(file)) {
            return Files.readString(file)
                    .lines()
                    .filter(line -> !line.isEmpty())
                    .map(Integer::valueOf)
                    .toList();
        }
        List<Integer> broken = broken(pictures, watch);
        write(file, String.join("\n", broken.stream().map(String::valueOf).toList()));
        return broken;
    }

    private static List<Integer> broken(Pictures pictures, Watch watch) throws IOException {
        List<Integer> broken = new ArrayList<>();
        for (int from = 0; from < pictures.size(); from += PIECE) {
            watch.decoded(from);
            IntStream.range(from, Math.min(from + PIECE, pictures.size()))
                    .parallel()
                    .filter(i -> {
                        try {
                            pictures.decode(i);
                            return false;
                        } catch (IOException e) {
                            return true;
                        }
                    })
                    .boxed()
                    .forEachOrdered(broken::add);
        }
        return broken;
    }

    private void write(Path file, String text) throws IOException {
        Files.createDirectories(folder);
        Path temporary = Files.createTempFile(folder, file.getFileName() + ".", ".tmp");
        Files.write(temporary, text.getBytes(StandardCharsets.UTF_8));
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
