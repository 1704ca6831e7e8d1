package dev.runyard.spec.run;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.Kind;
import dev.runyard.spec.Nearest;
import java.lang.reflect.RecordComponent;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Every dotted path of a run spec, read off the records. */
public final class RunFields {
    private static final Set<Class<?>> RECORDS = new HashSet<>();
    private static final SortedMap<String, Field> ALL = collect();

    /** Objects whose names are free: what is inside one is a field too. */
    public static final String INSIDE = "(params|env)\\.[^.]+(\\.[^.]+)*";

    /** What other programs call our fields. */
    private static final Map<String, String> SYNONYMS = Map.ofEntries(
            Map.entry("lr", "optimizer.learningRate"),
            Map.entry("rate", "optimizer.learningRate"),
            Map.entry("baselr", "optimizer.learningRate"),
            Map.entry("wd", "optimizer.weightDecay"),
            Map.entry("mom", "optimizer.momentum"),
            Map.entry("optim", "optimizer"),
            Map.entry("optimiser", "optimizer"),
            Map.entry("scheduler", "schedule"),
            Map.entry("nepochs", "schedule.epochs"),
            Map.entry("numepochs", "schedule.epochs"),
            Map.entry("maxepochs", "schedule.epochs"),
            Map.entry("epoch", "schedule.epochs"),
            Map.entry("warmup", "schedule.warmupEpochs"),
            Map.entry("batch", "batchSize"),
            Map.entry("bs", "batchSize"),
            Map.entry("data", "dataset"),
            Map.entry("datadir", "dataset.root"),
            Map.entry("dataroot", "dataset.root"),
            Map.entry("path", "dataset.root"),
            Map.entry("folder", "dataset.root"),
            Map.entry("model", "backbone.weights"),
            Map.entry("arch", "backbone.weights"),
            Map.entry("pretrained", "backbone.weights"),
            Map.entry("checkpointpath", "backbone.weights"),
            Map.entry("amp", "backbone.precision"),
            Map.entry("dtype", "backbone.precision"),
            Map.entry("numprompts", "method.prompts"),
            Map.entry("nprompts", "method.prompts"),
            Map.entry("promptlength", "method.prompts"),
            Map.entry("library", "method.librarySize"),
            Map.entry("augmentation", "augment"),
            Map.entry("cmd", "command"),
            Map.entry("args", "command"),
            Map.entry("entrypoint", "command"),
            Map.entry("environment", "env"),
            Map.entry("workdir", "cwd"),
            Map.entry("workingdir", "cwd"),
            Map.entry("randomseed", "seed"));

    private RunFields() {}

    /**
     * @param type of the value
     * @param choice path of the object whose kind decides whether the field exists; null where it always does
     * @param kinds the kinds that have it
     */
    public record Field(Class<?> type, @Nullable String choice, Set<String> kinds) {
        public boolean whole() {
            return type == Integer.class || type == Long.class;
        }
    }

    public static Set<String> paths() {
        return ALL.keySet();
    }

    /**
     * @throws InvalidSpec UNKNOWN_FIELD with the nearest path
     */
    public static Field require(String path, JsonNode value) {
        Field field = path.matches(INSIDE) ? new Field(JsonNode.class, null, Set.of()) : ALL.get(path);
        if (field == null) {
            throw new InvalidSpec(
                    "UNKNOWN_FIELD",
                    path,
                    value,
                    "is not for a field of a run",
                    remedy(path, "").orElse(null));
        }
        return field;
    }

    /** The kind an object gets that is made only to hold a field of it: the same that the record takes by default. */
    public static Optional<String> defaultKind(String path) {
        return path.equals("method") ? Optional.of("pgn") : Optional.empty();
    }

    /**
     * The path that was probably meant, wherever it is in the spec: by what others call it, by its own name at another place, or by
     * its letters.
     */
    static Optional<String> nearest(String path) {
        String last = word(path.substring(path.lastIndexOf('.') + 1));
        String outer = path.contains(".") ? path.substring(0, path.lastIndexOf('.')) + "." : "";
        List<String> same = ALL.keySet().stream()
                .filter(p -> word(p.substring(p.lastIndexOf('.') + 1)).equals(last))
                .toList();
        return same.stream()
                .filter(p -> p.equals(outer + p.substring(p.lastIndexOf('.') + 1)))
                .findFirst()
                .or(() -> Optional.ofNullable(SYNONYMS.get(last)))
                .or(() -> same.stream().min(Comparator.comparingInt(RunFields::depth)))
                .or(() -> Nearest.to(path, ALL.keySet()));
    }

    /** "did you mean": with the kinds that have it, where not all do. */
    static Optional<String> remedy(String path, String root) {
        return nearest(path).map(n -> {
            Field field = Objects.requireNonNull(ALL.get(n));
            Set<String> kinds = field.kinds();
            return "did you mean \"" + root + n + "\"?"
                    + (kinds.isEmpty() ? "" : " It is for " + field.choice() + " kind " + String.join(", ", kinds));
        });
    }

    /** Whether others call a field of a run so. */
    static boolean synonym(String name) {
        return SYNONYMS.containsKey(word(name));
    }

    /** Whether some field of a run, at whatever place, has this name. */
    static boolean name(String name) {
        return ALL.keySet().stream()
                .anyMatch(p -> word(p.substring(p.lastIndexOf('.') + 1)).equals(word(name)));
    }

    /** Whether the record is a run's spec or a part of one. */
    static boolean record(Class<?> owner) {
        return RECORDS.contains(owner);
    }

    private static int depth(String path) {
        return (int) path.chars().filter(c -> c == '.').count();
    }

    /** batch_size, batch-size and batchSize are one word. */
    static String word(String name) {
        return name.replaceAll("[_ -]", "").toLowerCase(Locale.ROOT);
    }

    private static SortedMap<String, Field> collect() {
        SortedMap<String, Field> out = new TreeMap<>();
        ofRecord(RunSpec.class, "", null, Set.of(), out);
        return out;
    }

    private static void ofRecord(
            Class<?> type, String prefix, @Nullable String choice, Set<String> kinds, SortedMap<String, Field> out) {
        RECORDS.add(type);
        for (RecordComponent component : type.getRecordComponents()) {
            add(prefix + component.getName(), component.getType(), choice, kinds, out);
        }
    }

    private static void add(
            String path, Class<?> type, @Nullable String choice, Set<String> kinds, SortedMap<String, Field> out) {
        Set<String> all = new LinkedHashSet<>(kinds);
        Field before = out.get(path);
        if (before != null) {
            all.addAll(before.kinds);
        }
        out.put(path, new Field(type, choice, all));
        if (type.isRecord()) {
            ofRecord(type, path + ".", choice, kinds, out);
            return;
        }
        List<Kind> own = Kind.of(type);
        JsonTypeInfo info = type.getAnnotation(JsonTypeInfo.class);
        if (!own.isEmpty() && info != null) {
            out.put(path + "." + info.property(), new Field(String.class, null, Set.of()));
            for (Kind kind : own) {
                ofRecord(kind.type(), path + ".", path, Set.of(kind.name()), out);
            }
        }
    }
}
