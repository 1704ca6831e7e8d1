package dev.runyard.agent.device;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which libtorch a process loads. The CPU's comes with the product. For CUDA, Maven Central has no libtorch 2.7.1, so the
 * libraries of {@code pip install torch==2.7.1} are named by {@code PYTORCH_LIBRARY_PATH}.
 *
 * @param flavor {@code cpu} or {@code cu128}; always set, since DJL's own guess names a build that 2.7.1 does not have
 * @param library a folder with libtorch; null for the one that comes with the product
 * @param remedy what to do before this device can train; null when nothing is missing
 */
public record Natives(
        String flavor,
        String version,
        @Nullable String library,
        @Nullable String remedy) {
    private static final String VERSION = "2.7.1";

    public static Natives of(LocalDevice device, Map<String, String> environment) {
        String library = environment.get("PYTORCH_LIBRARY_PATH");
        String version = environment.getOrDefault("PYTORCH_VERSION", VERSION);
        String flavor = environment.getOrDefault("PYTORCH_FLAVOR", device.index() < 0 ? "cpu" : "cu128");
        return new Natives(flavor, version, library, remedy(flavor, library));
    }

    private static @Nullable String remedy(String flavor, @Nullable String library) {
        if (library != null && !Files.isRegularFile(Path.of(library, "libtorch.so"))) {
            return "PYTORCH_LIBRARY_PATH holds no libtorch.so; point it at the folder torch/lib of pip's torch "
                    + VERSION;
        }
        if (!flavor.equals("cpu") && library == null) {
            return "install torch==" + VERSION + " with pip and set PYTORCH_LIBRARY_PATH to its folder torch/lib,"
                    + " or set RUNYARD_DEVICE=cpu";
        }
        return null;
    }

    /** Tells DJL, which reads these once, when the engine is first touched. */
    public void apply() {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("PYTORCH_FLAVOR", flavor);
        System.setProperty("PYTORCH_VERSION", version);
        if (library != null) {
            System.setProperty("PYTORCH_LIBRARY_PATH", library);
        }
    }
}
