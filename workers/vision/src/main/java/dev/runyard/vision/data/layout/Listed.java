package dev.runyard.vision.data.layout;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.json.Json;
import dev.runyard.vision.data.source.DataException;
import dev.runyard.vision.data.source.Source;
import dev.runyard.vision.file.Flaw;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Images that a list names by paths relative to a folder somewhere near the list. What a list says is never repeated in a message, only
 * where it says it: the list may be any file.
 */
final class Listed {
    /** Of a list, so many are looked for to find the folder of its images, should the first be missing. */
    private static final int TRIED = 20;

    private final Source source;
    private final String at;
    private final String list;
    private @Nullable String prefix;
    private @Nullable Map<String, String> folded;

    /**
     * An image as a list names it.
     *
     * @param path relative to a folder that is still to be found
     * @param position where the list has it, for example "line 7"
     */
    record Entry(String path, int label, String position) {}

    /** A line of a list, numbered from 1. */
    record Line(int number, String text) {
        /** For messages. */
        String position() {
            return "line " + number;
        }

        Line with(String other) {
            return new Line(number, other);
        }
    }

    /**
     * @param at folder to look below, ending with a slash, or empty
     * @param list the list's name, for messages
     */
    Listed(Source source, String at, String list) {
        this.source = source;
        this.at = at;
        this.list = list;
    }

    /**
     * The nearest file of a source that has this path, or ends with it; null when there is none.
     *
     * @throws DataException AMBIGUOUS_LAYOUT when several lie equally near
     */
    static @Nullable String nearest(Source source, String end) throws DataException {
        List<String> found = source.files().keySet().stream()
                .filter(p -> p.equals(end) || p.endsWith("/" + end))
                .toList();
        int length = found.stream().mapToInt(Listed::depth).min().orElse(0);
        List<String> best = found.stream().filter(p -> depth(p) == length).toList();
        if (best.size() > 1) {
            throw new DataException(
                    "AMBIGUOUS_LAYOUT",
                    source.name() + " has several " + end + ": " + best + "; name the folder of one data set as root");
        }
        return best.isEmpty() ? null : best.get(0);
    }

    private static int depth(String path) {
        return (int) path.chars().filter(c -> c == '/').count();
    }

    /** As {@link #nearest}, but the file must be there. */
    static String required(Source source, String end, String why) throws DataException {
        @Nullable String found = nearest(source, end);
        if (found == null) {
            throw new DataException("MISSING_FILE", source.name() + " has no " + end + ", which " + why);
        }
        return found;
    }

    /** Lines without blank ones and comments. */
    static List<Line> lines(Source source, String path) throws IOException {
        String text = new String(source.read(path), StandardCharsets.UTF_8);
        List<Line> out = new ArrayList<>();
        int number = 0;
        // Windows' editors put a mark before the first line.
        for (String row : (Iterable<String>) (text.startsWith("\uFEFF") ? text.substring(1) : text).lines()::iterator) {
            number++;
            String line = row.strip();
            if (!line.isEmpty() && !line.startsWith("#")) {
                out.add(new Line(number, line));
            }
        }
        return out;
    }

    /** A JSON document. */
    static JsonNode json(Source source, String path) throws IOException {
        try {
            return Json.mapper().readTree(source.read(path));
        } catch (JsonProcessingException e) {
            throw new DataException("BAD_SPLIT", Flaw.json(path, e, "take the data set's own file"));
        }
    }

    /** The one form of a name: macOS writes é as two characters, lists have it as one. */
    static String composed(String name) {
        return Normalizer.isNormalized(name, Normalizer.Form.NFC)
                ? name
                : Normalizer.normalize(name, Normalizer.Form.NFC);
    }

    private static String fold(String path) {
        return composed(path).toLowerCase(Locale.ROOT);
    }

    /** The same images with their whole paths. */
    List<Item> items(List<Entry> entries) throws DataException {
        List<Item> out = new ArrayList<>(entries.size());
        int missing = 0;
        String first = "";
        for (Entry entry : entries) {
            String path = prefix(entries) + entry.path;
            if (!source.files().containsKey(path)) {
                // UCF101's lists and its videos disagree on the capitals of one class.
                @Nullable String other = folded().get(fold(path));
                if (other == null) {
                    first = missing++ == 0 ? entry.position : first;
                    continue;
                }
                path = other;
            }
            out.add(new Item(path, entry.label));
        }
        if (missing > 0) {
            throw new DataException(
                    "MISSING_FILE",
                    Flaw.at(
                            list,
                            first,
                            "the first of " + missing + " images that are not there",
                            "restore them, or leave them out of the list"));
        }
        return out;
    }

    private Map<String, String> folded() {
        Map<String, String> known = folded;
        if (known == null) {
            known = new HashMap<>();
            for (String path : source.files().keySet()) {
                known.put(fold(path), path);
            }
            folded = known;
        }
        return known;
    }

    /** Folder of images: the given one or one below it, the nearest that has one of the first images. */
    private String prefix(List<Entry> entries) throws DataException {
        if (prefix != null) {
            return prefix;
        }
        for (Entry entry : entries.subList(0, Math.min(TRIED, entries.size()))) {
            @Nullable String found = around(fold(entry.path));
            if (found != null) {
                prefix = found;
                return found;
            }
        }
        throw new DataException(
                "MISSING_FILE",
                Flaw.at(
                        list,
                        entries.get(0).position,
                        "an image that is nowhere in " + source.name(),
                        "are the images in another folder or archive?"));
    }

    private @Nullable String around(String image) {
        @Nullable String best = null;
        int names = depth(image) + 1;
        for (String path : source.files().tailMap(at, true).keySet()) {
            if (!path.startsWith(at)) {
                break;
            }
            String folded = fold(path.substring(at.length()));
            if (folded.equals(image) || folded.endsWith("/" + image)) {
                String folder = path;
                for (int i = 0; i < names; i++) {
                    folder = folder.substring(0, Math.max(0, folder.lastIndexOf('/')));
                }
                String candidate = folder.isEmpty() ? "" : folder + "/";
                if (best == null || candidate.length() < best.length()) {
                    best = candidate;
                }
            }
        }
        return best;
    }
}
