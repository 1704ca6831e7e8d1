package dev.runyard.vision.data;

import dev.runyard.spec.DatasetSpec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Recognises how a data set lies on disk, also when it lies a few folders deep. */
final class Layouts {
    static final String SUPPORTED =
            "supported are: train/<class>/…, val/<class>/… and test/<class>/… folders; <class>/… folders;"
                    + " CoOp's split_*.json beside the images; CIFAR-10 and CIFAR-100 in the binary version (*.bin); the official"
                    + " layouts of the data sets that an id names; each as a folder or a zip";

    private static final int DEEPEST = 6;
    private static final Set<String> TRAIN = Set.of("train", "training");
    private static final Set<String> VAL = Set.of("val", "valid", "validation");
    private static final Set<String> TEST = Set.of("test", "testing");
    private static final Set<String> IMAGE =
            Set.of("jpg", "jpeg", "png", "gif", "bmp", "webp", "tif", "tiff", "heic", "avif", "jfif", "jpe");

    private final Source source;
    private final String id;
    private final DatasetSpec.Split split;

    private Layouts(Source source, String id, DatasetSpec.Split split) {
        this.source = source;
        this.id = id;
        this.split = split;
    }

    /** @throws DataException NO_DATASET, or a fault of the layout that was recognised */
    static Found find(Source source, DatasetSpec spec) throws IOException {
        return new Layouts(source, spec.id(), spec.split()).find();
    }

    static boolean image(String path) {
        int dot = path.lastIndexOf('.');
        return dot > path.lastIndexOf('/')
                && IMAGE.contains(path.substring(dot + 1).toLowerCase(Locale.ROOT));
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
        readers.put("sun397", lists::sun397);
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
                return parts;
            }
            Set<String> candidates = candidates(at, folders);
            if (candidates.size() > 1) {
                @Nullable Found classes = classes(at, candidates);
                if (classes != null) {
                    return classes;
                }
            }
            if (candidates.size() != 1) {
                break;
            }
            at += candidates.iterator().next() + "/";
        }
        throw new DataException("NO_DATASET", "no data set was found in " + source.name() + "; " + SUPPORTED);
    }

    /** Names directly below a folder. */
    private static Set<String> children(Set<String> paths, String at) {
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
                if (image(path)) {
                    pictured.add(folder);
                }
            }
        }
        if (pictured.isEmpty()) {
            return folders;
        }
        if (pictured.size() > 1) {
            pictured.addAll(empty);
        }
        return pictured;
    }

    private @Nullable Found parts(String at, Set<String> folders) throws IOException {
        @Nullable String train = named(folders, TRAIN);
        @Nullable String val = named(folders, VAL);
        @Nullable String test = named(folders, TEST);
        if (train == null && val == null && test == null) {
            return null;
        }
        // ImageNet's own folders are train and val: what they call val is what others report as test.
        String judged = test != null ? test : val;
        Set<String> names = new TreeSet<>();
        for (String part : java.util.Arrays.asList(train, val, test)) {
            if (part != null) {
                names.addAll(children(source.folders(), at + part + "/"));
            }
        }
        List<String> classNames = sorted(names);
        Map<String, Integer> labels = labels(classNames);
        List<Item> learn = train == null ? List.of() : items(at + train + "/", labels);
        List<Item> choose = val == null || test == null ? List.of() : items(at + val + "/", labels);
        List<Item> judge = judged == null ? List.of() : items(at + judged + "/", labels);
        if (learn.isEmpty() && judge.isEmpty()) {
            throw new DataException("NO_DATASET", source.name() + " has part folders without images; " + SUPPORTED);
        }
        if (train != null) {
            noEmptyClass(learn, classNames, at + train);
        }
        return new Found("train, val and test folders", judged != null, classNames, learn, choose, judge);
    }

    private @Nullable Found classes(String at, Set<String> folders) throws IOException {
        boolean direct = false;
        boolean nested = false;
        Map<String, String> holders = new LinkedHashMap<>();
        for (String path : source.files().keySet()) {
            int slash = path.lastIndexOf('/');
            if (path.startsWith(at) && slash > at.length() && image(path)) {
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
        if (!direct && Set.copyOf(holders.values()).size() < holders.size()) {
            throw new DataException(
                    "AMBIGUOUS_LAYOUT",
                    source.name() + " holds several data sets with the same classes (" + String.join(", ", folders)
                            + "); name the folder of one as root");
        }
        List<String> classNames = sorted(names);
        List<Item> items = items(at, labels(classNames));
        noEmptyClass(items, classNames, at.isEmpty() ? source.name() : at);
        return new Found("class folders", false, classNames, items, List.of(), List.of());
    }

    private static @Nullable String named(Set<String> folders, Set<String> names) {
        for (String folder : folders) {
            if (names.contains(folder.toLowerCase(Locale.ROOT))) {
                return folder;
            }
        }
        return null;
    }

    /** As text, but as numbers when all are: ImageNet-V2's folders are 0 … 999, and as text 10 would come before 2. */
    static List<String> sorted(Set<String> names) {
        List<String> out = new ArrayList<>(new TreeSet<>(names));
        if (out.stream().allMatch(n -> n.matches("[0-9]{1,9}"))) {
            out.sort(java.util.Comparator.comparingInt((String n) -> Integer.parseInt(n))
                    .thenComparing(n -> n));
        }
        return out;
    }

    private static Map<String, Integer> labels(List<String> classNames) {
        Map<String, Integer> out = new LinkedHashMap<>();
        for (String name : classNames) {
            out.put(name, out.size());
        }
        return out;
    }

    /** Images below a folder, by path; the label is that of the longest class name that begins the path. */
    private List<Item> items(String at, Map<String, Integer> labels) {
        List<Item> out = new ArrayList<>();
        for (String path : source.files().tailMap(at, true).keySet()) {
            if (!path.startsWith(at)) {
                break;
            }
            if (!image(path)) {
                continue;
            }
            for (int slash = path.lastIndexOf('/'); slash > at.length(); slash = path.lastIndexOf('/', slash - 1)) {
                @Nullable Integer label = labels.get(path.substring(at.length(), slash));
                if (label != null) {
                    out.add(new Item(path, label));
                    break;
                }
            }
        }
        return out;
    }

    static void noEmptyClass(List<Item> items, List<String> classNames, String where) throws DataException {
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
