package dev.runyard.vision.data.layout;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.vision.data.layout.Listed.Line;
import dev.runyard.vision.data.source.DataException;
import dev.runyard.vision.data.source.Source;
import dev.runyard.vision.file.Flaw;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Data sets whose official partition is a list of paths in text or JSON beside the images. */
final class PartitionLists {
    private final Source source;

    PartitionLists(Source source) {
        this.source = source;
    }

    /** Food-101: {@code meta/classes.txt}, {@code meta/train.txt} or {@code .json}, {@code images/<class>/<number>.jpg}. */
    @Nullable
    Found food101() throws IOException {
        @Nullable String text = Listed.nearest(source, "meta/train.txt");
        @Nullable String json = Listed.nearest(source, "meta/train.json");
        String train = text != null ? text : json;
        if (train == null) {
            return null;
        }
        String meta = folder(train);
        List<Line> learnt = food101List(train);
        List<Line> judged = food101List(meta + (text != null ? "test.txt" : "test.json"));
        List<String> classes = source.files().containsKey(meta + "classes.txt")
                ? Listed.lines(source, meta + "classes.txt").stream()
                        .map(Line::text)
                        .toList()
                : classes(learnt);
        return found("Food-101, official partition", classes, train, above(meta), learnt, List.of(), judged);
    }

    /** Of the JSON, images are numbered through instead of lines. */
    private List<Line> food101List(String path) throws IOException {
        present(path);
        List<Line> out = new ArrayList<>();
        if (path.endsWith(".txt")) {
            Listed.lines(source, path).forEach(line -> out.add(line.with(line.text() + ".jpg")));
            return out;
        }
        for (JsonNode ofClass : Listed.json(source, path)) {
            ofClass.forEach(image -> out.add(new Line(out.size() + 1, image.asText() + ".jpg")));
        }
        return out;
    }

    private static List<String> classes(List<Line> list) {
        return list.stream().map(line -> first(line.text())).distinct().sorted().toList();
    }

    /** DTD: {@code labels/train1.txt}, {@code val1.txt}, {@code test1.txt} (partition 1 of 10), {@code images/<class>/….jpg}. */
    @Nullable
    Found dtd() throws IOException {
        @Nullable String train = Listed.nearest(source, "labels/train1.txt");
        if (train == null) {
            return null;
        }
        String labels = folder(train);
        List<List<Line>> parts = new ArrayList<>();
        for (String part : List.of("train1.txt", "val1.txt", "test1.txt")) {
            parts.add(Listed.lines(source, present(labels + part)));
        }
        List<String> classes = classes(parts.get(0));
        return found(
                "DTD, official partition 1", classes, train, above(labels), parts.get(0), parts.get(1), parts.get(2));
    }

    /**
     * SUN397: {@code ClassName.txt}, {@code Training_01.txt}, {@code Testing_01.txt}; paths begin with a slash and a letter. The lists come
     * in an archive of their own; without them there is no split but one's own.
     */
    @Nullable
    Found sun397(DatasetSpec.Split split) throws IOException {
        @Nullable String train = Listed.nearest(source, "Training_01.txt");
        @Nullable String classes = Listed.nearest(source, "ClassName.txt");
        if (train == null && classes == null) {
            return null;
        }
        String named = Listed.required(source, "ClassName.txt", "names SUN397's classes");
        Map<String, Integer> labels = new LinkedHashMap<>();
        List<String> names = new ArrayList<>();
        for (Line line : Listed.lines(source, named)) {
            String path = line.text().startsWith("/") ? line.text().substring(1) : line.text();
            labels.put(Listed.composed(path), names.size());
            names.add(words(path));
        }
        if (train == null) {
            if (split != DatasetSpec.Split.OWN) {
                throw new DataException(
                        "MISSING_FILE",
                        source.name()
                                + " has SUN397's ClassName.txt, but Training_01.txt and Testing_01.txt are missing;"
                                + " put them there (Partitions.zip), or ask for split: own");
            }
            List<Item> all = sun397Images(folder(named), labels);
            Layouts.noEmptyListedClass(all, names, named);
            return new Found("SUN397 without its lists", false, names, all, List.of(), List.of());
        }
        List<Listed.Entry> learnt = sun397(train, labels);
        List<Listed.Entry> judged = sun397(present(folder(train) + "Testing_01.txt"), labels);
        Listed listed = new Listed(source, "", train);
        return new Found(
                "SUN397, official partition 01",
                true,
                names,
                trained(listed, learnt, names, train),
                List.of(),
                listed.items(judged));
    }

    private List<Listed.Entry> sun397(String list, Map<String, Integer> labels) throws IOException {
        List<Listed.Entry> out = new ArrayList<>();
        for (Line line : Listed.lines(source, list)) {
            String path = line.text().startsWith("/") ? line.text().substring(1) : line.text();
            String folder = path.substring(0, Math.max(0, path.lastIndexOf('/')));
            out.add(new Listed.Entry(path, label(labels, folder, list, line), line.position()));
        }
        return out;
    }

    /** Images below the classes' folders, wherever those begin. */
    private List<Item> sun397Images(String at, Map<String, Integer> labels) {
        List<Item> out = new ArrayList<>();
        for (String path : source.files().keySet()) {
            if (!path.startsWith(at) || !Source.image(path)) {
                continue;
            }
            String folder = Listed.composed(folder(path));
            for (int from = 0; from < folder.length(); from = folder.indexOf('/', from) + 1) {
                @Nullable Integer label = labels.get(folder.substring(from, folder.length() - 1));
                if (label != null) {
                    out.add(new Item(path, label));
                    break;
                }
            }
        }
        return out;
    }

    /** {@code a/apse/indoor} is "indoor apse": CoOp puts the words in reverse, so that the kind of place comes first. */
    private static String words(String path) {
        List<String> words = new ArrayList<>(List.of(path.split("/")));
        if (words.size() > 1) {
            words.remove(0);
        }
        Collections.reverse(words);
        return String.join(" ", words);
    }

    /**
     * UCF101's middle frames as CoOp ships them: {@code classInd.txt} ("1 ApplyEyeMakeup"), {@code trainlist01.txt}
     * ("ApplyEyeMakeup/v_….avi 1"), images {@code Apply_Eye_Makeup/v_….jpg}.
     */
    @Nullable
    Found ucf101() throws IOException {
        @Nullable String index = Listed.nearest(source, "classInd.txt");
        if (index == null) {
            return null;
        }
        TreeMap<Integer, String> byNumber = new TreeMap<>();
        for (Line line : Listed.lines(source, index)) {
            String[] words = line.text().split("\\s+");
            if (words.length != 2 || !words[0].matches("[0-9]{1,6}")) {
                throw new DataException(
                        "BAD_SPLIT",
                        Flaw.at(index, line.position(), "not a number and a class", "take UCF101's own file"));
            }
            byNumber.put(Integer.parseInt(words[0]), words[1]);
        }
        Map<String, Integer> labels = new LinkedHashMap<>();
        List<String> names = new ArrayList<>();
        for (String name : byNumber.values()) {
            labels.put(name, names.size());
            names.add(snake(name));
        }
        String train = present(folder(index) + "trainlist01.txt");
        List<Listed.Entry> learnt = ucf101(train, labels, names);
        List<Listed.Entry> judged = ucf101(present(folder(index) + "testlist01.txt"), labels, names);
        Listed listed = new Listed(source, "", train);
        return new Found(
                "UCF101 middle frames, official list 01",
                true,
                names,
                trained(listed, learnt, names, train),
                List.of(),
                listed.items(judged));
    }

    private List<Listed.Entry> ucf101(String list, Map<String, Integer> labels, List<String> names) throws IOException {
        List<Listed.Entry> out = new ArrayList<>();
        for (Line line : Listed.lines(source, list)) {
            String video = line.text().split("\\s+")[0];
            int label = label(labels, first(video), list, line);
            String file = video.substring(video.lastIndexOf('/') + 1).replaceFirst("\\.[A-Za-z0-9]+$", ".jpg");
            out.add(new Listed.Entry(names.get(label) + "/" + file, label, line.position()));
        }
        return out;
    }

    /** ApplyEyeMakeup is Apply_Eye_Makeup. */
    private static String snake(String name) {
        return name.replaceAll("(?<=.)(?=[A-Z])", "_");
    }

    /** Oxford-IIIT Pet: {@code annotations/trainval.txt}, {@code test.txt} ("Abyssinian_100 1 1 1"), {@code images/….jpg}. */
    @Nullable
    Found oxfordPets() throws IOException {
        @Nullable String train = Listed.nearest(source, "annotations/trainval.txt");
        if (train == null) {
            return null;
        }
        TreeMap<Integer, String> names = new TreeMap<>();
        List<Listed.Entry> learnt = oxfordPets(train, names);
        List<Listed.Entry> judged = oxfordPets(present(folder(train) + "test.txt"), names);
        List<String> classNames = new ArrayList<>(names.values());
        if (names.isEmpty() || names.lastKey() != classNames.size() - 1) {
            throw new DataException(
                    "EMPTY_CLASS",
                    train + " has " + classNames.size() + " classes, whose numbers have gaps; some have no image");
        }
        Listed listed = new Listed(source, above(folder(train)), train);
        return new Found(
                "Oxford-IIIT Pet, official partition",
                true,
                classNames,
                trained(listed, learnt, classNames, train),
                List.of(),
                listed.items(judged));
    }

    private List<Listed.Entry> oxfordPets(String list, TreeMap<Integer, String> names) throws IOException {
        List<Listed.Entry> out = new ArrayList<>();
        for (Line line : Listed.lines(source, list)) {
            String[] words = line.text().split("\\s+");
            int underscore = words[0].lastIndexOf('_');
            if (words.length != 4 || underscore < 1 || !words[1].matches("[1-9][0-9]{0,3}")) {
                throw new DataException(
                        "BAD_SPLIT",
                        Flaw.at(
                                list,
                                line.position(),
                                "not an image, its class (1 to 37), species and breed",
                                "take the data set's own file"));
            }
            int label = Integer.parseInt(words[1]) - 1;
            names.putIfAbsent(label, words[0].substring(0, underscore).toLowerCase(java.util.Locale.ROOT));
            out.add(new Listed.Entry(words[0] + ".jpg", label, line.position()));
        }
        return out;
    }

    /** Images to train on, of every class some. */
    private static List<Item> trained(Listed listed, List<Listed.Entry> entries, List<String> names, String list)
            throws DataException {
        List<Item> items = listed.items(entries);
        Layouts.noEmptyListedClass(items, names, list);
        return items;
    }

    /** Lists of {@code <class>/<image>}. */
    private Found found(
            String layout,
            List<String> classes,
            String list,
            String at,
            List<Line> train,
            List<Line> val,
            List<Line> test)
            throws DataException {
        Map<String, Integer> labels = new LinkedHashMap<>();
        classes.forEach(name -> labels.put(Listed.composed(name), labels.size()));
        List<List<Item>> parts = new ArrayList<>();
        Listed listed = new Listed(source, at, list);
        for (List<Line> part : List.of(train, val, test)) {
            List<Listed.Entry> items = new ArrayList<>();
            for (Line line : part) {
                int label = label(labels, first(line.text()), list, line);
                items.add(new Listed.Entry(line.text(), label, line.position()));
            }
            parts.add(listed.items(items));
        }
        Layouts.noEmptyListedClass(parts.get(0), classes, list);
        return new Found(layout, true, classes, parts.get(0), parts.get(1), parts.get(2));
    }

    private static int label(Map<String, Integer> labels, String name, String list, Line line) throws DataException {
        @Nullable Integer label = labels.get(Listed.composed(name));
        if (label == null) {
            throw new DataException(
                    "LABEL_OUT_OF_RANGE",
                    Flaw.at(
                            list,
                            line.position(),
                            "an image of a class that is not among the " + labels.size() + " listed ones",
                            "the lists belong together; take those of one archive"));
        }
        return label;
    }

    private String present(String path) throws DataException {
        if (!source.files().containsKey(path)) {
            throw new DataException("MISSING_FILE", source.name() + " has no " + path);
        }
        return path;
    }

    private static String first(String path) {
        int slash = path.indexOf('/');
        return slash < 0 ? path : path.substring(0, slash);
    }

    private static String folder(String path) {
        return path.substring(0, path.lastIndexOf('/') + 1);
    }

    /** The folder around a folder. */
    private static String above(String folder) {
        return folder.isEmpty() ? "" : folder(folder.substring(0, folder.length() - 1));
    }
}
