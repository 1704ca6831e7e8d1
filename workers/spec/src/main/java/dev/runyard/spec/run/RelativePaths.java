package dev.runyard.spec.run;

import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.dataset.DatasetPart;
import dev.runyard.spec.model.WithNet;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Paths in a spec that mean another file in each process's folder, so that a lab cannot know which was meant, or can be no path at all. */
public final class RelativePaths {
    private static final Pattern ABSOLUTE = Pattern.compile("/.*|[A-Za-z]:[\\\\/].*|\\\\\\\\.*", Pattern.DOTALL);
    /** Weights may have a name; what looks like a file is none. */
    private static final Pattern FILE = Pattern.compile(
            ".*[/\\\\].*|~.*|\\.\\.?|.*\\.(safetensors|json|zip)", Pattern.DOTALL | Pattern.CASE_INSENSITIVE);

    /** Bytes; no system opens a longer path. */
    private static final int LONGEST = 4_096;

    private RelativePaths() {}

    /** @throws InvalidSpec RELATIVE_PATH for the first, BAD_PATH for one that is too long */
    public static void refuse(RunSpec spec) {
        if (spec.task() == Task.COMMAND) {
            length("cwd", spec.cwd());
            return;
        }
        folder("dataset.root", spec.dataset().root());
        parts("dataset.parts", spec.dataset().parts());
        parts("evaluations", spec.evaluations());
        file("backbone.weights", spec.backbone().weights());
        if (spec.method() instanceof WithNet with) {
            file("method.netWeights", with.netWeights());
        }
        file("classifier.features", spec.classifier().features());
        file("classifier.templates", spec.classifier().templates());
        file("classifier.head", spec.classifier().head());
    }

    private static void parts(String field, @Nullable List<DatasetPart> parts) {
        for (int i = 0; parts != null && i < parts.size(); i++) {
            folder(field + "[" + i + "].root", parts.get(i).root());
        }
    }

    private static void folder(String field, @Nullable String path) {
        length(field, path);
        if (path != null && !ABSOLUTE.matcher(path).matches()) {
            throw new InvalidSpec(
                    "RELATIVE_PATH",
                    field,
                    path,
                    "is relative, and means another place to each worker",
                    "write the whole path, or submit the file with \"runyard submit\"");
        }
    }

    private static void length(String field, @Nullable String path) {
        if (path != null && path.getBytes(StandardCharsets.UTF_8).length > LONGEST) {
            throw new InvalidSpec(
                    "BAD_PATH", field, path.substring(0, 100) + "…", "must have at most " + LONGEST + " bytes", null);
        }
    }

    private static void file(String field, @Nullable String path) {
        length(field, path);
        if (path != null && FILE.matcher(path).matches()) {
            folder(field, path);
        }
    }
}
