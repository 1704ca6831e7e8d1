package dev.runyard.spec.run;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.Names;
import dev.runyard.spec.dataset.DatasetPart;
import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.spec.model.BackboneSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Data sets and weights that a run names and does not say where to find: its machine has to offer them. A data set is named by {@code
 * name}, or by an id without a root; weights by a word that is no file. A program needs a worker that runs programs, and its secrets.
 */
public final class Needs {
    /** Before the name of a data set; {@code dataset:birds}. */
    public static final String DATASET = "dataset:";

    /** Before the name of weights; {@code weights:clip-vit-b32}. */
    public static final String WEIGHTS = "weights:";

    /** That programs may be run there, which a worker's owner says. */
    public static final String COMMANDS = "command:any";

    /** Before the name of a variable of the worker's environment that its owner lets programs have; {@code secret:HF_TOKEN}. */
    public static final String SECRET = "secret:";

    private static final Pattern FILE =
            Pattern.compile(".*\\.(safetensors|json|zip)", Pattern.DOTALL | Pattern.CASE_INSENSITIVE);
    private static final List<String> WITHOUT = List.of("shapes", "folder", DatasetSpec.UNION);

    private Needs() {}

    /** Sorted; without paths, which say nothing about who has them. */
    public static List<String> of(RunSpec spec) {
        List<String> needs = new ArrayList<>();
        if (spec.task() == Task.COMMAND) {
            needs.add(COMMANDS);
            spec.program().secretNames().forEach(name -> needs.add(SECRET + name));
            return needs.stream().sorted().toList();
        }
        dataset(
                needs,
                spec.dataset().name(),
                spec.dataset().id(),
                spec.dataset().root());
        parts(needs, spec.dataset().parts());
        parts(needs, spec.evaluations());
        if (isName(spec.backbone().weights())) {
            needs.add(WEIGHTS + spec.backbone().weights());
        }
        return needs.stream().distinct().sorted().toList();
    }

    private static void parts(List<String> needs, @Nullable List<DatasetPart> parts) {
        if (parts != null) {
            parts.forEach(part -> dataset(needs, part.name(), part.id(), part.root()));
        }
    }

    private static void dataset(List<String> needs, @Nullable String name, String id, @Nullable String root) {
        if (name != null) {
            needs.add(DATASET + name);
        } else if (root == null && !WITHOUT.contains(id)) {
            needs.add(DATASET + id);
        }
    }

    /** The name of a data set in a document; empty where it says where it is, or needs no place. */
    public static Optional<String> name(JsonNode dataset) {
        if (dataset.path("name").isTextual()) {
            return Optional.of(dataset.path("name").textValue());
        }
        String id = dataset.path("id").asText("");
        return dataset.hasNonNull("root") || id.isEmpty() || WITHOUT.contains(id) ? Optional.empty() : Optional.of(id);
    }

    /** Whether these weights are named, and neither shipped nor a file. */
    public static boolean isName(String weights) {
        return Names.isPlace(weights) && !FILE.matcher(weights).matches() && !BackboneSpec.SHIPPED.contains(weights);
    }
}
