package dev.runyard.cli.importing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.runyard.cli.terminal.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What W&B keeps of a run on the disk ({@code wandb/offline-run-…/run-ID.wandb}, and the same of runs that were sent): a log of protobuf records, and
 * files beside it. Numbers are taken over with their steps, nested ones by dotted names; the configuration, name, notes, tags; and the files.
 */
final class WandbTracker implements Tracker {
    /** As Python writes what JSON has no number for. */
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    private final Path root;
    private final @Nullable String experiment;

    /** @param experiment null: each run goes into one named after its project */
    WandbTracker(Path root, @Nullable String experiment) {
        this.root = root;
        this.experiment = experiment;
    }

    @Override
    public List<Past> runs(Consumer<String> left) throws IOException {
        List<Path> logs;
        try (Stream<Path> files = Files.walk(root.toRealPath())) {
            logs = files.filter(file -> String.valueOf(file.getFileName()).matches("run-.+\\.wandb"))
                    .sorted()
                    .toList();
        }
        if (logs.isEmpty()) {
            throw Failure.badInput(
                    "there is no run-ID.wandb below " + root,
                    "name the folder wandb that W&B made, or one of its offline-run-…");
        }
        List<Past> runs = new ArrayList<>();
        for (Path log : logs) {
            Head head = new Head();
            WandbLog.read(log, left, head::record);
            if (head.id.isEmpty()) {
                left.accept(log + ": it does not say of which run it is");
            } else {
                runs.add(head.past(log, left));
            }
        }
        return runs;
    }

    /** What is said of a run, but its points. */
    private final class Head {
        private String id = "";
        private String project = "";
        private String name = "";
        private long started;
        private long last;
        private @Nullable Long exit;
        private final SortedMap<String, String> params = new TreeMap<>();
        private final SortedMap<String, String> tags = new TreeMap<>();
        private final List<String> labels = new ArrayList<>();

        void record(Message record) {
            while (record.next()) {
                switch (record.field) {
                    case 2 -> last = Math.max(last, History.of(record.inner()).millis());
                    case 5 -> config(record.inner());
                    case 17 -> run(record.inner());
                    case 18 -> exit = exit(record.inner());
                    default -> {}
                }
            }
        }

        private void run(Message run) {
            while (run.next()) {
                switch (run.field) {
                    case 1 -> id = run.text();
                    case 3 -> project = run.text();
                    case 4 -> config(run.inner());
                    case 6 -> tags.put("wandb.group", run.text());
                    case 7 -> tags.put("wandb.jobType", run.text());
                    case 8 -> name = run.text();
                    case 9 -> tags.put("mlflow.note.content", run.text());
                    case 10 -> labels.add(run.text());
                    case 12 -> tags.put("wandb.sweep", run.text());
                    case 17 -> started = millis(run.inner());
                    default -> {}
                }
            }
            tags.values().removeIf(String::isEmpty);
            labels.forEach(label -> tags.put("wandb.tag." + label, "true"));
        }

        private static long millis(Message timestamp) {
            long millis = 0;
            while (timestamp.next()) {
                millis += timestamp.field == 1 ? timestamp.number * 1_000 : timestamp.number / 1_000_000;
            }
            return millis;
        }

        private static long exit(Message exit) {
            long code = 0;
            while (exit.next()) {
                code = exit.field == 1 ? exit.number : code;
            }
            return code;
        }

        private void config(Message config) {
            while (config.next()) {
                if (config.field == 1) {
                    Item item = Item.of(config.inner());
                    if (!item.key().startsWith("_wandb")) {
                        flat(item.key(), item.value(), params);
                    }
                }
            }
        }

        private static void flat(String key, JsonNode value, SortedMap<String, String> into) {
            if (value.isObject()) {
                value.properties().forEach(part -> flat(key + "." + part.getKey(), part.getValue(), into));
            } else {
                into.put(key, value.isTextual() ? value.textValue() : value.toString());
            }
        }

        Past past(Path log, Consumer<String> left) {
            long end = Math.max(last, started);
            Long code = exit;
            return new Past(
                    "wandb:" + project + "/" + id + "/" + log.getFileName(),
                    experiment == null ? project.isEmpty() ? "wandb" : project : experiment,
                    name.isEmpty() ? id : name,
                    code == null ? "KILLED" : code == 0 ? "FINISHED" : "FAILED",
                    started == 0 ? end : started,
                    end,
                    params,
                    tags,
                    new Content() {
                        @Override
                        public void points(PointTaker taker) throws IOException {
                            WandbLog.read(log, line -> {}, record -> {
                                while (record.next()) {
                                    if (record.field == 2) {
                                        History.of(record.inner()).points(taker, left);
                                    }
                                }
                            });
                        }

                        @Override
                        public void files(FileTaker taker, Consumer<String> lost) throws IOException {
                            Path folder = Objects.requireNonNull(
                                            log.toAbsolutePath().getParent())
                                    .resolve("files");
                            if (Files.isDirectory(folder)) {
                                List<Path> files;
                                try (Stream<Path> all = Files.walk(folder)) {
                                    files = all.filter(Files::isRegularFile)
                                            .sorted()
                                            .toList();
                                }
                                for (Path file : files) {
                                    taker.take(
                                            folder.relativize(file).toString().replace('\\', '/'), file);
                                }
                            }
                        }
                    });
        }
    }

    /** A name, with those that it is nested in before it, and what it has. */
    private record Item(String key, JsonNode value) {
        static Item of(Message item) {
            StringBuilder key = new StringBuilder();
            JsonNode value = NullNode.getInstance();
            while (item.next()) {
                switch (item.field) {
                    case 1 -> key.insert(0, item.text());
                    case 2 -> key.append(key.length() == 0 ? "" : ".").append(item.text());
                    // From 0.31 on values have kinds of their own; whole numbers are zigzagged.
                    case 4 -> value = BooleanNode.valueOf(item.number != 0);
                    case 5 -> value = LongNode.valueOf(item.number >>> 1 ^ -(item.number & 1));
                    case 6 -> value = DoubleNode.valueOf(Double.longBitsToDouble(item.number));
                    case 7 -> value = TextNode.valueOf(item.text());
                    case 8, 16 -> value = json(item.text());
                    default -> {}
                }
            }
            return new Item(key.toString(), value);
        }

        private static JsonNode json(String text) {
            try {
                return JSON.readTree(text);
            } catch (JsonProcessingException e) {
                return TextNode.valueOf(text);
            }
        }
    }

    /** What was measured at one step. */
    private record History(List<Item> items, long step) {
        static History of(Message history) {
            List<Item> items = new ArrayList<>();
            long step = 0;
            while (history.next()) {
                if (history.field == 1) {
                    items.add(Item.of(history.inner()));
                } else if (history.field == 2) {
                    Message of = history.inner();
                    while (of.next()) {
                        step = of.field == 1 ? of.number : step;
                    }
                }
            }
            return new History(items, step);
        }

        long millis() {
            return items.stream()
                    .filter(item -> item.key().equals("_timestamp"))
                    .mapToLong(item -> Math.round(item.value().asDouble() * 1_000))
                    .findFirst()
                    .orElse(0);
        }

        void points(PointTaker taker, Consumer<String> left) throws IOException {
            long millis = millis();
            for (Item item : items) {
                if (!item.key().startsWith("_")) {
                    point(item.key(), item.value(), millis, taker, left);
                }
            }
        }

        private void point(String key, JsonNode value, long millis, PointTaker taker, Consumer<String> left)
                throws IOException {
            if (value.isNumber()) {
                taker.take(key, value.doubleValue(), millis, step);
            } else if (value.isBoolean()) {
                taker.take(key, value.booleanValue() ? 1 : 0, millis, step);
            } else if (value.isObject() && !value.has("_type")) {
                for (var part : value.properties()) {
                    point(key + "." + part.getKey(), part.getValue(), millis, taker, left);
                }
            } else {
                left.accept("what is no number: images, tables, histograms, texts (" + key + ")");
            }
        }
    }
}
