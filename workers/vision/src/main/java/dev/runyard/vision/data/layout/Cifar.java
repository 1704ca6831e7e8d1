package dev.runyard.vision.data.layout;

import dev.runyard.vision.data.source.DataException;
import dev.runyard.vision.data.source.Source;
import dev.runyard.vision.file.Flaw;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * CIFAR's binary version. A record of CIFAR-10 is a label and 3 planes of 32×32 bytes (3,073 bytes); CIFAR-100 has two labels, coarse
 * and fine (3,074); the fine one is used.
 */
final class Cifar {
    private static final List<String> CIFAR10 =
            List.of("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");

    private Cifar() {}

    /** Null when the files are not CIFAR's. */
    static @Nullable Found find(Source source, String at, Set<String> files) throws IOException {
        refusePickles(source, at, files);
        List<String> batches =
                files.stream().filter(f -> f.matches("data_batch_[0-9]+\\.bin")).toList();
        if (!batches.isEmpty() || files.contains("test_batch.bin")) {
            List<String> names = names(source, at, files, "batches.meta.txt", 10);
            List<Item> train = new ArrayList<>();
            for (String batch : batches) {
                train.addAll(records(source, at + batch, 1, 10));
            }
            List<Item> test =
                    files.contains("test_batch.bin") ? records(source, at + "test_batch.bin", 1, 10) : List.of();
            Found found = new Found("CIFAR-10 binary", true, names.isEmpty() ? CIFAR10 : names, train, List.of(), test);
            List<String> missing = Stream.of("1", "2", "3", "4", "5")
                    .map(number -> "data_batch_" + number + ".bin")
                    .filter(batch -> !files.contains(batch))
                    .toList();
            return missing.isEmpty()
                    ? found
                    : found.noted("Of CIFAR-10's training files, " + String.join(", ", missing) + " are not there.");
        }
        if (files.contains("train.bin") || files.contains("test.bin")) {
            List<String> names = names(source, at, files, "fine_label_names.txt", 100);
            if (names.isEmpty()) {
                throw new DataException(
                        "MISSING_FILE", source.name() + " has CIFAR-100 records but no " + at + "fine_label_names.txt");
            }
            List<Item> train = files.contains("train.bin") ? records(source, at + "train.bin", 2, 100) : List.of();
            List<Item> test = files.contains("test.bin") ? records(source, at + "test.bin", 2, 100) : List.of();
            return new Found("CIFAR-100 binary", true, names, train, List.of(), test);
        }
        return null;
    }

    private static void refusePickles(Source source, String at, Set<String> files) throws DataException {
        boolean ten = files.stream().anyMatch(f -> f.matches("data_batch_[0-9]+"));
        if (ten || files.containsAll(Set.of("train", "test", "meta"))) {
            String id = ten ? "cifar10" : "cifar100";
            throw new DataException(
                    "UNSAFE_FORMAT",
                    source.name() + " holds CIFAR as Python pickles in \"" + at
                            + "\", and reading one can run code; take the" + " binary version (runyard data fetch " + id
                            + ")");
        }
    }

    private static List<String> names(Source source, String at, Set<String> files, String file, int classes)
            throws IOException {
        if (!files.contains(file)) {
            return List.of();
        }
        List<String> names = new String(source.read(at + file), StandardCharsets.UTF_8)
                .lines()
                .map(String::strip)
                .filter(n -> !n.isEmpty())
                .toList();
        if (names.size() != classes) {
            throw new DataException("BAD_RECORDS", at + file + " has " + names.size() + " names, not " + classes);
        }
        return names;
    }

    private static List<Item> records(Source source, String path, int labels, int classes) throws IOException {
        long size = source.files().getOrDefault(path, 0L);
        int record = labels + Item.PIXELS;
        if (size == 0 || size % record != 0) {
            throw new DataException(
                    "BAD_RECORDS",
                    path + " has " + size + " bytes, not a multiple of the record's " + record + "; it is cut short or"
                            + " another format");
        }
        List<Item> out = new ArrayList<>();
        // Labels are few bytes far apart: reading the file in large pieces beats a read for each.
        int piece = 1_000;
        long count = size / record;
        for (long first = 0; first < count; first += piece) {
            int n = (int) Math.min(piece, count - first);
            byte[] bytes = source.read(path, first * record, n * record);
            for (int i = 0; i < n; i++) {
                int label = bytes[i * record + labels - 1] & 0xff;
                if (label >= classes) {
                    throw new DataException(
                            "LABEL_OUT_OF_RANGE",
                            Flaw.at(
                                    path,
                                    "record " + (first + i),
                                    "its label must be below " + classes,
                                    "the file is damaged or another format"));
                }
                int number = (int) (first + i);
                out.add(new Item(
                        path, label, new Item.Planes((long) number * record + labels, number, Item.Order.ROWS)));
            }
        }
        return out;
    }
}
