package dev.runyard.cli.importing;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Names in one run as MLflow's clients may write them; Neptune's may have any sign and length. No two of them become one. */
final class NeptuneNames {
    private static final int LONGEST = 250;

    private final Consumer<String> left;
    private final Map<String, String> given = new HashMap<>();
    private final Set<String> taken = new HashSet<>();

    /** @param left told of each that is another one here */
    NeptuneNames(Consumer<String> left) {
        this.left = left;
    }

    /** Where an earlier path has it already, with a number; so the same as long as paths come in the export's order. */
    String of(String path) {
        String known = given.get(path);
        if (known != null) {
            return known;
        }
        String plain = cut(path.replaceAll("[^\\p{L}\\p{N}_\\-. /:]", "_"), LONGEST);
        String name = plain;
        for (int n = 2; !taken.add(name); n++) {
            name = cut(plain, LONGEST - ("_" + n).length()) + "_" + n;
        }
        given.put(path, name);
        if (!name.equals(path)) {
            left.accept("the name " + path + ", which is " + name + " here");
        }
        return name;
    }

    private static String cut(String name, int longest) {
        return name.length() > longest ? name.substring(0, longest) : name;
    }

    /** Those that are another one here, by path: all that a run needs once each was asked. */
    Map<String, String> changed() {
        Map<String, String> changed = new HashMap<>(given);
        changed.entrySet().removeIf(name -> name.getKey().equals(name.getValue()));
        return Map.copyOf(changed);
    }
}
