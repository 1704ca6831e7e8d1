package dev.runyard.vision.data.layout;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a layout holds, before missing parts are split off.
 *
 * @param layout for people: which layout was recognised
 * @param parted whether the layout itself says what is train and what is test; otherwise everything is in train
 * @param subset labels that can occur where these are fewer than the classes, ascending; null when all can
 * @param notes what a reader of results must know
 */
public record Found(
        String layout,
        boolean parted,
        List<String> classNames,
        List<Item> train,
        List<Item> val,
        List<Item> test,
        @Nullable List<Integer> subset,
        List<String> notes) {
    public Found {
        // One form for all layouts: classes are bound by their names, those of a list to those of folders.
        classNames = classNames.stream().map(Listed::composed).toList();
        train = List.copyOf(train);
        val = List.copyOf(val);
        test = List.copyOf(test);
        notes = List.copyOf(notes);
    }

    public Found(
            String layout, boolean parted, List<String> classNames, List<Item> train, List<Item> val, List<Item> test) {
        this(layout, parted, classNames, train, val, test, null, List.of());
    }

    /** The same with other parts, which are from now on settled. */
    public Found parts(List<Item> newTrain, List<Item> newVal, List<Item> newTest) {
        return new Found(layout, true, classNames, newTrain, newVal, newTest, subset, notes);
    }

    /** The same with one more note. */
    Found noted(String note) {
        List<String> more = new ArrayList<>(notes);
        more.add(note);
        return new Found(layout, parted, classNames, train, val, test, subset, more);
    }

    /** The names of the classes for messages: as folders are called, else by number, because lists are not quoted. */
    public List<String> shown() {
        Set<Integer> folders = new HashSet<>();
        for (Item item : all()) {
            String name = classNames.get(item.label());
            if (("/" + Listed.composed(item.path())).contains("/" + name + "/")) {
                folders.add(item.label());
            }
        }
        return IntStream.range(0, classNames.size())
                .mapToObj(label -> folders.contains(label) ? classNames.get(label) : "number " + label)
                .toList();
    }

    public List<Item> all() {
        List<Item> all = new ArrayList<>(train);
        all.addAll(val);
        all.addAll(test);
        return all;
    }
}
