package dev.runyard.vision.backbone;

import dev.runyard.spec.BackboneSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The backbones that are part of the product, unpacked once a process so that they are read like any other. */
public final class Shipped {
    /** Whatever of these a backbone has. */
    private static final List<String> FILES =
            List.of(BackboneFiles.WEIGHTS, BackboneFiles.CONFIG, "merges.txt", "head.safetensors");

    private static final Map<String, Path> FOLDERS = new HashMap<>();

    private Shipped() {}

    /** Whether the name is one of {@link BackboneSpec#SHIPPED}. */
    public static boolean has(String name) {
        return BackboneSpec.SHIPPED.contains(name);
    }

    /**
     * A folder with the files of a shipped backbone; it lives as long as the process.
     *
     * @throws WeightsException when this build lacks it
     */
    public static Path folder(String name) throws IOException {
        synchronized (FOLDERS) {
            Path known = FOLDERS.get(name);
            if (known == null) {
                known = unpack(name);
                FOLDERS.put(name, known);
            }
            return known;
        }
    }

    private static Path unpack(String name) throws IOException {
        Path folder = Files.createTempDirectory("runyard-" + name);
        folder.toFile().deleteOnExit();
        for (String file : FILES) {
            try (InputStream in = Shipped.class.getResourceAsStream(name + "/" + file)) {
                if (in != null) {
                    Path copy = folder.resolve(file);
                    copy.toFile().deleteOnExit();
                    Files.copy(in, copy);
                }
            }
        }
        if (!Files.exists(folder.resolve(BackboneFiles.WEIGHTS))) {
            throw new WeightsException(name + ": is not part of this build");
        }
        return folder;
    }
}
