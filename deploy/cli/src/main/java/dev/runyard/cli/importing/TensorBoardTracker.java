package dev.runyard.cli.importing;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Scalars of TensorBoard's event files: TFRecords (length, masked CRC-32C, Event as protobuf, masked CRC-32C). Each folder with event
 * files is a run. A file that is cut off, as a killed program leaves it, counts up to there.
 */
final class TensorBoardTracker implements Tracker {
    private static final int LONGEST = 64 << 20;

    private final Path root;
    private final String experiment;

    TensorBoardTracker(Path root, String experiment) {
        this.root = root;
        this.experiment = experiment;
    }

    @Override
    public List<Past> runs(Consumer<String> left) throws IOException {
        Map<Path, List<Path>> folders = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            files.filter(file -> String.valueOf(file.getFileName()).contains("tfevents"))
                    .sorted()
                    .forEach(file -> folders.computeIfAbsent(file.getParent(), f -> new ArrayList<>())
                            .add(file));
        }
        List<Past> runs = new ArrayList<>();
        for (Map.Entry<Path, List<Path>> folder : folders.entrySet()) {
            runs.add(past(folder.getKey(), folder.getValue(), left));
        }
        return runs;
    }

    private Past past(Path folder, List<Path> files, Consumer<String> left) throws IOException {
        long[] span = {Long.MAX_VALUE, 0};
        String begin = "";
        for (Path file : files) {
            read(file, left, (key, value, millis, step) -> {
                span[0] = Math.min(span[0], millis);
                span[1] = Math.max(span[1], millis);
            });
            begin += file.getFileName() + ";";
        }
        String name = root.relativize(folder).toString().replace('\\', '/');
        long first = span[1] == 0 ? 0 : span[0];
        return new Past(
                "tensorboard:" + dev.runyard.spec.Sha256.of(begin) + "/" + name,
                experiment,
                name.isEmpty()
                        ? String.valueOf(folder.toAbsolutePath().normalize().getFileName())
                        : name,
                "FINISHED",
                first,
                span[1],
                new TreeMap<>(),
                new TreeMap<>(),
                taker -> {
                    for (Path file : files) {
                        read(file, line -> {}, taker);
                    }
                });
    }

    private static void read(Path file, Consumer<String> left, PointTaker taker) throws IOException {
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16))) {
            byte[] head = new byte[12];
            while (true) {
                int first = in.read();
                if (first < 0) {
                    return;
                }
                head[0] = (byte) first;
                in.readFully(head, 1, 11);
                ByteBuffer length = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
                long bytes = length.getLong();
                if (length.getInt() != masked(head, 8) || bytes < 0 || bytes > LONGEST) {
                    left.accept(file + ": the rest of it, which is damaged");
                    return;
                }
                byte[] event = new byte[(int) bytes];
                in.readFully(event);
                byte[] crc = new byte[4];
                in.readFully(crc);
                if (ByteBuffer.wrap(crc).order(ByteOrder.LITTLE_ENDIAN).getInt() != masked(event, event.length)) {
                    left.accept(file + ": the rest of it, which is damaged");
                    return;
                }
                event(new Message(event, 0, event.length), left, taker);
            }
        } catch (EOFException e) {
            left.accept(file + ": its last record, which is cut off");
        }
    }

    private static int masked(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        int value = (int) crc.getValue();
        return ((value >>> 15) | (value << 17)) + 0xa282ead8;
    }

    private static void event(Message event, Consumer<String> left, PointTaker taker) throws IOException {
        double time = 0;
        long step = 0;
        List<Message> summaries = new ArrayList<>();
        while (event.next()) {
            switch (event.field) {
                case 1 -> time = Double.longBitsToDouble(event.number);
                case 2 -> step = event.number;
                case 5 -> summaries.add(event.inner());
                default -> {}
            }
        }
        for (Message summary : summaries) {
            while (summary.next()) {
                if (summary.field == 1) {
                    value(summary.inner(), Math.round(time * 1_000), step, left, taker);
                }
            }
        }
    }

    private static void value(Message value, long millis, long step, Consumer<String> left, PointTaker taker)
            throws IOException {
        String tag = "";
        Float scalar = null;
        while (value.next()) {
            switch (value.field) {
                case 1 -> tag = value.text();
                case 2 -> scalar = Float.intBitsToFloat((int) value.number);
                case 8 -> scalar = tensor(value.inner());
                default -> {}
            }
        }
        if (scalar == null) {
            left.accept("what is no scalar: images, histograms, texts (" + tag + ")");
        } else {
            // As people wrote it: 0.1 for what is nearest to 0.1 among floats.
            taker.take(tag, Double.parseDouble(Float.toString(scalar)), millis, step);
        }
    }

    /** The one float of a tensor; null for what is another kind, or has a shape. */
    private static @Nullable Float tensor(Message tensor) {
        Float found = null;
        boolean floats = false;
        while (tensor.next()) {
            switch (tensor.field) {
                case 1 -> floats = tensor.number == 1;
                case 2 -> {
                    Message shape = tensor.inner();
                    while (shape.next()) {
                        if (shape.field == 2) {
                            return null;
                        }
                    }
                }
                case 4 -> {
                    if (tensor.end - tensor.start == 4) {
                        found = ByteBuffer.wrap(tensor.bytes, tensor.start, 4)
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .getFloat();
                    }
                }
                case 5 ->
                    found = tensor.packed
                            ? Float.valueOf(ByteBuffer.wrap(tensor.bytes, tensor.start, 4)
                                    .order(ByteOrder.LITTLE_ENDIAN)
                                    .getFloat())
                            : Float.valueOf(Float.intBitsToFloat((int) tensor.number));
                default -> {}
            }
        }
        return floats ? found : null;
    }
}
