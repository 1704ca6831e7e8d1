package dev.runyard.vision.data;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.Json;
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
        List<String> learnt = food101List(train);
        List<String> judged = food101List(meta + (text != null ? "test.txt" : "test.json"));
        List<String> classes = source.files().containsKey(meta + "classes.txt")
                ? Listed.lines(source, meta + "classes.txt")
                : learnt.stream().map(PartitionLists::first).distinct().sorted().toList();
        return found("Food-101, official partition", classes, train, above(meta), learnt, List.of(), judged);
    }

    private List<String> food101List(String path) throws IOException {
        present(path);
        List<String> out = new ArrayList<>();
        if (path.endsWith(".txt")) {
            Listed.lines(source, path).forEach(line -> out.add(line + ".jpg"));
            return out;
        }
        JsonNode tree;
        try {
            tree = Json.mapper().readTree(source.read(path));
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new DataException("BAD_SPLIT", path + ": " + e.getOriginalMessage(), e);
        }
        for (JsonNode ofClass : tree) {
            ofClass.forEach(image -> out.add(image.asText() + ".jpg"));
        }
        return out;
    }

    /** DTD: {@code labels/train1.txt}, {@code val1.txt}, {@code test1.txt} (partition 1 of 10), {@code images/<class>/….jpg}. */
    @Nullable
    Found dtd() throws IOException {
        @Nullable String train = Listed.nearest(source, "labels/train1.txt");
        if (train == null) {
            return null;
        }
        String labels = folder(train);
        List<List<String>> parts = new ArrayList<>();
        for (String part : List.of("train1.txt", "val1.txt", "test1.txt")) {
            parts.add(Listed.lines(source, present(labels + part)));
        }
        List<String> classes = parts.get(0).stream()
                .map(PartitionLists::first)
                .distinct()
                .sorted()
                .toList();
        return found(
                "DTD, official partition 1", classes, train, above(labels), parts.get(0), parts.get(1), parts.get(2));
    }

    /** SUN397: {@code ClassName.txt}, {@code Training_01.txt}, {@code Testing_01.txt}; paths begin with a slash and a letter. */
    @Nullable
    Found sun397() throws IOException {
        @Nullable String train = Listed.nearest(source, "Training_01.txt");
        if (train == null) {
            return null;
        }
        String partitions = folder(train);
        Map<String, Integer> labels = new LinkedHashMap<>();
        List<String> names = new ArrayList<>();
        for (String line : Listed.lines(source, Listed.required(source, "ClassName.txt", "names SUN397's classes"))) {
            labels.put(line.substring(1), names.size());
            names.add(words(line.substring(1)));
        }
        List<Item> learnt = sun397(train, labels);
        List<Item> judged = sun397(present(partitions + "Testing_01.txt"), labels);
        Layouts.noEmptyClass(learnt, names, train);
        Listed listed = new Listed(source, "", train);
        return new Found(
                "SUN397, official partition 01", true, names, listed.items(learnt), List.of(), listed.items(judged));
    }

    private List<Item> sun397(String list, Map<String, Integer> labels) throws IOException {
        List<Item> out = new ArrayList<>();
        for (String line : Listed.lines(source, list)) {
            String path = line.startsWith("/") ? line.substring(1) : line;
            out.add(new Item(path, label(labels, path.substring(0, Math.max(0, path.lastIndexOf('/'))), list, line)));
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
        for (String line : Listed.lines(source, index)) {
            String[] words = line.split("\\s+");
            if (words.length != 2 || !words[0].matches("[0-9]{1,6}")) {
                throw new DataException("BAD_SPLIT", index + ": \"" + line + "\" is not a number and a class");
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
        List<Item> learnt = ucf101(train, labels, names);
        List<Item> judged = ucf101(present(folder(index) + "testlist01.txt"), labels, names);
        Layouts.noEmptyClass(learnt, names, train);
        Listed listed = new Listed(source, "", train);
        return new Found(
                "UCF101 middle frames, official list 01",
                true,
                names,
                listed.items(learnt),
                List.of(),
                listed.items(judged));
    }

    private List<Item> ucf101(String list, Map<String, Integer> labels, List<String> names) throws IOException {
        List<Item> out = new ArrayList<>();
        for (String line : Listed.lines(source, list)) {
            String video = line.split("\\s+")[0];
            int label = label(labels, first(video), list, line);
            String file = video.substring(video.lastIndexOf('/') + 1).replaceFirst("\\.[A-Za-z0-9]+$", ".jpg");
            out.add(new Item(names.get(label) + "/" + file, label));
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
        List<Item> learnt = oxfordPets(train, names);
        List<Item> judged = oxfordPets(present(folder(train) + "test.txt"), names);
        List<String> classNames = new ArrayList<>(names.values());
        if (names.lastKey() != classNames.size() - 1) {
            throw new DataException(
                    "EMPTY_CLASS",
                    train + " has " + classNames.size() + " classes with numbers up to " + (names.lastKey() + 1)
                            + "; some have no image");
        }
        Layouts.noEmptyClass(learnt, classNames, train);
        Listed listed = new Listed(source, above(folder(train)), train);
        return new Found(
                "Oxford-IIIT Pet, official partition",
                true,
                classNames,
                listed.items(learnt),
                List.of(),
                listed.items(judged));
    }

    private List<Item> oxfordPets(String list, TreeMap<Integer, String> names) throws IOException {
        List<Item> out = new ArrayList<>();
        for (String line : Listed.lines(source, list)) {
            String[] words = line.split("\\s+");
            int underscore = words[0].lastIndexOf('_');
            if (words.length != 4 || underscore < 1 || !words[1].matches("[1-9][0-9]{0,3}")) {
                throw new DataException(
                        "BAD_SPLIT",
                        list + ": \"" + line + "\" is not an image, its class (1 to 37), species and breed");
            }
            int label = Integer.parseInt(words[1]) - 1;
            names.putIfAbsent(label, words[0].substring(0, underscore).toLowerCase(java.util.Locale.ROOT));
            out.add(new Item(words[0] + ".jpg", label));
        }
        return out;
    }

    /** Lists of {@code <class>/<image>}. */
    private Found found(
            String layout,
            List<String> classes,
            String list,
            String at,
            List<String> train,
            List<String> val,
            List<String> test)
            throws DataException {
        Map<String, Integer> labels = new LinkedHashMap<>();
        classes.forEach(name -> labels.put(name, labels.size()));
        List<List<Item>> parts = new ArrayList<>();
        Listed listed = new Listed(source, at, list);
        for (List<String> part : List.of(train, val, test)) {
            List<Item> items = new ArrayList<>();
            for (String path : part) {
                items.add(new Item(path, label(labels, first(path), list, path)));
            }
            parts.add(listed.items(items));
        }
        Layouts.noEmptyClass(parts.get(0), classes, list);
        return new Found(layout, true, classes, parts.get(0), parts.get(1), parts.get(2));
    }

    private static int label(Map<String, Integer> labels, String name, String list, String line) throws DataException {
        @Nullable Integer label = labels.get(name);
        if (label == null) {
            throw new DataException(
                    "LABEL_OUT_OF_RANGE",
                    list + ": \"" + line + "\" is of the class \"" + name + "\", which is not listed");
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
