package dev.runyard.vision.client;

import dev.runyard.vision.data.source.DataException;
import dev.runyard.vision.image.Images;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Images below a folder, in the order of their paths.
 *
 * @param names relative to the folder
 */
public record FolderImages(Path folder, List<String> names) {
    private static final List<String> ENDINGS = List.of(".jpg", ".jpeg", ".png", ".gif");

    /** @throws DataException when there is no folder, or no image in it */
    public static FolderImages of(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new DataException("NO_DATASET", folder + ": there is no such folder");
        }
        try (Stream<Path> paths = Files.walk(folder)) {
            List<String> names = paths.filter(Files::isRegularFile)
                    .map(p -> folder.relativize(p).toString())
                    .filter(p -> ENDINGS.stream()
                            .anyMatch(e -> p.toLowerCase(Locale.ROOT).endsWith(e)))
                    .sorted()
                    .toList();
            if (names.isEmpty()) {
                throw new DataException("NO_DATASET", folder + ": holds no image (" + String.join(", ", ENDINGS) + ")");
            }
            return new FolderImages(folder, names);
        }
    }

    /** Images {@code from} to {@code from + n - 1} as the bundle takes them: [n, 3, H, W], row-major, normalised. */
    public float[] pixels(ClientBundle bundle, int from, int n) throws IOException {
        int side = bundle.layout().imageSize();
        float[] out = new float[n * 3 * side * side];
        for (int i = 0; i < n; i++) {
            float[] one = bundle.pixels(Images.decode(folder.resolve(names.get(from + i))));
            System.arraycopy(one, 0, out, i * one.length, one.length);
        }
        return out;
    }
}
