package dev.runyard.vision.data;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** CoOp's split file: {@code {"train"|"val"|"test": [[path, label, class name], …]}}, paths relative to a folder of images nearby. */
final class CoopSplit {
    private static final int MOST_CLASSES = 100_000;

    private final Source source;
    private final String file;
    private final Map<String, List<Item>> parts = new HashMap<>();
    private final TreeMap<Integer, String> names = new TreeMap<>();

    private CoopSplit(Source source, String file) {
        this.source = source;
        this.file = file;
    }

    /** The split file among a folder's files; null when there is none. */
    static @Nullable String choose(Source source, String at, Set<String> files) throws DataException {
        List<String> found =
                files.stream().filter(f -> f.matches("split_.*\\.json")).toList();
        List<String> zhou =
                found.stream().filter(f -> f.startsWith("split_zhou_")).toList();
        List<String> best = zhou.isEmpty() ? found : zhou;
        if (best.size() > 1) {
            throw new DataException(
                    "AMBIGUOUS_SPLIT",
                    source.name() + " has " + best.size() + " split files in \"" + at + "\": " + best + "; keep one");
        }
        return best.isEmpty() ? null : best.get(0);
    }

    static Found read(Source source, String at, String name) throws IOException {
        CoopSplit split = new CoopSplit(source, at + name);
        split.parse(source.read(at + name));
        return split.found(at);
    }

    private void parse(byte[] json) throws IOException {
        try (JsonParser p = new JsonFactory().createParser(json)) {
            expect(p, p.nextToken(), JsonToken.START_OBJECT, "an object with train, val and test");
            while (p.nextToken() == JsonToken.FIELD_NAME) {
                String part = p.currentName();
                if (!Set.of("train", "val", "test").contains(part)) {
                    throw bad(p, "the part \"" + part + "\" is unknown; train, val and test are");
                }
                expect(p, p.nextToken(), JsonToken.START_ARRAY, "a list of images");
                List<Item> items = new ArrayList<>();
                while (p.nextToken() == JsonToken.START_ARRAY) {
                    items.add(item(p));
                }
                if (parts.put(part, items) != null) {
                    throw bad(p, part + " appears twice");
                }
            }
            if (p.nextToken() != null) {
                throw bad(p, "text follows the closing brace");
            }
        } catch (JsonProcessingException e) {
            throw new DataException(
                    "BAD_SPLIT",
                    file + ", line "
                            + (e.getLocation() == null ? 0 : e.getLocation().getLineNr()) + ": "
                            + e.getOriginalMessage(),
                    e);
        }
    }

    private Item item(JsonParser p) throws IOException {
        expect(p, p.nextToken(), JsonToken.VALUE_STRING, "a path");
        String path = p.getText().replace('\\', '/');
        while (path.startsWith("/")) {
            path = path.substring(1);
        }
        expect(p, p.nextToken(), JsonToken.VALUE_NUMBER_INT, "a label that is a whole number");
        if (p.getNumberType() != JsonParser.NumberType.INT || p.getIntValue() < 0 || p.getIntValue() >= MOST_CLASSES) {
            throw new DataException(
                    "LABEL_OUT_OF_RANGE",
                    file + ": " + path + " has label " + p.getText() + ", which must lie in 0 to "
                            + (MOST_CLASSES - 1));
        }
        int label = p.getIntValue();
        expect(p, p.nextToken(), JsonToken.VALUE_STRING, "a class name");
        @Nullable String before = names.putIfAbsent(label, p.getText());
        if (before != null && !before.equals(p.getText())) {
            throw bad(p, "label " + label + " is called both \"" + before + "\" and \"" + p.getText() + "\"");
        }
        expect(p, p.nextToken(), JsonToken.END_ARRAY, "three values an image");
        return new Item(path, label);
    }

    private Found found(String at) throws DataException {
        List<Item> train = parts.getOrDefault("train", List.of());
        List<Item> test = parts.getOrDefault("test", List.of());
        if (train.isEmpty() || test.isEmpty()) {
            throw new DataException(
                    "MISSING_SPLIT", file + " lists no " + (train.isEmpty() ? "train" : "test") + " images");
        }
        List<String> classNames = new ArrayList<>();
        for (int label = 0; label <= names.lastKey(); label++) {
            @Nullable String name = names.get(label);
            if (name == null) {
                throw new DataException(
                        "LABEL_OUT_OF_RANGE",
                        file + ": labels go up to " + names.lastKey() + " but label " + label + " has no image");
            }
            classNames.add(name);
        }
        Layouts.noEmptyClass(train, classNames, file + " (train)");
        String prefix = prefix(at, train.get(0).path());
        return new Found(
                "CoOp split " + file.substring(file.lastIndexOf('/') + 1),
                true,
                classNames,
                below(prefix, train),
                below(prefix, parts.getOrDefault("val", List.of())),
                below(prefix, test));
    }

    /** Folder of images: the split file's own folder or one below it, the nearest that has the first image. */
    private String prefix(String at, String first) throws DataException {
        @Nullable String best = null;
        for (String path : source.files().tailMap(at, true).keySet()) {
            if (!path.startsWith(at)) {
                break;
            }
            if (path.equals(at + first) || path.endsWith("/" + first)) {
                String prefix = path.substring(0, path.length() - first.length());
                if (best == null || prefix.length() < best.length()) {
                    best = prefix;
                }
            }
        }
        if (best == null) {
            throw new DataException(
                    "MISSING_FILE", file + " lists " + first + ", which is nowhere in " + source.name());
        }
        return best;
    }

    private List<Item> below(String prefix, List<Item> items) throws DataException {
        List<Item> out = new ArrayList<>(items.size());
        List<String> missing = new ArrayList<>();
        for (Item item : items) {
            String path = prefix + item.path();
            if (!source.files().containsKey(path)) {
                missing.add(path);
            }
            out.add(new Item(path, item.label()));
        }
        if (!missing.isEmpty()) {
            throw new DataException(
                    "MISSING_FILE",
                    file + " lists " + missing.size() + " images that are not there, first " + missing.get(0));
        }
        return out;
    }

    private void expect(JsonParser p, @Nullable JsonToken actual, JsonToken expected, String what)
            throws DataException {
        if (actual != expected) {
            throw bad(p, "expected " + what);
        }
    }

    private DataException bad(JsonParser p, String what) {
        return new DataException(
                "BAD_SPLIT", file + ", line " + p.currentTokenLocation().getLineNr() + ": " + what);
    }
}
