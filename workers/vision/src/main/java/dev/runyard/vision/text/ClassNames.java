package dev.runyard.vision.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a class is called in a sentence, from its name on disk (science reference §5.1; the data set classes of CoOp). A name that is
 * already spoken stays as it is, so that folders and CoOp's split files give the same.
 */
public final class ClassNames {
    /** EuroSAT's folders by CoOp's names for them. */
    private static final Map<String, String> EUROSAT = Map.of(
            "annualcrop", "annual crop land",
            "forest", "forest",
            "herbaceousvegetation", "herbaceous vegetation land",
            "highway", "highway or road",
            "industrial", "industrial buildings",
            "pasture", "pasture land",
            "permanentcrop", "permanent crop land",
            "residential", "residential buildings",
            "river", "river",
            "sealake", "sea or lake");

    private ClassNames() {}

    /** @param dataset its id; names of an unknown one get the general rule: lower case, spaces for "_" */
    public static String spoken(String dataset, String name) {
        String own =
                switch (dataset) {
                    case "eurosat" ->
                        EUROSAT.getOrDefault(name.replaceAll("[ _]", "").toLowerCase(Locale.ROOT), name);
                    case "ucf101" -> name.replaceAll("(?<=[a-z])(?=[A-Z])", " ");
                    case "sun397" -> turned(name);
                    case "clevr_count" -> name.replaceAll("(?i)[ _]objects?$", "");
                    // The files call the digit 0 ten.
                    case "svhn" -> name.equals("10") ? "0" : name;
                    default -> name;
                };
        return own.replace('_', ' ').strip().toLowerCase(Locale.ROOT);
    }

    /** {@code /c/church/outdoor} is an outdoor church: without the letter, the last part first. */
    private static String turned(String name) {
        List<String> parts = Arrays.stream(name.split("/"))
                .filter(part -> !part.isEmpty())
                .collect(Collectors.toCollection(ArrayList::new));
        if (parts.size() > 1 && parts.get(0).length() == 1) {
            parts.remove(0);
        }
        Collections.reverse(parts);
        return String.join(" ", parts);
    }
}
