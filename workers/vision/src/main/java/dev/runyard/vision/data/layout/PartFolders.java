package dev.runyard.vision.data.layout;

import dev.runyard.vision.data.source.DataException;
import dev.runyard.vision.data.source.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Folders called train, val and test with classes in them. A folder is such a part only for its class folders with images: one without
 * is a part whose images nobody labelled, or, called train beside other classes, a class of trains.
 */
final class PartFolders {
    private static final Map<String, Part> NAMES = Map.ofEntries(
            Map.entry("train", Part.TRAIN),
            Map.entry("training", Part.TRAIN),
            Map.entry("trainval", Part.TRAIN),
            Map.entry("val", Part.VAL),
            Map.entry("valid", Part.VAL),
            Map.entry("validate", Part.VAL),
            Map.entry("validation", Part.VAL),
            Map.entry("dev", Part.VAL),
            Map.entry("eval", Part.VAL),
            Map.entry("evaluation", Part.VAL),
            Map.entry("test", Part.TEST),
            Map.entry("testing", Part.TEST),
            Map.entry("holdout", Part.TEST));
    /** What people put before or behind the name. */
    private static final String AFFIX = "(set|split|images|imgs|data|folder|seg)";

    private final Source source;

    PartFolders(Source source) {
        this.source = source;
    }

    private enum Part {
        TRAIN,
        VAL,
        TEST
    }

    private static @Nullable Part part(String folder) {
        String name = folder.toLowerCase(Locale.ROOT);
        String bare = name.replaceFirst("^" + AFFIX + "[-_ ]", "").replaceFirst("[-_ ]?" + AFFIX + "$", "");
        return NAMES.get(bare);
    }

    /** Whether a folder is called train, val or test. */
    static boolean named(String folder) {
        return part(folder) != null;
    }

    /** Whether a folder is called val or test and has images, but no class folders: images without labels. */
    static boolean unlabelled(Source source, String folder) {
        @Nullable Part part = part(folder.substring(folder.lastIndexOf('/') + 1));
        return (part == Part.VAL || part == Part.TEST) && !classed(source, folder + "/") && flat(source, folder + "/");
    }

    /** Whether images lie directly in a folder, given with a slash behind it. */
    private static boolean flat(Source source, String at) {
        return source.files().tailMap(at, true).keySet().stream()
                .takeWhile(p -> p.startsWith(at))
                .anyMatch(p -> Source.image(p) && p.indexOf('/', at.length()) < 0);
    }

    private static boolean classed(Source source, String at) {
        return source.files().tailMap(at, true).keySet().stream()
                .takeWhile(p -> p.startsWith(at))
                .anyMatch(p -> Source.image(p) && p.indexOf('/', at.length()) > 0);
    }

    /**
     * The parts directly below a folder; null when there are none.
     *
     * @param at the folder, with a slash behind it, or empty
     * @param folders names of the folders in it
     * @throws DataException AMBIGUOUS_LAYOUT, NO_DATASET, EMPTY_CLASS
     */
    @Nullable
    Found find(String at, Set<String> folders) throws DataException {
        Map<Part, String> parts = new TreeMap<>();
        List<String> unlabelled = new ArrayList<>();
        for (String folder : folders) {
            @Nullable Part part = part(folder);
            if (part == null) {
                continue;
            }
            @Nullable String gone = source.faults().get(at + folder);
            if (gone != null) {
                throw new DataException(
                        "MISSING_FILE",
                        source.name() + ": the part " + at + folder + " " + gone
                                + "; bring the folder back, or remove the link to do without that part");
            }
            if (!classed(source, at + folder + "/")) {
                unlabelled.add(folder);
                continue;
            }
            @Nullable String other = parts.put(part, folder);
            if (other != null) {
                throw new DataException(
                        "AMBIGUOUS_LAYOUT",
                        source.name() + " has both " + at + other + " and " + at + folder
                                + ", which mean the same part; rename or remove one");
            }
        }
        if (parts.isEmpty()) {
            return null;
        }
        refuseClassOfTrains(at, folders, parts);
        @Nullable String train = parts.get(Part.TRAIN);
        if (train != null) {
            Set<String> classes = classes(at, train);
            parts.values().removeIf(part -> {
                Set<String> own = classes(at, part);
                boolean none = !part.equals(train)
                        && own.size() == 1
                        && classes.stream().noneMatch(own::contains);
                if (none) {
                    // test/unknown/1.jpg, val/images/1.jpg: one folder that is no class's says nothing about a class.
                    unlabelled.add(part);
                }
                return none;
            });
        }
        return found(at, parts, unlabelled);
    }

    /** Beside folders of images that are no parts, one that is called train and has folders in it may be a class as well. */
    private void refuseClassOfTrains(String at, Set<String> folders, Map<Part, String> parts) throws DataException {
        List<String> others = folders.stream()
                .filter(folder -> part(folder.replaceFirst("[-_ ]?[0-9]+$", "")) == null)
                .filter(folder -> flat(source, at + folder + "/"))
                .toList();
        if (parts.size() == 1 && others.size() > 1) {
            String part = parts.values().iterator().next();
            throw new DataException(
                    "AMBIGUOUS_LAYOUT",
                    source.name() + ": " + at + part + " has folders with images as a part has them, and "
                            + String.join(", ", others.subList(0, Math.min(3, others.size())))
                            + " beside it hold images as classes do; if " + part
                            + " is a class, put its images directly into it or rename it, else move the others away");
        }
    }

    private Found found(String at, Map<Part, String> parts, List<String> unlabelled) throws DataException {
        @Nullable String train = parts.get(Part.TRAIN);
        @Nullable String val = parts.get(Part.VAL);
        @Nullable String test = parts.get(Part.TEST);
        // ImageNet's own folders are train and val: what they call val is what others report as test.
        @Nullable String judged = test != null ? test : val;
        Set<String> names = new TreeSet<>();
        for (String part : parts.values()) {
            names.addAll(classes(at, part));
        }
        List<String> classNames = Layouts.sorted(names);
        Map<String, Integer> labels = Layouts.labels(classNames);
        List<Item> learn = items(at, train, labels);
        List<Item> choose = test == null ? List.of() : items(at, val, labels);
        List<Item> judge = items(at, judged, labels);
        if (train != null) {
            Layouts.noEmptyClass(learn, classNames, at + train);
        }
        List<String> notes = new ArrayList<>();
        for (String folder : unlabelled) {
            long images = images(at + folder + "/").size();
            if (images > 0) {
                notes.add(at + folder + " has " + images
                        + " images in no folder of a class; without labels they are not used"
                        + (judged != null && judged.equals(val) && part(folder) == Part.TEST
                                ? ", and " + at + val + " is judged instead."
                                : "."));
            }
        }
        List<Item> used = new ArrayList<>(learn);
        used.addAll(choose);
        used.addAll(judge);
        for (String part : parts.values()) {
            notes.addAll(aside(source, at + part + "/", used, "class"));
        }
        long elsewhere = images(at).stream()
                .filter(p -> !parts.containsValue(first(p, at)) && !unlabelled.contains(first(p, at)))
                .count();
        if (elsewhere > 0) {
            notes.add(elsewhere + " images lie outside of the part folders (" + String.join(", ", parts.values())
                    + ") and are not used.");
        }
        return new Found("train, val and test folders", judged != null, classNames, learn, choose, judge, null, notes);
    }

    private static String first(String path, String at) {
        int slash = path.indexOf('/', at.length());
        return slash < 0 ? "" : path.substring(at.length(), slash);
    }

    /** The part's folder, or the one inside it that archives have again: training_set/training_set/cats. */
    private String inner(String at, String part) {
        String folder = at + part + "/";
        while (Layouts.children(source.folders(), folder).equals(Set.of(part))) {
            folder += part + "/";
        }
        return folder;
    }

    private Set<String> classes(String at, String part) {
        Set<String> out = new TreeSet<>();
        Layouts.children(source.folders(), inner(at, part)).forEach(name -> out.add(Listed.composed(name)));
        return out;
    }

    private List<Item> items(String at, @Nullable String part, Map<String, Integer> labels) {
        return part == null ? List.of() : Layouts.items(source, inner(at, part), labels);
    }

    private List<String> images(String at) {
        return source.files().tailMap(at, true).keySet().stream()
                .takeWhile(p -> p.startsWith(at))
                .filter(Source::image)
                .toList();
    }

    /** A note on images below a folder that are not among those used, because they are in no class folder; empty without any. */
    static List<String> aside(Source source, String at, List<Item> used, String what) {
        Set<String> taken = new java.util.HashSet<>();
        used.forEach(item -> taken.add(item.path()));
        List<String> left = source.files().tailMap(at, true).keySet().stream()
                .takeWhile(p -> p.startsWith(at))
                .filter(p -> Source.image(p) && !taken.contains(p))
                .toList();
        if (left.isEmpty()) {
            return List.of();
        }
        String first = Objects.requireNonNull(left.get(0));
        return List.of((at.isEmpty() ? source.name() : at) + " has " + left.size() + " images in no " + what
                + " folder, which are not used, first " + first + ".");
    }
}
