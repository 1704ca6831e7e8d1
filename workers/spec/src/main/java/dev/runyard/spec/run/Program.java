package dev.runyard.spec.run;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.Nearest;
import dev.runyard.spec.json.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a run of task command carries out. Arguments and environment hold places, {@code {params.lr}} and {@code {seed}}, that its
 * values fill; braces around anything else are what they are.
 *
 * @param command the program and its arguments, as written
 * @param params values by name; one may hold further ones, which {@code {params.optim.lr}} names
 * @param env as written
 * @param cwd null: the folder of code, or an empty one
 * @param secrets names of variables of the worker's environment
 */
public record Program(
        List<String> command,
        @Nullable Map<String, JsonNode> params,
        @Nullable Map<String, String> env,
        @Nullable String cwd,
        @Nullable CodeSpec code,
        @Nullable SetupSpec setup,
        @Nullable List<String> secrets,
        long seed) {
    private static final Pattern PLACE = Pattern.compile("\\{(seed|params\\.[^{}]{1,200})}");
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,99}");
    private static final Pattern PARAM = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_-]{0,99}");
    private static final int MOST_WORDS = 1_000;
    private static final int MOST_NAMES = 200;

    /** UTF-16 units of all words, or of all variables; a system takes at least so many. */
    private static final int MOST_TEXT = 65_536;

    public Program {
        words("command", command);
        if (params != null) {
            count("params", params.size());
            params.forEach((name, value) -> param("params", name, value));
        }
        if (env != null) {
            count("env", env.size());
            env.forEach((name, value) -> {
                variable("env." + name, name);
                text("env." + name, value);
            });
            long all = env.values().stream().mapToLong(String::length).sum();
            if (all > MOST_TEXT) {
                throw new InvalidSpec("OUT_OF_RANGE", "env", all + " characters", "are more than " + MOST_TEXT, null);
            }
        }
        if (cwd != null) {
            text("cwd", cwd);
            if (!cwd.startsWith("/")) {
                inside("cwd", cwd);
            }
        }
        if (secrets != null) {
            count("secrets", secrets.size());
            for (String name : secrets) {
                variable("secrets", name);
                if (env != null && env.containsKey(name)) {
                    throw new InvalidSpec("OVERLAPPING_PATHS", "secrets", name, "is in env too", "keep one of the two");
                }
            }
            if (new HashSet<>(secrets).size() < secrets.size()) {
                throw new InvalidSpec("DUPLICATE_VALUE", "secrets", secrets, "names one twice", "name each once");
            }
        }
        for (int i = 0; i < command.size(); i++) {
            fill("command[" + i + "]", command.get(i), params, seed);
        }
        if (env != null) {
            env.forEach((name, value) -> fill("env." + name, value, params, seed));
        }
    }

    /** The program and its arguments, filled. */
    public List<String> arguments() {
        return command.stream().map(word -> fill("command", word, params, seed)).toList();
    }

    /** Variables beside those of the worker, filled; without secrets. */
    public SortedMap<String, String> environment() {
        SortedMap<String, String> out = new TreeMap<>();
        if (env != null) {
            env.forEach((name, value) -> out.put(name, fill("env." + name, value, params, seed)));
        }
        return out;
    }

    /** The files of the artifact store without which a run has no program, as {@link CodeSpec#files}. */
    public static SortedMap<String, String> files(RunSpec spec) {
        CodeSpec code = spec.task() == Task.COMMAND ? spec.program().code() : null;
        return code == null ? new TreeMap<>() : code.files();
    }

    /** Names of secrets; none where it names none. */
    public List<String> secretNames() {
        return secrets == null ? List.of() : secrets;
    }

    /** @throws InvalidSpec for what is no command */
    static List<String> words(String field, List<String> words) {
        if (words.isEmpty() || words.get(0).isBlank()) {
            throw new InvalidSpec("OUT_OF_RANGE", field, words, "must begin with a program", "[python, train.py]");
        }
        if (words.size() > MOST_WORDS) {
            throw new InvalidSpec(
                    "OUT_OF_RANGE", field, words.size() + " words", "must be at most " + MOST_WORDS, null);
        }
        long all = 0;
        for (int i = 0; i < words.size(); i++) {
            text(field + "[" + i + "]", words.get(i));
            all += words.get(i).length();
        }
        if (all > MOST_TEXT) {
            throw new InvalidSpec("OUT_OF_RANGE", field, all + " characters", "are more than " + MOST_TEXT, null);
        }
        return List.copyOf(words);
    }

    /** @throws InvalidSpec BAD_PATH for what is not below the folder that it leads from */
    static void inside(String field, String path) {
        text(field, path);
        boolean out = path.isBlank()
                || path.startsWith("/")
                || path.contains("\\")
                || Stream.of(path.split("/", -1)).anyMatch(".."::equals);
        if (out) {
            throw new InvalidSpec("BAD_PATH", field, path, "must lead to what is inside the code's folder", null);
        }
    }

    private static void param(String field, String name, JsonNode value) {
        if (!PARAM.matcher(name).matches()) {
            throw new InvalidSpec(
                    "BAD_NAME",
                    field + "." + name,
                    name,
                    "must be letters, digits, _ and -, at most 100",
                    "a dot leads into an object: params: {optim: {lr: 0.1}} is params.optim.lr");
        }
        if (value.isObject()) {
            count(field + "." + name, value.size());
            value.properties().forEach(e -> param(field + "." + name, e.getKey(), e.getValue()));
        }
    }

    private static void count(String field, int size) {
        if (size > MOST_NAMES) {
            throw new InvalidSpec("OUT_OF_RANGE", field, size + " names", "must be at most " + MOST_NAMES, null);
        }
    }

    private static void variable(String field, String name) {
        if (!VARIABLE.matcher(name).matches()) {
            throw new InvalidSpec(
                    "BAD_NAME", field, name, "must be letters, digits and _, not beginning with a digit", null);
        }
        if (name.startsWith("RUNYARD_")) {
            throw new InvalidSpec("BAD_NAME", field, name, "begins with RUNYARD_, which is the worker's own", null);
        }
    }

    private static void text(String field, String text) {
        if (text.indexOf('\0') >= 0) {
            throw new InvalidSpec("BAD_TEXT", field, text.replace('\0', '\u2400'), "must not hold NUL", null);
        }
    }

    private static String fill(String field, String text, @Nullable Map<String, JsonNode> params, long seed) {
        Matcher places = PLACE.matcher(text);
        StringBuilder out = new StringBuilder();
        while (places.find()) {
            String path = places.group(1);
            String value = path.equals("seed") ? Long.toString(seed) : spelled(value(field, path, params));
            places.appendReplacement(out, Matcher.quoteReplacement(value));
        }
        return places.appendTail(out).toString();
    }

    private static JsonNode value(String field, String path, @Nullable Map<String, JsonNode> params) {
        JsonNode at = null;
        for (String name : path.substring(path.indexOf('.') + 1).split("\\.", -1)) {
            at = at == null ? (params == null ? null : params.get(name)) : at.get(name);
            if (at == null) {
                List<String> known = new ArrayList<>();
                if (params != null) {
                    params.forEach((key, value) -> names("params." + key, value, known));
                }
                throw new InvalidSpec(
                        "UNKNOWN_VALUE",
                        field,
                        "{" + path + "}",
                        "names no value of params",
                        Nearest.to(path, known)
                                .map(near -> "did you mean {" + near + "}?")
                                .orElse("add it to params, or name an axis " + path));
            }
        }
        return at == null ? Json.mapper().nullNode() : at;
    }

    private static void names(String path, JsonNode value, List<String> out) {
        out.add(path);
        if (value.isObject()) {
            value.properties().forEach(e -> names(path + "." + e.getKey(), e.getValue(), out));
        }
    }

    /** A text as it is, a number in plain digits where they are few, anything else as JSON. */
    private static String spelled(JsonNode value) {
        if (value.isTextual()) {
            return value.textValue();
        }
        if (value.isFloatingPointNumber() && Double.isFinite(value.doubleValue())) {
            String plain = value.decimalValue().stripTrailingZeros().toPlainString();
            return plain.length() <= 24 ? plain : value.asText();
        }
        return Json.canonical(value);
    }
}
