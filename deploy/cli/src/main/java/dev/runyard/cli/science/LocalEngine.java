package dev.runyard.cli.science;

import dev.runyard.cli.lab.LabHome;
import dev.runyard.cli.terminal.Failure;
import dev.runyard.cli.terminal.GivenPath;
import dev.runyard.spec.model.BackboneSpec;
import dev.runyard.vision.encoder.Backbones;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What belongs to this machine when training runs in this process: caches in the home, threads as a local worker has them. */
final class LocalEngine {
    private LocalEngine() {}

    /** Tells DJL, which reads these when it is first touched, where to unpack natives, and to fetch nothing. */
    static void prepare(LabHome home) {
        home.prepare();
        if (System.getenv("DJL_CACHE_DIR") == null) {
            System.setProperty("DJL_CACHE_DIR", home.folder().resolve("djl").toString());
        }
        System.setProperty(Backbones.PROPERTY, Backbones.ANY); // who types a command may ask whom it names
        System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn");
    }

    static Path dataCache(LabHome home) {
        return home.folder().resolve("data");
    }

    /** Pseudo-inverses of patch embeddings, one for each backbone. */
    static Path inverses(LabHome home) {
        return home.folder().resolve("inverses");
    }

    /** A shipped backbone's name as it is, and a path as {@link GivenPath} reads it. */
    static String backbone(String given) {
        if (BackboneSpec.SHIPPED.contains(given)) {
            return given;
        }
        try {
            return GivenPath.of(given).toString();
        } catch (IllegalArgumentException e) {
            throw Failure.badInput("--backbone \"" + given + "\" " + e.getMessage(), null);
        }
    }

    /** On stderr, what weights leave open and was assumed: results hold only where that does. */
    static void tell(@Nullable String assumed) {
        if (assumed != null) {
            System.err.println("note: " + assumed);
        }
    }

    /** {@code RUNYARD_THREADS}, else 1, as a worker has it: equal threads give equal losses. */
    static int threads() {
        String given = System.getenv("RUNYARD_THREADS");
        if (given == null || given.isBlank()) {
            return 1;
        }
        if (given.strip().matches("\\d{1,4}")) {
            int threads = Integer.parseInt(given.strip());
            if (threads >= 1 && threads <= 1_024) {
                return threads;
            }
        }
        throw Failure.badInput("RUNYARD_THREADS is \"" + given + "\"", "give a number from 1 to 1024");
    }
}
