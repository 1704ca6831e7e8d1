package dev.runyard.vision.train.state;

import dev.runyard.spec.Sha256;
import dev.runyard.spec.model.WithNet;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.vision.backbone.weights.WeightFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The files beside data and backbone that decide a result: text features, templates, a DINO head, first weights of the PGN's network. A
 * spec holds only their paths; when the contents of one change while a run is paused, the run is another one.
 */
public final class Inputs {
    private Inputs() {}

    /**
     * @return SHA-256 (hex) by spec field; empty when the spec names no such file
     * @throws IOException when one cannot be read
     */
    public static Map<String, String> of(RunSpec spec) throws IOException {
        Map<String, String> out = classifier(spec);
        if (spec.method() instanceof WithNet with) {
            put(out, "method.netWeights", with.netWeights());
        }
        return out;
    }

    /** Those without which the weights of a finished run do not say what it answers. */
    public static Map<String, String> classifier(RunSpec spec) throws IOException {
        Map<String, String> out = new TreeMap<>();
        put(out, "classifier.features", spec.classifier().features());
        put(out, "classifier.templates", spec.classifier().templates());
        put(out, "classifier.names", spec.classifier().names());
        put(out, "classifier.head", spec.classifier().head());
        return out;
    }

    private static void put(Map<String, String> out, String field, @Nullable String path) throws IOException {
        if (path != null) {
            out.put(field, Sha256.of(WeightFiles.GATE.file(Path.of(path))));
        }
    }
}
