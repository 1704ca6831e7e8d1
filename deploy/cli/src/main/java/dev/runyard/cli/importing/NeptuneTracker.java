package dev.runyard.cli.importing;

import dev.runyard.cli.terminal.Failure;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What neptune-exporter left on the disk: a folder a project, in it {@code RUN_part_N.parquet} a run, a row a value or a point; and files
 * elsewhere, in a folder of the same name. Of a run that was not exported to its end part 0 is missing.
 */
final class NeptuneTracker implements Tracker {
    private static final String PART = "_part_";
    private static final String FIRST = PART + "0.parquet";
    private static final Set<String> REGISTRY = Set.of("models", "model_versions");
    private static final int LONGEST_PARAM = 6_000;
    private static final int LONGEST_TAG = 8_000;

    private final Path root;
    private final @Nullable Path files;
    private final @Nullable String experiment;
    private final BigDecimal multiplier;

    /**
     * @param files where the exporter put files; null: beside its data, as it does by default
     * @param experiment null: each run goes into one named after its project
     * @param multiplier of steps, since Neptune's have decimals and Runyard's have none
     */
    NeptuneTracker(Path root, @Nullable Path files, @Nullable String experiment, long multiplier) {
        this.root = root;
        this.files = files == null ? null : files.toAbsolutePath().normalize();
        this.experiment = experiment;
        this.multiplier = BigDecimal.valueOf(multiplier);
    }

    @Override
    public List<Past> runs(Consumer<String> left) throws IOException {
        Map<Path, List<Path>> parts = new TreeMap<>();
        try (Stream<Path> all = Files.walk(root.toRealPath())) {
            for (Path file : all.sorted().toList()) {
                String name = String.valueOf(file.getFileName());
                if (name.endsWith(".parquet.tmp")) {
                    left.accept(file + ": the export of this run did not come to its end");
                } else if (name.matches(".+" + PART + "\\d{1,9}\\.parquet")) {
                    String run = name.substring(0, name.lastIndexOf(PART));
                    parts.computeIfAbsent(file.resolveSibling(run), r -> new ArrayList<>())
                            .add(file);
                }
            }
        }
        if (parts.isEmpty()) {
            throw Failure.badInput(
                    "there is no RUN_part_0.parquet below " + root,
                    "name the folder that neptune-exporter was given as --data-path, or one of its projects");
        }
        List<Past> runs = new ArrayList<>();
        for (Map.Entry<Path, List<Path>> run : parts.entrySet()) {
            Path project = Objects.requireNonNull(run.getKey().getParent());
            if (REGISTRY.contains(String.valueOf(project.getFileName()))) {
                left.accept("models of the registry (" + project + ")");
            } else if (!Files.exists(project.resolve(run.getKey().getFileName() + FIRST))) {
                left.accept(run.getKey() + ": it was not exported to its end, since its part 0 is missing");
            } else {
                past(project, inOrder(run.getValue()), left, runs);
            }
        }
        return runs;
    }

    private static List<Path> inOrder(List<Path> parts) {
        return parts.stream()
                .sorted(Comparator.comparingInt(NeptuneTracker::number))
                .toList();
    }

    private static int number(Path part) {
        String name = String.valueOf(part.getFileName());
        return Integer.parseInt(
                name.substring(name.lastIndexOf(PART) + PART.length(), name.length() - ".parquet".length()));
    }

    private void past(Path project, List<Path> parts, Consumer<String> left, List<Past> into) throws IOException {
        Head head = new Head(left);
        for (Path part : parts) {
            try {
                NeptuneRow.read(part, head::row);
            } catch (IOException e) {
                left.accept(part + ": cannot be read as a part of neptune-exporter's (" + e.getMessage()
                        + "), so its run stays out");
                return;
            }
        }
        if (head.project.isEmpty() || head.run.isEmpty()) {
            left.accept(parts.get(0) + ": it does not say of which run it is");
            return;
        }
        Path folder = files(project);
        if (head.hasFiles && !Files.isDirectory(folder)) {
            // Without them the run would count as whole, and repeating with the right folder change nothing.
            throw Failure.badInput(
                    "--files: there is no folder " + folder + ", but runs of its project have files",
                    "name what neptune-exporter was given as --files-path, or make that folder, empty, to leave them out");
        }
        into.add(head.past(folder, parts));
    }

    /** Where files of a project's runs lie. */
    private Path files(Path project) {
        Path all = files == null ? project.resolveSibling("../files").normalize() : files;
        return all.resolve(String.valueOf(project.getFileName()));
    }

    /** What is said of a run, but its points and files. */
    private final class Head {
        private final Consumer<String> left;
        private final NeptuneNames names;
        private final SortedMap<String, String> params = new TreeMap<>();
        private final SortedMap<String, String> tags = new TreeMap<>();
        private String project = "";
        private String run = "";
        private String own = "";
        private String name = "";
        private boolean failed;
        private boolean hasFiles;
        private long created;
        private long modified;
        private long first = Long.MAX_VALUE;
        private long last;

        Head(Consumer<String> left) {
            this.left = left;
            this.names = new NeptuneNames(left);
        }

        void row(NeptuneRow row) {
            project = row.project();
            run = row.run();
            Long at = row.millis();
            if (at != null) {
                first = Math.min(first, at);
                last = Math.max(last, at);
            }
            String path = row.path();
            if (row.file() != null) {
                hasFiles = true;
                names.of(path);
            }
            switch (row.type()) {
                case "float", "int", "string", "bool", "datetime", "string_set" -> value(row, path);
                case "float_series" -> {
                    names.of(path);
                    if (step(row) == null) {
                        left.accept("points between steps (" + path + "); --step-multiplier takes them along");
                    }
                }
                case "file", "file_series", "file_set", "artifact" -> {}
                default -> left.accept("what is no number, value or file: " + row.type() + " (" + path + ")");
            }
        }

        private void value(NeptuneRow row, String path) {
            String text = row.text();
            if (text == null) {
                return;
            }
            if (!path.startsWith("sys/")) {
                params.put(names.of(path), cut(text, LONGEST_PARAM, path));
                return;
            }
            switch (path) {
                case "sys/creation_time" -> created = row.moment();
                case "sys/modification_time" -> modified = row.moment();
                case "sys/custom_run_id" -> own = text;
                case "sys/name" -> {
                    name = text;
                    tags.put("neptune.name", cut(text, LONGEST_TAG, path));
                }
                case "sys/failed" -> failed = text.equals("true");
                case "sys/description" -> tags.put("mlflow.note.content", cut(text, LONGEST_TAG, path));
                case "sys/tags" -> row.all().forEach(tag -> tags.put(names.of("neptune.tag." + tag), "true"));
                default -> tags.put(names.of("neptune." + path.substring(4)), cut(text, LONGEST_TAG, path));
            }
            tags.values().removeIf(String::isEmpty);
        }

        private String cut(String text, int longest, String path) {
            if (text.length() <= longest) {
                return text;
            }
            left.accept("what a text has beyond " + longest + " characters (" + path + ")");
            return text.substring(0, longest);
        }

        Past past(Path folder, List<Path> parts) {
            long begin = created > 0 ? created : first == Long.MAX_VALUE ? 0 : first;
            return new Past(
                    "neptune:" + project + "/" + run,
                    experiment == null ? project : experiment,
                    !own.isBlank() ? own : !name.isBlank() ? name : run,
                    failed ? "FAILED" : "FINISHED",
                    begin,
                    Math.max(begin, Math.max(modified, last)),
                    params,
                    tags,
                    new Held(folder, parts, begin, names.changed()));
        }
    }

    /** Null: it lies between steps. */
    private @Nullable Long step(NeptuneRow row) {
        BigDecimal step = row.step();
        try {
            return step == null
                    ? Long.valueOf(0)
                    : Long.valueOf(step.multiply(multiplier).longValueExact());
        } catch (ArithmeticException e) {
            return null;
        }
    }

    /** Points and files of a run, read when it is taken over. */
    private final class Held implements Content {
        private final Path folder;
        private final List<Path> parts;
        private final long begin;
        private final Map<String, String> changed;

        /** @param changed names that are another one here */
        Held(Path folder, List<Path> parts, long begin, Map<String, String> changed) {
            this.folder = folder;
            this.parts = parts;
            this.begin = begin;
            this.changed = changed;
        }

        private String name(NeptuneRow row) {
            return changed.getOrDefault(row.path(), row.path());
        }

        @Override
        public void points(PointTaker taker) throws IOException {
            for (Path part : parts) {
                NeptuneRow.read(part, row -> {
                    Double value = row.number();
                    if (row.type().equals("float_series") && value != null) {
                        Long step = step(row);
                        if (step != null) { // others are told of already
                            Long at = row.millis();
                            taker.take(name(row), value, at == null ? begin : at, step);
                        }
                    }
                });
            }
        }

        @Override
        public void files(FileTaker taker, Consumer<String> lost) throws IOException {
            for (Path part : parts) {
                NeptuneRow.read(part, row -> {
                    String at = row.file();
                    if (at != null) {
                        file(row, at, taker, lost);
                    }
                });
            }
        }

        private void file(NeptuneRow row, String at, FileTaker taker, Consumer<String> lost) throws IOException {
            Path file = folder.resolve(at).normalize();
            BigDecimal step = row.step();
            String under = name(row)
                    + (step == null ? "" : "/step_" + step.stripTrailingZeros().toPlainString());
            if (!file.startsWith(folder)) {
                lost.accept(at + ": a file outside of the export (" + row.path() + ")");
            } else if (Files.isDirectory(file)) {
                try (Stream<Path> all = Files.walk(file)) {
                    for (Path one : all.filter(Files::isRegularFile).sorted().toList()) {
                        taker.take(under + "/" + file.relativize(one).toString().replace('\\', '/'), one);
                    }
                }
            } else if (Files.isRegularFile(file)) {
                taker.take(under + "/" + file.getFileName(), file);
            } else {
                lost.accept(file + ": a file that is not there (" + row.path() + "); --files says where they are");
            }
        }
    }
}
