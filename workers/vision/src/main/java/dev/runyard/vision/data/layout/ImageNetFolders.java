package dev.runyard.vision.data.layout;

import dev.runyard.vision.data.source.DataException;
import dev.runyard.vision.data.source.Source;
import dev.runyard.vision.file.Flaw;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * ImageNet, A, R and Sketch as folders named by WordNet ids, V2 as folders named by class numbers, which are read as numbers. Labels are
 * always indices into the 1000 classes, so that one classifier judges all five. Only ImageNet has a train part; its val part is what is
 * reported as test.
 */
final class ImageNetFolders {
    private static final Set<String> VAL = Set.of("val", "valid", "validation", "test");
    private static final Set<String> FLAT = Set.of("val", "valid", "validation", "test", "train");
    private static final String SOLUTION = "LOC_val_solution.csv";
    private static final int SHOWN = 5;

    private final Source source;
    private final String id;
    private final boolean numbers;
    private final @Nullable List<Integer> subset;

    private ImageNetFolders(Source source, String id) {
        this.source = source;
        this.id = id;
        this.numbers = id.equals("imagenet-v2");
        this.subset = switch (id) {
            case "imagenet-a" -> listed(ImageNet.subsetA());
            case "imagenet-r" -> listed(ImageNet.subsetR());
            default -> null;
        };
    }

    private static List<Integer> listed(int[] labels) {
        return Arrays.stream(labels).boxed().toList();
    }

    static boolean isOne(String id) {
        return id.startsWith("imagenet");
    }

    /** @throws DataException NO_DATASET, AMBIGUOUS_LAYOUT, LABEL_OUT_OF_RANGE, EMPTY_CLASS */
    static Found find(Source source, String id) throws IOException {
        return new ImageNetFolders(source, id).find();
    }

    private Found find() throws IOException {
        Map<String, List<String>> byParent = new TreeMap<>();
        Set<String> pictured = new HashSet<>();
        for (String path : source.files().keySet()) {
            for (int slash = path.indexOf('/'); slash > 0 && Source.image(path); slash = path.indexOf('/', slash + 1)) {
                pictured.add(path.substring(0, slash));
            }
        }
        for (String folder : source.folders()) {
            String name = folder.substring(folder.lastIndexOf('/') + 1);
            if (name.matches(numbers ? "[0-9]{1,9}" : "n[0-9]{8}")) {
                byParent.computeIfAbsent(folder.substring(0, folder.length() - name.length()), k -> new ArrayList<>())
                        .add(name);
            }
        }
        // Folders are a part by their images: Kaggle's archive has the same folders with annotations.
        byParent.keySet().removeIf(parent -> Objects.requireNonNull(byParent.get(parent)).stream()
                .noneMatch(name -> pictured.contains(parent + name)));
        if (byParent.isEmpty()) {
            throw new DataException(
                    "NO_DATASET",
                    source.name() + " has no folders with images named by "
                            + (numbers ? "class numbers 0 to 999" : "WordNet ids (n01440764)") + ", which " + id
                            + " has");
        }
        return id.equals("imagenet") ? imagenet(byParent) : variant(byParent);
    }

    private Found imagenet(Map<String, List<String>> byParent) throws IOException {
        @Nullable String train = named(byParent.keySet(), Set.of("train"));
        @Nullable String val = named(byParent.keySet(), VAL);
        @Nullable String solution = Listed.nearest(source, SOLUTION);
        if (train == null && val == null && solution == null) {
            // Class folders alone are nearly always val; a split of one's own can still be asked for.
            val = only(byParent.keySet());
        }
        List<String> notes = new ArrayList<>();
        List<Item> learnt = train == null ? List.of() : items(train, byParent.getOrDefault(train, List.of()), notes);
        List<Item> judged = val != null
                ? items(val, byParent.getOrDefault(val, List.of()), notes)
                : solution != null ? solved(solution, notes) : List.of();
        flat(judged.stream().map(Item::path).collect(Collectors.toSet()), notes);
        if (train != null) {
            Layouts.noEmptyClass(
                    learnt, ImageNet.wnids(), train + " (to train on the classes that are there, use id: folder)");
        }
        return new Found(
                judged.isEmpty()
                        ? "ImageNet, train"
                        : train == null ? "ImageNet, val alone" : "ImageNet, train and val",
                true,
                ImageNet.wnids(),
                learnt,
                List.of(),
                judged,
                null,
                notes);
    }

    /** Kaggle's flat val part: {@code LOC_val_solution.csv}, a line {@code <image>,<WordNet id> <box> …} for each image. */
    private List<Item> solved(String list, List<String> notes) throws IOException {
        Map<String, String> images = new HashMap<>();
        for (String path : source.files().keySet()) {
            if (Source.image(path)) {
                images.put(path.substring(path.lastIndexOf('/') + 1, path.lastIndexOf('.')), path);
            }
        }
        List<Item> out = new ArrayList<>();
        int missing = 0;
        for (Listed.Line line : Listed.lines(source, list)) {
            String[] fields = line.text().split("[, ]");
            if (line.number() == 1 && fields[0].equals("ImageId")) {
                continue;
            }
            OptionalInt label = fields.length < 2 ? OptionalInt.empty() : ImageNet.index(fields[1]);
            if (label.isEmpty()) {
                throw new DataException(
                        "LABEL_OUT_OF_RANGE",
                        Flaw.at(
                                list,
                                line.position(),
                                "not an image and one of ImageNet's 1000 classes",
                                "take Kaggle's file"));
            }
            @Nullable String path = images.get(fields[0]);
            if (path == null) {
                missing++;
            } else {
                out.add(new Item(path, label.getAsInt()));
            }
        }
        if (missing > 0) {
            notes.add(list + " lists " + missing + " images that are not there.");
        }
        notes.add("The val part is flat and labelled by " + list + ".");
        return out;
    }

    /** Names val and test folders with images in no class folder. */
    private void flat(Set<String> labelled, List<String> notes) {
        Map<String, Integer> loose = new TreeMap<>();
        for (String path : source.files().keySet()) {
            String folder = path.substring(0, path.lastIndexOf('/') + 1);
            if (Source.image(path)
                    && !labelled.contains(path)
                    && FLAT.contains(last(folder).toLowerCase(Locale.ROOT))) {
                loose.merge(folder, 1, Integer::sum);
            }
        }
        loose.forEach((folder, images) -> notes.add(folder + " has " + images
                + " images in no class folder; without labels they are not used"
                + (last(folder).toLowerCase(Locale.ROOT).startsWith("val")
                        ? " (" + SOLUTION + " of Kaggle's archive beside it labels val)."
                        : ".")));
    }

    private Found variant(Map<String, List<String>> byParent) throws DataException {
        String parent = only(byParent.keySet());
        List<String> notes = new ArrayList<>();
        List<Item> judged = items(parent, byParent.getOrDefault(parent, List.of()), notes);
        return new Found(
                id + (numbers ? ", folders by class number" : ", folders by WordNet id"),
                true,
                ImageNet.wnids(),
                List.of(),
                List.of(),
                judged,
                subset,
                notes);
    }

    private static @Nullable String named(Set<String> parents, Set<String> names) {
        for (String parent : parents) {
            if (names.contains(last(parent).toLowerCase(Locale.ROOT))) {
                return parent;
            }
        }
        return null;
    }

    private static String last(String folder) {
        String bare = folder.isEmpty() ? "" : folder.substring(0, folder.length() - 1);
        return bare.substring(bare.lastIndexOf('/') + 1);
    }

    /** The one folder around the classes; of several, the one whose path has the data set's name. */
    private String only(Set<String> parents) throws DataException {
        List<String> fit = List.copyOf(parents);
        if (fit.size() > 1) {
            fit = fit.stream().filter(this::hasName).toList();
        }
        if (fit.size() != 1) {
            throw new DataException(
                    "AMBIGUOUS_LAYOUT",
                    source.name() + " has class folders in several places (" + String.join(", ", parents)
                            + "); name the folder of " + id + " as root");
        }
        return fit.get(0);
    }

    private boolean hasName(String folder) {
        String plain = id.replace("-", "");
        return Arrays.stream(folder.split("/"))
                .map(part -> part.toLowerCase(Locale.ROOT).replaceAll("[-_ ]", ""))
                .anyMatch(part -> part.equals(plain) || numbers && part.startsWith(plain));
    }

    private List<Item> items(String parent, List<String> folders, List<String> notes) throws DataException {
        List<Item> out = new ArrayList<>();
        Set<Integer> seen = new TreeSet<>();
        List<String> empty = new ArrayList<>();
        for (String folder : folders) {
            int label = label(parent, folder);
            int before = out.size();
            String at = parent + folder + "/";
            for (String path : source.files().tailMap(at, true).keySet()) {
                if (!path.startsWith(at)) {
                    break;
                }
                if (Source.image(path)) {
                    out.add(new Item(path, label));
                }
            }
            if (out.size() == before) {
                empty.add(folder);
            } else {
                seen.add(label);
            }
        }
        if (out.isEmpty()) {
            throw new DataException("NO_DATASET", parent + " has class folders without images");
        }
        if (!empty.isEmpty()) {
            notes.add(parent + " has " + empty.size() + " class folders without an image, first "
                    + empty.stream().limit(SHOWN).collect(Collectors.joining(", ")) + ".");
        }
        int classes = subset == null ? ImageNet.CLASSES : subset.size();
        if (seen.size() < classes) {
            notes.add(parent + " has images of " + seen.size() + " of " + classes + " classes.");
        }
        return out;
    }

    private int label(String parent, String folder) throws DataException {
        OptionalInt index = numbers ? OptionalInt.of(Integer.parseInt(folder)) : ImageNet.index(folder);
        if (index.isEmpty() || index.getAsInt() >= ImageNet.CLASSES) {
            throw new DataException(
                    "LABEL_OUT_OF_RANGE", parent + folder + " is none of ImageNet's 1000 classes; remove or rename it");
        }
        if (subset != null && !subset.contains(index.getAsInt())) {
            throw new DataException(
                    "LABEL_OUT_OF_RANGE",
                    parent + folder + " is none of the " + subset.size() + " classes of " + id
                            + "; is this another data set?");
        }
        return index.getAsInt();
    }
}
