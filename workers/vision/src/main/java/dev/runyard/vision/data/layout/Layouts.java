package dev.runyard.vision.data.layout;

import dev.runyard.spec.dataset.DatasetEntry;
import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.vision.data.source.DataException;
import dev.runyard.vision.data.source.Source;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Recognises how a data set lies on disk, also when it lies a few folders deep. */
public final class Layouts {
    static final String SUPPORTED =
            "supported are: train/<class>/…, val/<class>/… and test/<class>/… folders; <class>/… folders;"
                    + " CoOp's split_*.json beside the images; CIFAR-10 and CIFAR-100 in the binary version (*.bin); the official"
                    + " layouts of the data sets that an id names; each as a folder or a zip";

    private static final int DEEPEST = 6;

    private final Source source;
    private final String id;
    private final DatasetSpec.Split split;

    private Layouts(Source source, String id, DatasetSpec.Split split) {
        this.source = source;
        this.id = id;
        this.split = split;
    }

    /** @throws DataException NO_DATASET, or a fault of the layout that was recognised */
    public static Found find(Source source, DatasetSpec spec) throws IOException {
        return new Layouts(source, spec.id(), spec.split()).find();
    }

    private Found find() throws IOException {
        if (ImageNetFolders.isOne(id)) {
            return ImageNetFolders.find(source, id);
        }
        if (split == DatasetSpec.Split.AUTO || split == DatasetSpec.Split.COOP) {
            @Nullable Found coop = CoopSplit.find(source);
            if (coop != null) {
                return coop;
            }
        }
        if (split == DatasetSpec.Split.COOP) {
            throw new DataException(
                    "MISSING_SPLIT",
                    source.name() + " has no split_*.json; put CoOp's file there, or ask for split: own");
        }
        @Nullable Found official = official();
        return official != null ? official : folders();
    }

    /** The layout of a data set's own archive; of every known one where the spec names none. */
    private @Nullable Found official() throws IOException {
        PartitionLists lists = new PartitionLists(source);
        MatLayouts arrays = new MatLayouts(source);
        Map<String, Reader> readers = new LinkedHashMap<>();
        readers.put("oxford_flowers", arrays::flowers);
        readers.put("svhn", arrays::svhn);
        readers.put("food101", lists::food101);
        readers.put("dtd", lists::dtd);
        readers.put("sun397", () -> lists.sun397(split));
        readers.put("ucf101", lists::ucf101);
        readers.put("oxford_pets", lists::oxfordPets);
        readers.put("clevr_count", () -> Clevr.find(source));
        for (Map.Entry<String, Reader> reader : readers.entrySet()) {
            @Nullable
            Found found = id.equals("folder") || id.equals(reader.getKey())
                    ? reader.getValue().find()
                    : null;
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    /** Null when the source has no such layout. */
    private interface Reader {
        @Nullable
        Found find() throws IOException;
    }

    /** Parts and classes by the names of folders, and CIFAR's files, also a few folders deep. */
    private Found folders() throws IOException {
        String at = "";
        for (int depth = 0; depth <= DEEPEST; depth++) {
            Set<String> folders = children(source.folders(), at);
            Set<String> files = children(source.files().keySet(), at);
            files.removeAll(folders);
            @Nullable Found cifar = Cifar.find(source, at, files);
            if (cifar != null) {
                return cifar;
            }
            @Nullable Found parts = parts(at, folders);
            if (parts != null) {
                return withoutLists(parts);
            }
            Set<String> candidates = candidates(at, folders);
            if (candidates.size() > 1) {
                @Nullable Found classes = classes(at, candidates);
                if (classes != null) {
                    return withoutLists(classes);
                }
            }
            if (candidates.size() != 1) {
                break;
            }
            at += candidates.iterator().next() + "/";
        }
        throw nothing();
    }

    /** Says so where the data set that is named has lists of its own, and they are not here. */
    private Found withoutLists(Found found) {
        @Nullable String needed = needed();
        return needed == null ? found : found.noted("What tells " + id + "'s own parts is missing: " + needed + ".");
    }

    /** Names directly below a folder. */
    static Set<String> children(Set<String> paths, String at) {
        Set<String> out = new TreeSet<>();
        for (String path : paths) {
            if (path.startsWith(at) && path.length() > at.length()) {
                int slash = path.indexOf('/', at.length());
                out.add(slash < 0 ? path.substring(at.length()) : path.substring(at.length(), slash));
            }
        }
        return out;
    }

    /**
     * Folders that may be classes or hold them: those with images and empty ones, but not those with lists and annotations only. One
     * alone with images is where to look further; without any image, everything is.
     */
    private Set<String> candidates(String at, Set<String> folders) {
        Set<String> pictured = new TreeSet<>();
        Set<String> empty = new TreeSet<>(folders);
        for (String path : source.files().tailMap(at, true).keySet()) {
            if (!path.startsWith(at)) {
                break;
            }
            int slash = path.indexOf('/', at.length());
            if (slash > 0) {
                String folder = path.substring(at.length(), slash);
                empty.remove(folder);
                if (Source.image(path)) {
                    pictured.add(folder);
                }
            }
        }
        if (pictured.isEmpty()) {
            return folders;
        }
        Set<String> labelled = new TreeSet<>(pictured);
        labelled.removeIf(name -> PartFolders.unlabelled(source, at + name));
        // Where only one would be left, "test" beside "control" is a class; but training beside testing are two parts.
        if (labelled.size() > 1 || pictured.stream().allMatch(PartFolders::named)) {
            pictured = labelled;
        }
        if (pictured.size() > 1) {
            pictured.addAll(empty);
        }
        return pictured;
    }

    private @Nullable Found parts(String at, Set<String> folders) throws IOException {
        return new PartFolders(source).find(at, folders);
    }

    private @Nullable Found classes(String at, Set<String> folders) throws IOException {
        boolean direct = false;
        boolean nested = false;
        Map<String, String> holders = new LinkedHashMap<>();
        for (String path : source.files().keySet()) {
            int slash = path.lastIndexOf('/');
            if (path.startsWith(at) && slash > at.length() && Source.image(path)) {
                String folder = path.substring(at.length(), slash);
                boolean deep = folder.indexOf('/') >= 0;
                direct |= !deep;
                nested |= deep;
                holders.put(folder, folder.substring(folder.lastIndexOf('/') + 1));
            }
        }
        if (!direct && !nested) {
            return null;
        }
        Set<String> names = direct ? folders : holders.keySet();
        if (!direct) {
            refuseSame(at, holders);
        }
        List<String> classNames = sorted(names);
        List<Item> items = items(source, at, labels(classNames));
        noEmptyClass(items, classNames, (at.isEmpty() ? source.name() : at) + gone(names, at));
        return new Found(
                "class folders",
                false,
                classNames,
                items,
                List.of(),
                List.of(),
                null,
                PartFolders.aside(source, at, items, "class"));
    }

    /** Folders of the same name in several places: whether these are one class, or several data sets, nobody can know. */
    private void refuseSame(String at, Map<String, String> holders) throws DataException {
        Map<String, String> seen = new LinkedHashMap<>();
        for (Map.Entry<String, String> holder : holders.entrySet()) {
            @Nullable String other = seen.putIfAbsent(holder.getValue(), holder.getKey());
            if (other != null) {
                throw new DataException(
                        "AMBIGUOUS_LAYOUT",
                        source.name() + " has folders of the same name in several places, for example " + at + other
                                + " and " + at + holder.getKey()
                                + "; for several data sets, name the folder of one as root; for one, put each class into"
                                + " one folder");
            }
        }
    }

    /** Links to folders that are no more, for messages. */
    private String gone(Set<String> names, String at) {
        List<String> links = names.stream()
                .filter(name -> source.faults().containsKey(at + name))
                .map(name -> name + " " + source.faults().get(at + name))
                .toList();
        return links.isEmpty() ? "" : " (" + String.join("; ", links.subList(0, Math.min(3, links.size()))) + ")";
    }

    /** What the named data set's own parts are told by; null for nothing. */
    private @Nullable String needed() {
        DatasetEntry entry = DatasetEntry.all().get(id);
        return entry == null ? null : entry.needs();
    }

    /** What was looked for, and what is there instead. */
    private DataException nothing() {
        @Nullable String needed = needed();
        long loose = source.files().keySet().stream().filter(Source::image).count();
        return new DataException(
                "NO_DATASET",
                "no data set was found in " + source.name()
                        + (loose == 0
                                ? ", and no image either"
                                : ", though it holds " + loose
                                        + " images: which class they are of, no folder or list says" + tables())
                        + archives()
                        + (needed == null ? "" : "; " + id + " has " + needed) + "; " + SUPPORTED);
    }

    private String tables() {
        @Nullable String table = first("csv", "tsv", "parquet", "xlsx");
        return table == null
                ? ""
                : " (" + table + " is not read; put the images of each class into a folder of its name)";
    }

    private String archives() {
        @Nullable String archive = first("zip", "tar", "tgz", "gz", "bz2", "xz", "7z", "rar");
        return archive == null ? "" : "; unpack " + archive + " there, or name a zip itself";
    }

    /** The first file with one of these endings; null when there is none. */
    private @Nullable String first(String... endings) {
        return source.files().keySet().stream()
                .filter(path -> Arrays.stream(endings)
                        .anyMatch(ending -> path.toLowerCase(Locale.ROOT).endsWith("." + ending)))
                .findFirst()
                .orElse(null);
    }

    /** As text, but as numbers when all are: ImageNet-V2's folders are 0 … 999, and as text 10 would come before 2. */
    static List<String> sorted(Set<String> names) {
        Set<String> composed = new TreeSet<>();
        names.forEach(name -> composed.add(Listed.composed(name)));
        List<String> out = new ArrayList<>(composed);
        if (out.stream().allMatch(n -> n.matches("[0-9]{1,9}"))) {
            out.sort(java.util.Comparator.comparingInt((String n) -> Integer.parseInt(n))
                    .thenComparing(n -> n));
        }
        return out;
    }

    static Map<String, Integer> labels(List<String> classNames) {
        Map<String, Integer> out = new LinkedHashMap<>();
        for (String name : classNames) {
            out.put(name, out.size());
        }
        return out;
    }

    /** Images below a folder, by path; the label is that of the longest class name that begins the path. */
    static List<Item> items(Source source, String at, Map<String, Integer> labels) {
        List<Item> out = new ArrayList<>();
        for (String path : source.files().tailMap(at, true).keySet()) {
            if (!path.startsWith(at)) {
                break;
            }
            if (!Source.image(path)) {
                continue;
            }
            for (int slash = path.lastIndexOf('/'); slash > at.length(); slash = path.lastIndexOf('/', slash - 1)) {
                @Nullable Integer label = labels.get(Listed.composed(path.substring(at.length(), slash)));
                if (label != null) {
                    out.add(new Item(path, label));
                    break;
                }
            }
        }
        return out;
    }

    /** As {@link #noEmptyClass}, for classes whose names a list gives: they are counted, not quoted. */
    static void noEmptyListedClass(List<Item> items, List<String> classNames, String where) throws DataException {
        noEmptyClass(
                items,
                IntStream.range(0, classNames.size())
                        .mapToObj(label -> "number " + label)
                        .toList(),
                where);
    }

    public static void noEmptyClass(List<Item> items, List<String> classNames, String where) throws DataException {
        int[] counts = new int[classNames.size()];
        for (Item item : items) {
            counts[item.label()]++;
        }
        List<String> empty = new ArrayList<>();
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] == 0) {
                empty.add(classNames.get(i));
            }
        }
        if (!empty.isEmpty()) {
            throw new DataException(
                    "EMPTY_CLASS",
                    where + " has no image for " + empty.size() + " of " + classNames.size() + " classes: "
                            + String.join(", ", empty.subList(0, Math.min(10, empty.size())))
                            + (empty.size() > 10 ? ", …" : "") + "; remove the empty folders or add the images");
        }
    }
}
