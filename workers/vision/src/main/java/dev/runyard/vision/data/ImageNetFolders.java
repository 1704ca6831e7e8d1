package dev.runyard.vision.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
    static Found find(Source source, String id) throws DataException {
        return new ImageNetFolders(source, id).find();
    }

    private Found find() throws DataException {
        Map<String, List<String>> byParent = new TreeMap<>();
        for (String folder : source.folders()) {
            String name = folder.substring(folder.lastIndexOf('/') + 1);
            if (name.matches(numbers ? "[0-9]{1,9}" : "n[0-9]{8}")) {
                byParent.computeIfAbsent(folder.substring(0, folder.length() - name.length()), k -> new ArrayList<>())
                        .add(name);
            }
        }
        if (byParent.isEmpty()) {
            throw new DataException(
                    "NO_DATASET",
                    source.name() + " has no folders named by "
                            + (numbers ? "class numbers 0 to 999" : "WordNet ids (n01440764)") + ", which " + id
                            + " has");
        }
        return id.equals("imagenet") ? imagenet(byParent) : variant(byParent);
    }

    private Found imagenet(Map<String, List<String>> byParent) throws DataException {
        @Nullable String train = named(byParent.keySet(), Set.of("train"));
        @Nullable String val = named(byParent.keySet(), VAL);
        if (train == null && val == null) {
            // Class folders alone are nearly always val; a split of one's own can still be asked for.
            val = only(byParent.keySet());
        }
        List<String> notes = new ArrayList<>();
        List<Item> learnt = train == null ? List.of() : items(train, byParent.getOrDefault(train, List.of()), notes);
        List<Item> judged = val == null ? List.of() : items(val, byParent.getOrDefault(val, List.of()), notes);
        if (train != null) {
            Layouts.noEmptyClass(
                    learnt, ImageNet.wnids(), train + " (to train on the classes that are there, use id: folder)");
        }
        return new Found(
                val == null ? "ImageNet, train" : train == null ? "ImageNet, val alone" : "ImageNet, train and val",
                true,
                ImageNet.wnids(),
                learnt,
                List.of(),
                judged,
                null,
                notes);
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
                if (Layouts.image(path)) {
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
