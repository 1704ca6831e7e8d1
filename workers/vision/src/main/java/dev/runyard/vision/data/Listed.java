package dev.runyard.vision.data;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Images that a list names by paths relative to a folder somewhere near the list. */
final class Listed {
    private final Source source;
    private final String at;
    private final String list;
    private @Nullable String prefix;
    private @Nullable Map<String, String> anyCase;

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
    static List<String> lines(Source source, String path) throws IOException {
        return new String(source.read(path), StandardCharsets.UTF_8)
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .toList();
    }

    /** The same images with their whole paths. */
    List<Item> items(List<Item> relative) throws DataException {
        List<Item> out = new ArrayList<>(relative.size());
        List<String> missing = new ArrayList<>();
        for (Item item : relative) {
            String path = prefix(item.path()) + item.path();
            if (!source.files().containsKey(path)) {
                // UCF101's lists and its videos disagree on the capitals of one class.
                @Nullable String other = anyCase().get(path.toLowerCase(Locale.ROOT));
                if (other == null) {
                    missing.add(path);
                } else {
                    path = other;
                }
            }
            out.add(new Item(path, item.label()));
        }
        if (!missing.isEmpty()) {
            throw new DataException(
                    "MISSING_FILE",
                    list + " lists " + missing.size() + " images that are not there, first " + missing.get(0)
                            + "; restore them, or leave them out of the list");
        }
        return out;
    }

    private Map<String, String> anyCase() {
        Map<String, String> known = anyCase;
        if (known == null) {
            known = new TreeMap<>();
            for (String path : source.files().keySet()) {
                known.put(path.toLowerCase(Locale.ROOT), path);
            }
            anyCase = known;
        }
        return known;
    }

    /** Folder of images: the given one or one below it, the nearest that has the first image. */
    private String prefix(String first) throws DataException {
        if (prefix != null) {
            return prefix;
        }
        @Nullable String best = null;
        for (String path : source.files().tailMap(at, true).keySet()) {
            if (!path.startsWith(at)) {
                break;
            }
            if (path.equals(at + first) || path.endsWith("/" + first)) {
                String candidate = path.substring(0, path.length() - first.length());
                if (best == null || candidate.length() < best.length()) {
                    best = candidate;
                }
            }
        }
        if (best == null) {
            throw new DataException(
                    "MISSING_FILE", list + " lists " + first + ", which is nowhere in " + source.name());
        }
        prefix = best;
        return best;
    }
}
