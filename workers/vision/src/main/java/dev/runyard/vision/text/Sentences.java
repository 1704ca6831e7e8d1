package dev.runyard.vision.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.dataset.DatasetEntry;
import dev.runyard.spec.model.ClassifierSpec.Template;
import dev.runyard.vision.backbone.weights.WeightFiles;
import dev.runyard.vision.backbone.weights.WeightsException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The sentences that name each class. Built in are the PGN paper's, visual prompting's and CoOp's, and of CLIP's those that are
 * single; the file's version is in its name, so that a later wording is another file.
 *
 * @param byClass one or more a class, in the order of the labels
 */
public record Sentences(List<List<String>> byClass) {
    private static final String BUILT_IN = "templates.v1.json";
    private static final int LARGEST = 16 << 20;
    private static final String WORDNET_ID = "n\\d{8}";

    public Sentences {
        byClass = byClass.stream().map(List::copyOf).toList();
    }

    /** As below, of classes that have names. */
    public static Sentences of(Template template, @Nullable Path file, String dataset, List<String> classNames)
            throws IOException {
        return of(template, file, null, dataset, classNames);
    }

    /**
     * Binds templates by the data set's id and classes by their names, never by an index.
     *
     * @param file of CLIP's own form, for {@link Template#CLIP}; null for what is built in
     * @param names what WordNet ids are called, see {@link WordNetNames}; null where the file says it or no class is one
     * @throws InvalidSpec when there is no template for the data set, or the classes have no names
     */
    public static Sentences of(
            Template template, @Nullable Path file, @Nullable Path names, String dataset, List<String> classes)
            throws IOException {
        List<String> classNames =
                names == null ? classes : WordNetNames.read(names).named(classes);
        JsonNode builtIn = builtIn();
        Source source = file == null
                ? new Source(builtIn(builtIn, template, dataset), classNames)
                : read(file, builtIn.path("clipNames").path(dataset).asText(dataset), dataset, classNames);
        List<List<String>> sentences = new ArrayList<>();
        for (String name : source.names) {
            if (name.matches(WORDNET_ID)) {
                throw new InvalidSpec(
                        "NO_CLASS_NAMES",
                        "classifier.template",
                        template.name().toLowerCase(Locale.ROOT),
                        "cannot name class " + name + ", a WordNet id",
                        "name the classes: classifier.names: imagenet_class_index.json (or CLIP's list of names)");
            }
            String spoken = ClassNames.spoken(dataset, name);
            String shown = template == Template.VP ? spoken.replace('-', ' ') : spoken;
            sentences.add(
                    source.templates.stream().map(t -> t.replace("{}", shown)).toList());
        }
        return new Sentences(sentences);
    }

    /** Sentences with {} for the name, and the names by label. */
    private record Source(List<String> templates, List<String> names) {}

    private static Source read(Path file, String clipName, String dataset, List<String> classNames) throws IOException {
        JsonNode set = set(file, clipName, dataset);
        return new Source(
                strings(file, clipName, "templates", set.path("templates")), named(file, clipName, set, classNames));
    }

    private static List<String> builtIn(JsonNode builtIn, Template template, String dataset) throws IOException {
        String preset = template.name().toLowerCase(Locale.ROOT);
        DatasetEntry entry = DatasetEntry.all().get(dataset);
        if (entry != null && entry.sentences().containsKey(preset)) {
            return entry.sentences().get(preset);
        }
        JsonNode own = builtIn.path(preset).path(dataset);
        JsonNode found = own.isMissingNode() ? builtIn.path(preset).path("") : own;
        if (found.isMissingNode()) {
            throw new InvalidSpec(
                    "MISSING_FIELD",
                    "classifier.templates",
                    null,
                    "is needed: CLIP's templates for " + dataset + " are not built in",
                    "name a JSON file of the form {\"" + dataset + "\": {\"templates\": [\"a photo of a {}.\"]}}");
        }
        return strings(Path.of(BUILT_IN), preset, dataset, found);
    }

    private static JsonNode set(Path file, String clipName, String dataset) throws IOException {
        JsonNode root = WeightFiles.json(file, LARGEST);
        for (String name : List.of(clipName, dataset)) {
            if (root.path(name).path("templates").isArray()) {
                return root.path(name);
            }
        }
        throw new WeightsException(file.getFileName() + ": has no templates for " + clipName
                + (clipName.equals(dataset) ? "" : " or " + dataset) + " among its " + root.size()
                + " entries; add {\"" + dataset + "\": {\"templates\": [\"a photo of a {}.\"]}}");
    }

    /** WordNet ids get the file's names, which CLIP lists in the ids' order. */
    private static List<String> named(Path file, String clipName, JsonNode set, List<String> classNames)
            throws WeightsException {
        boolean ids = classNames.stream().allMatch(name -> name.matches(WORDNET_ID));
        if (!ids || !set.path("classes").isArray()) {
            return classNames;
        }
        List<String> names = strings(file, clipName, "classes", set.path("classes"));
        boolean ordered = classNames.equals(classNames.stream().sorted().toList());
        if (names.size() != classNames.size() || !ordered) {
            throw new WeightsException(file.getFileName() + ": " + clipName + " names " + names.size()
                    + " classes, the data set has " + classNames.size());
        }
        return names;
    }

    private static List<String> strings(Path file, String set, String what, JsonNode list) throws WeightsException {
        List<String> out = new ArrayList<>();
        int at = 0;
        for (JsonNode value : list) {
            at++;
            boolean good = value.isTextual()
                    && (what.equals("classes") || value.asText().contains("{}"));
            if (!good) {
                throw new WeightsException(file.getFileName() + ": " + set + " " + what + ", entry " + at + ": is not "
                        + (what.equals("classes") ? "a name" : "a sentence with {}"));
            }
            out.add(value.asText());
        }
        if (out.isEmpty()) {
            throw new WeightsException(file.getFileName() + ": " + set + " " + what + " is empty");
        }
        return out;
    }

    private static JsonNode builtIn() throws IOException {
        try (InputStream in = Sentences.class.getResourceAsStream(BUILT_IN)) {
            return new ObjectMapper().readTree(in);
        }
    }
}
