package dev.runyard.vision.data.source;

import dev.runyard.vision.image.Images;
import dev.runyard.vision.image.Raster;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Images without labels, below a folder or in a zip, in the order of their paths. Read through the gate, as every file that is named. */
public final class ImageFolder implements Closeable {
    private static final List<String> ENDINGS = List.of(".jpg", ".jpeg", ".png", ".gif");

    private final Source source;
    private final List<String> names;

    private ImageFolder(Source source, List<String> names) {
        this.source = source;
        this.names = names;
    }

    /** @throws DataException as {@link Source#open}; NO_DATASET too when no image is in it */
    public static ImageFolder open(Path folder) throws IOException {
        Source source = Source.open(folder.toString(), null);
        List<String> names = source.files().keySet().stream()
                .filter(name -> ENDINGS.stream().anyMatch(name.toLowerCase(Locale.ROOT)::endsWith))
                .toList();
        if (names.isEmpty()) {
            source.close();
            throw new DataException("NO_DATASET", folder + ": holds no image (" + String.join(", ", ENDINGS) + ")");
        }
        return new ImageFolder(source, names);
    }

    /** Relative to the folder, with {@code /} between names. */
    public List<String> names() {
        return names;
    }

    /** @throws IOException that names the file, when it is no image that can be read */
    public Raster decode(String name) throws IOException {
        return Images.decode(name, source.read(name));
    }

    @Override
    public void close() throws IOException {
        source.close();
    }
}
