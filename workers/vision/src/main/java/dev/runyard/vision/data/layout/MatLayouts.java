package dev.runyard.vision.data.layout;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.vision.data.source.DataException;
import dev.runyard.vision.data.source.MatFile;
import dev.runyard.vision.data.source.MatSource;
import dev.runyard.vision.data.source.Source;
import dev.runyard.vision.file.Flaw;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Data sets whose labels are arrays of MATLAB. */
final class MatLayouts {
    private static final int DIGITS = 10;

    private final Source source;

    MatLayouts(Source source) {
        this.source = source;
    }

    /**
     * Oxford 102 Flowers: {@code jpg/image_00001.jpg}, {@code imagelabels.mat} (labels, from 1), {@code setid.mat} (trnid, valid, tstid:
     * numbers of images, from 1), names in {@code cat_to_name.json}.
     */
    @Nullable
    Found flowers() throws IOException {
        @Nullable String sets = Listed.nearest(source, "setid.mat");
        if (sets == null) {
            return null;
        }
        String labelFile = Listed.required(source, "imagelabels.mat", "gives the classes of the images");
        int[] labels = whole(labelFile, arrays(labelFile), "labels");
        int classes = Arrays.stream(labels).max().orElse(0);
        List<String> notes = new ArrayList<>();
        List<String> names = flowerNames(classes, notes);
        Map<String, MatFile.Array> ids = arrays(sets);
        List<Listed.Entry> train = flowers(sets, "trnid", ids, labels);
        List<Listed.Entry> val = flowers(sets, "valid", ids, labels);
        List<Listed.Entry> test = flowers(sets, "tstid", ids, labels);
        Listed listed = new Listed(source, "", sets);
        List<Item> learnt = listed.items(train);
        Layouts.noEmptyListedClass(learnt, names, sets + " (trnid)");
        return new Found(
                "Oxford 102 Flowers, official partition",
                true,
                names,
                learnt,
                listed.items(val),
                listed.items(test),
                null,
                notes);
    }

    private static List<Listed.Entry> flowers(
            String sets, String array, Map<String, MatFile.Array> arrays, int[] labels) throws DataException {
        int[] ids = whole(sets, arrays, array);
        List<Listed.Entry> out = new ArrayList<>(ids.length);
        for (int id : ids) {
            String position = array + ", value " + (out.size() + 1);
            if (id < 1 || id > labels.length) {
                throw new DataException(
                        "LABEL_OUT_OF_RANGE",
                        Flaw.at(
                                sets,
                                position,
                                "an image without a label; there are " + labels.length,
                                "take the data set's own files"));
            }
            int label = labels[id - 1] - 1;
            if (label < 0) {
                throw new DataException(
                        "LABEL_OUT_OF_RANGE",
                        Flaw.at(sets, position, "an image of a class below 1", "take the data set's own files"));
            }
            out.add(new Listed.Entry(String.format(Locale.ROOT, "image_%05d.jpg", id), label, position));
        }
        return out;
    }

    private List<String> flowerNames(int classes, List<String> notes) throws IOException {
        @Nullable String file = Listed.nearest(source, "cat_to_name.json");
        if (file == null) {
            notes.add("There is no cat_to_name.json beside the labels: the classes are called by their numbers.");
            return IntStream.rangeClosed(1, classes).mapToObj(String::valueOf).toList();
        }
        JsonNode tree = Listed.json(source, file);
        List<String> names = new ArrayList<>();
        for (int number = 1; number <= classes; number++) {
            JsonNode name = tree.path(String.valueOf(number));
            if (!name.isTextual()) {
                throw new DataException("BAD_SPLIT", file + " has no name for class " + number);
            }
            names.add(name.textValue());
        }
        return names;
    }

    private Map<String, MatFile.Array> arrays(String path) throws IOException {
        try (InputStream in = source.stream(path)) {
            return MatFile.read(path, in, array -> null);
        }
    }

    /** SVHN, cropped digits: {@code train_32x32.mat}, {@code test_32x32.mat}; X is 32×32×3×N, y has 10 for the digit 0. */
    @Nullable
    Found svhn() throws IOException {
        @Nullable String train = Listed.nearest(source, "train_32x32.mat");
        @Nullable String test = Listed.nearest(source, "test_32x32.mat");
        if (train == null && test == null || !(source instanceof MatSource arrays)) {
            return null;
        }
        List<Item> learnt = train == null ? List.of() : digits(train, arrays.arrays(train));
        List<Item> judged = test == null ? List.of() : digits(test, arrays.arrays(test));
        List<String> names =
                IntStream.range(0, DIGITS).mapToObj(String::valueOf).toList();
        if (train != null) {
            Layouts.noEmptyClass(learnt, names, train);
        }
        return new Found("SVHN, cropped digits", true, names, learnt, List.of(), judged);
    }

    private static List<Item> digits(String path, Map<String, MatFile.Array> arrays) throws DataException {
        MatFile.Array pixels = array(path, arrays, "X");
        int[] digits = whole(path, arrays, "y");
        int[] dims = pixels.dims();
        int n = dims.length == 4 ? dims[3] : 1;
        if (dims.length < 3
                || dims.length > 4
                || dims[0] != 32
                || dims[1] != 32
                || dims[2] != 3
                || pixels.values().length > 0) {
            throw new DataException(
                    "BAD_RECORDS", Flaw.at(path, "X", "not 32×32×3×N of 8-bit numbers", "take SVHN's cropped digits"));
        }
        if (n != digits.length) {
            throw new DataException("BAD_RECORDS", path + " has " + n + " images and " + digits.length + " labels");
        }
        List<Item> out = new ArrayList<>(n);
        for (int i = 0; i < n; i++) {
            if (digits[i] < 1 || digits[i] > DIGITS) {
                throw new DataException(
                        "LABEL_OUT_OF_RANGE",
                        Flaw.at(
                                path,
                                "label " + (i + 1),
                                "it must lie in 1 to 10 (10 is the digit 0)",
                                "take SVHN's own file"));
            }
            Item.Planes planes = new Item.Planes((long) i * Item.PIXELS, i, Item.Order.COLUMNS);
            out.add(new Item(path, digits[i] % DIGITS, planes));
        }
        return out;
    }

    private static MatFile.Array array(String path, Map<String, MatFile.Array> arrays, String name)
            throws DataException {
        MatFile.@Nullable Array array = arrays.get(name);
        if (array == null) {
            throw new DataException(
                    "BAD_MAT",
                    Flaw.whole(
                            path,
                            "has no array " + name + " among its " + arrays.size() + " arrays",
                            "take the data set's own file"));
        }
        return array;
    }

    private static int[] whole(String path, Map<String, MatFile.Array> arrays, String name) throws DataException {
        double[] values = array(path, arrays, name).values();
        int[] out = new int[values.length];
        for (int i = 0; i < out.length; i++) {
            if (values[i] != Math.rint(values[i]) || Math.abs(values[i]) > 1e9) {
                throw new DataException(
                        "BAD_MAT",
                        Flaw.at(
                                path,
                                name + ", value " + (i + 1),
                                "not a whole number",
                                "take the data set's own file"));
            }
            out[i] = (int) values[i];
        }
        return out;
    }
}
