package dev.runyard.vision.data.layout;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.runyard.vision.data.source.DataException;
import dev.runyard.vision.data.source.Source;
import dev.runyard.vision.file.Flaw;
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
    private final Map<String, List<Listed.Entry>> parts = new HashMap<>();
    private final TreeMap<Integer, String> names = new TreeMap<>();

    private CoopSplit(Source source, String file) {
        this.source = source;
        this.file = file;
    }

    /**
     * The nearest split file; null when there is none. The authors' file for RESISC45 is one too.
     *
     * @throws DataException AMBIGUOUS_SPLIT when several lie equally near
     */
    static @Nullable Found find(Source source) throws IOException {
        List<String> found = new ArrayList<>();
        int depth = Integer.MAX_VALUE;
        for (String path : source.files().keySet()) {
            String name = path.substring(path.lastIndexOf('/') + 1);
            if (name.matches("split_.*\\.json|resisc45_json\\.json")) {
                int deep = (int) path.chars().filter(c -> c == '/').count();
                if (deep < depth) {
                    found.clear();
                    depth = deep;
                }
                if (deep == depth) {
                    found.add(path);
                }
            }
        }
        List<String> zhou =
                found.stream().filter(f -> f.contains("split_zhou_")).toList();
        List<String> best = zhou.isEmpty() ? found : zhou;
        if (best.size() > 1) {
            throw new DataException(
                    "AMBIGUOUS_SPLIT",
                    source.name() + " has " + best.size() + " split files: " + best
                            + "; keep one, or name the folder of one data set as root");
        }
        return best.isEmpty() ? null : read(source, best.get(0));
    }

    private static Found read(Source source, String path) throws IOException {
        CoopSplit split = new CoopSplit(source, path);
        split.parse(source.read(path));
        return split.found();
    }

    private void parse(byte[] json) throws IOException {
        try (JsonParser p = new JsonFactory().createParser(json)) {
            expect(p, p.nextToken(), JsonToken.START_OBJECT, "an object with train, val and test");
            while (p.nextToken() == JsonToken.FIELD_NAME) {
                String part = p.currentName();
                if (!Set.of("train", "val", "test").contains(part)) {
                    throw bad(p, "a part that is none of train, val and test");
                }
                expect(p, p.nextToken(), JsonToken.START_ARRAY, "a list of images");
                List<Listed.Entry> items = new ArrayList<>();
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
            throw new DataException("BAD_SPLIT", Flaw.json(file, e, "take CoOp's file as it is"));
        }
    }

    private Listed.Entry item(JsonParser p) throws IOException {
        expect(p, p.nextToken(), JsonToken.VALUE_STRING, "a path");
        String path = p.getText().replace('\\', '/');
        while (path.startsWith("/")) {
            path = path.substring(1);
        }
        expect(p, p.nextToken(), JsonToken.VALUE_NUMBER_INT, "a label that is a whole number");
        if (p.getNumberType() != JsonParser.NumberType.INT || p.getIntValue() < 0 || p.getIntValue() >= MOST_CLASSES) {
            throw new DataException(
                    "LABEL_OUT_OF_RANGE",
                    Flaw.at(file, position(p), "a label must lie in 0 to " + (MOST_CLASSES - 1), "mend the list"));
        }
        int label = p.getIntValue();
        expect(p, p.nextToken(), JsonToken.VALUE_STRING, "a class name");
        if (p.getText().isBlank()) {
            throw bad(p, "label " + label + " is a class without a name");
        }
        @Nullable String before = names.putIfAbsent(label, p.getText());
        if (before != null && !before.equals(p.getText())) {
            throw bad(p, "a label has another class name than before");
        }
        expect(p, p.nextToken(), JsonToken.END_ARRAY, "three values an image");
        return new Listed.Entry(path, label, position(p));
    }

    private Found found() throws DataException {
        List<Listed.Entry> train = parts.getOrDefault("train", List.of());
        List<Listed.Entry> test = parts.getOrDefault("test", List.of());
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
                        Flaw.whole(
                                file,
                                "has gaps in its labels: number " + label + " has no image",
                                "number them from 0"));
            }
            classNames.add(name);
        }
        Listed listed = new Listed(source, file.substring(0, file.lastIndexOf('/') + 1), file);
        List<Item> learnt = listed.items(train);
        Layouts.noEmptyListedClass(learnt, classNames, file + " (train)");
        return new Found(
                "CoOp split " + file.substring(file.lastIndexOf('/') + 1),
                true,
                classNames,
                learnt,
                listed.items(parts.getOrDefault("val", List.of())),
                listed.items(test));
    }

    private void expect(JsonParser p, @Nullable JsonToken actual, JsonToken expected, String what)
            throws DataException {
        if (actual != expected) {
            throw bad(p, "expected " + what);
        }
    }

    private DataException bad(JsonParser p, String what) {
        return new DataException("BAD_SPLIT", Flaw.at(file, position(p), what, "take CoOp's file as it is"));
    }

    private static String position(JsonParser p) {
        return "line " + p.currentTokenLocation().getLineNr();
    }
}
