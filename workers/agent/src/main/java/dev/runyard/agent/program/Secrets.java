package dev.runyard.agent.program;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Values of this worker's environment that programs may have by name, because its owner listed them; and how they are kept out of logs. */
public final class Secrets {
    /** A shorter one could not be told from other text. */
    static final int SHORTEST = 6;

    private static final String MASK = "***";

    /** Such a variable reaches a program only as a secret that it names. */
    private static final Pattern HIDDEN = Pattern.compile(
            "RUNYARD_.*|.*(PASSWORD|PASSWD|SECRET|TOKEN|CREDENTIAL|API_?KEY|ACCESS_KEY|PRIVATE_KEY).*|TEMPORAL_.*|PG[A-Z]+|DJL_.*|OMP_WAIT_POLICY",
            Pattern.CASE_INSENSITIVE);

    private final Map<String, String> values;

    private Secrets(Map<String, String> values) {
        this.values = values;
    }

    /**
     * @param listed names between commas; empty: none
     * @throws IllegalArgumentException for one that is not there, or too short to be masked
     */
    public static Secrets of(String listed, Map<String, String> environment) {
        Map<String, String> values = new TreeMap<>();
        for (String part : listed.split(",", -1)) {
            String name = part.strip();
            if (name.isEmpty()) {
                continue;
            }
            String value = environment.get(name);
            if (!name.matches("[A-Za-z_][A-Za-z0-9_]{0,99}") || name.startsWith("RUNYARD_")) {
                throw new IllegalArgumentException(
                        "RUNYARD_SECRETS: \"" + name + "\" is no variable that a program could have");
            }
            if (value == null || value.isBlank()) {
                throw new IllegalArgumentException("RUNYARD_SECRETS: " + name
                        + " is not in this worker's environment; set it, or take it out of the list");
            }
            if (value.strip().length() < SHORTEST) {
                throw new IllegalArgumentException("RUNYARD_SECRETS: " + name + " has fewer than " + SHORTEST
                        + " characters, which logs could not be kept free of");
            }
            values.put(name, value);
        }
        return new Secrets(values);
    }

    public Collection<String> names() {
        return List.copyOf(values.keySet());
    }

    /** @throws IllegalArgumentException for a name that is not listed here */
    Map<String, String> of(Collection<String> names) {
        Map<String, String> out = new TreeMap<>();
        for (String name : names) {
            String value = values.get(name);
            if (value == null) {
                throw new IllegalArgumentException("secrets: this worker lets programs have no \"" + name
                        + "\"; its owner lists what they may have in RUNYARD_SECRETS");
            }
            out.put(name, value);
        }
        return out;
    }

    /** What of the worker's own environment a program gets: all that is neither the worker's business nor a secret. */
    static Map<String, String> open(Map<String, String> environment) {
        Map<String, String> out = new TreeMap<>(environment);
        out.keySet().removeIf(name -> HIDDEN.matcher(name).matches());
        return out;
    }

    /** Takes values out of text: as they are, line by line, and in the two forms in which headers and addresses carry them. */
    static UnaryOperator<String> mask(Collection<String> values) {
        List<String> forms = values.stream()
                .flatMap(value -> Stream.concat(value.lines(), encoded(value.strip())))
                .map(String::strip)
                .filter(form -> form.length() >= SHORTEST)
                .distinct()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList();
        return text -> {
            String out = text;
            for (String form : forms) {
                out = out.replace(form, MASK);
            }
            return out;
        };
    }

    private static Stream<String> encoded(String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        return Stream.of(
                Base64.getEncoder().withoutPadding().encodeToString(bytes),
                URLEncoder.encode(value, StandardCharsets.UTF_8));
    }
}
