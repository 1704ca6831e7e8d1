package dev.runyard.vision.device;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which libtorch a process loads. The CPU's comes with the product. For CUDA it is a folder as pip's torch has it: the one that {@code
 * PYTORCH_LIBRARY_PATH} names, else the one that the home remembers, see {@link #remember}.
 *
 * @param flavor {@code cpu} or {@code cu128}, the builds of the bridge to Java; always set, since DJL's own guess names one that
 *     there is not
 * @param version of libtorch
 * @param library a folder with libtorch; null for the one that comes with the product
 * @param cuda that the folder's libtorch was built for, such as {@code 12.6}; empty where the folder does not say
 */
public record Natives(
        String flavor, String version, @Nullable String library, String cuda) {
    /** The libtorch that the product's bridge is made for. */
    public static final String VERSION = "2.7.1";

    /** What makes a CUDA device work. */
    public static final String INSTALL = "run \"runyard natives install --cuda\"";

    private static final String FILE = "natives.json";

    /** The oldest drivers that run what was built for a major version of CUDA (NVIDIA's release notes, table 2). */
    private static final Map<String, String> LEAST_DRIVER = Map.of("12", "525.60.13", "13", "580.65.06");

    private static final String BLACKWELL = "12.8";
    private static final Pattern BUILT = Pattern.compile("__version__ *= *'([^'+]+)[^']*'");
    private static final Pattern CUDA = Pattern.compile("cuda[^=\\n]*= *'([0-9.]+)'");

    /** For that device, by the environment, then by what {@code home} remembers. */
    public static Natives of(LocalDevice device, Map<String, String> environment, Path home) {
        String given = environment.get("PYTORCH_LIBRARY_PATH");
        String library =
                given != null || !device.cuda() ? given : remembered(home).orElse(null);
        return new Natives(
                environment.getOrDefault("PYTORCH_FLAVOR", device.cuda() ? "cu128" : "cpu"),
                environment.getOrDefault("PYTORCH_VERSION", VERSION),
                library,
                library == null ? "" : said(library, CUDA));
    }

    /**
     * Makes a folder the home's, for every process that begins from now on.
     *
     * @param library holds libtorch.so and libtorch_cuda.so
     * @throws IOException when the home cannot be written
     */
    public static void remember(Path home, Path library) throws IOException {
        Path fresh = Files.createTempFile(home, "natives", ".tmp");
        Files.writeString(
                fresh,
                Json.mapper()
                                .writeValueAsString(Map.of(
                                        "library", library.toAbsolutePath().toString())) + "\n");
        Files.move(fresh, home.resolve(FILE), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** The folder that a home remembers. */
    public static Optional<String> remembered(Path home) {
        try {
            JsonNode library =
                    Json.mapper().readTree(Files.readString(home.resolve(FILE))).path("library");
            return Optional.ofNullable(library.textValue());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    home.resolve(FILE) + " cannot be read; remove it, then " + INSTALL + " again", e);
        } catch (IOException e) {
            throw new IllegalArgumentException(home.resolve(FILE) + " cannot be read (" + e.getMessage() + ")", e);
        }
    }

    /** Why they cannot work on that device, with the remedy, as far as it shows before they are loaded. */
    public Optional<String> fault(LocalDevice device, Driver driver) {
        Gpu gpu = device.gpu();
        if (library == null) {
            return flavor.equals("cpu")
                    ? Optional.empty()
                    : Optional.of("libtorch " + VERSION + " for CUDA is not installed; " + INSTALL);
        }
        if (!Files.isRegularFile(Path.of(library, "libtorch.so"))) {
            return Optional.of(library + " holds no libtorch.so; " + INSTALL
                    + ", or set PYTORCH_LIBRARY_PATH to the folder torch/lib of pip's torch " + VERSION);
        }
        Optional<String> other = otherVersion();
        if (other.isPresent() || flavor.equals("cpu") || gpu == null) {
            return other;
        }
        if (!Files.isRegularFile(Path.of(library, "libtorch_cuda.so"))) {
            return Optional.of(library + " holds a libtorch without CUDA; " + INSTALL);
        }
        String least = LEAST_DRIVER.getOrDefault(cuda.isEmpty() ? "12" : cuda.replaceFirst("\\..*", ""), "0");
        if (!driver.version().isEmpty() && !driver.atLeast(least)) {
            return Optional.of("the NVIDIA driver " + driver.version() + " is too old for CUDA "
                    + (cuda.isEmpty() ? "12" : cuda) + ", which needs " + least + "; update the driver");
        }
        return wrongBuild(gpu.capability());
    }

    private Optional<String> otherVersion() {
        String built = said(String.valueOf(library), BUILT);
        if (!built.isEmpty() && !built.equals(version)) {
            return Optional.of(library + " holds torch " + built + " and " + version + " is needed; " + INSTALL);
        }
        boolean bridge = Files.isRegularFile(Path.of(String.valueOf(library), "libdjl_torch.so"));
        return version.equals(VERSION) || bridge
                ? Optional.empty()
                : Optional.of("PYTORCH_VERSION is " + version + ", and the bridge that comes with Runyard is for "
                        + VERSION + "; unset it and " + INSTALL + ", or put a libdjl_torch.so for it into " + library);
    }

    private Optional<String> wrongBuild(String capability) {
        if (capability.isEmpty() || cuda.isEmpty()) {
            return Optional.empty();
        }
        boolean newer = Driver.compared(capability, "10.0") >= 0;
        boolean older = Driver.compared(capability, "7.5") < 0;
        boolean blackwell = Driver.compared(cuda, BLACKWELL) >= 0;
        if (newer && !blackwell) {
            return Optional.of("compute capability " + capability + " needs a torch " + VERSION + " built for CUDA "
                    + BLACKWELL + ", and " + library + " is for " + cuda
                    + "; install that build with pip from PyTorch's own index, then \"runyard natives use\" its folder"
                    + " torch/lib");
        }
        if (older && blackwell) {
            return Optional.of("compute capability " + capability + " needs a torch built for CUDA 12.6, and " + library
                    + " is for " + cuda + "; " + INSTALL);
        }
        return Optional.empty();
    }

    /** What torch's own version.py, beside its lib, says. */
    private static String said(String library, Pattern what) {
        Path file = Path.of(library).toAbsolutePath().normalize().resolveSibling("version.py");
        try {
            Matcher found = what.matcher(Files.readString(file));
            return found.find() ? found.group(1) : "";
        } catch (IOException e) {
            return ""; // a libtorch from elsewhere
        }
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
