package dev.runyard.vision.data;

import java.util.ArrayList;
import java.util.List;

/**
 * What a layout holds, before missing parts are split off.
 *
 * @param layout for people: which layout was recognised
 * @param parted whether the layout itself says what is train and what is test; otherwise everything is in train
 */
record Found(
        String layout, boolean parted, List<String> classNames, List<Item> train, List<Item> val, List<Item> test) {
    Found {
        classNames = List.copyOf(classNames);
        train = List.copyOf(train);
        val = List.copyOf(val);
        test = List.copyOf(test);
    }

    List<Item> all() {
        List<Item> all = new ArrayList<>(train);
        all.addAll(val);
        all.addAll(test);
        return all;
    }
}
