package dev.runyard.vision.data;

import java.util.List;
import java.util.Map;

/** EuroSAT's classes in words, as CoOp renames its folders. */
final class EuroSat {
    private static final Map<String, String> WORDS = Map.of(
            "AnnualCrop", "annual crop land",
            "Forest", "forest",
            "HerbaceousVegetation", "herbaceous vegetation land",
            "Highway", "highway or road",
            "Industrial", "industrial buildings",
            "Pasture", "pasture land",
            "PermanentCrop", "permanent crop land",
            "Residential", "residential buildings",
            "River", "river",
            "SeaLake", "sea or lake");

    private EuroSat() {}

    /** In the same order; names that are no folder's stay. */
    static List<String> words(List<String> classNames) {
        return classNames.stream().map(name -> WORDS.getOrDefault(name, name)).toList();
    }
}
