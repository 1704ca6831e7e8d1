package dev.runyard.vision.evaluate;

import dev.runyard.spec.json.Json;
import dev.runyard.spec.judging.About;
import dev.runyard.spec.judging.PredictionFile;
import dev.runyard.spec.judging.Predictions;
import dev.runyard.vision.data.Split;
import dev.runyard.vision.tensor.DType;
import dev.runyard.vision.tensor.Halves;
import dev.runyard.vision.tensor.SafetensorsWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps what a model answers to each image of one set, and writes it as a {@link PredictionFile}, with small pictures of what it has wrong. Scores go to a file beside the target
 * as they come, so that no set is too large. What was not {@link #finish finished} leaves nothing.
 */
public final class PredictionWriter implements AutoCloseable {
    private final Path target;
    private final Path spill;
    private final FileChannel scores;
    private final About about;
    private final Split split;
    private final Predictions.Builder made;
    private final List<String> items = new ArrayList<>();
    private final List<Long> labels = new ArrayList<>();
    private final List<Integer> places = new ArrayList<>();

    /**
     * @param split whose images are judged
     * @param about its classes are the model's outputs
     */
    public PredictionWriter(Path target, Split split, About about) throws IOException {
        this.target = target;
        this.split = split;
        this.about = about;
        this.made = new Predictions.Builder(about.classes().size());
        this.spill = Files.createTempFile(target.toAbsolutePath().getParent(), ".scores", ".tmp");
        this.scores = FileChannel.open(spill, StandardOpenOption.WRITE);
    }

    /**
     * The next images.
     *
     * @param from number of the first one in the split
     * @param scores [n, C] row-major
     * @param outputs [n], the right ones; -1 where the model has none, and the image is left out
     */
    public void add(int from, float[] scores, int[] outputs) throws IOException {
        int classes = about.classes().size();
        ByteBuffer rows = ByteBuffer.allocate(2 * scores.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < outputs.length; i++) {
            if (outputs[i] >= 0) {
                made.add(scores, i * classes, outputs[i]);
                items.add(split.name(from + i));
                labels.add((long) outputs[i]);
                places.add(from + i);
                row(scores, i * classes, classes, rows);
            }
        }
        rows.flip();
        while (rows.hasRemaining()) {
            this.scores.write(rows);
        }
    }

    /** Less the highest; what is below it stays below it however near, so that the answer is the same. */
    private static void row(float[] scores, int at, int classes, ByteBuffer to) {
        float highest = Float.NEGATIVE_INFINITY;
        for (int c = 0; c < classes; c++) {
            highest = scores[at + c] > highest ? scores[at + c] : highest;
        }
        for (int c = 0; c < classes; c++) {
            float less = scores[at + c] - highest;
            short half = Halves.toHalf(less);
            to.putShort(less < 0 && (half & 0x7fff) == 0 ? (short) 0x8001 : half);
        }
    }

    /** Whether no image has come. */
    public boolean isEmpty() {
        return made.size() == 0;
    }

    /** What was added so far, in full precision. */
    public Predictions predictions() {
        return made.build();
    }

    /** @return the file */
    public Path finish() throws IOException {
        byte[] names = Json.mapper().writeValueAsString(items).getBytes(StandardCharsets.UTF_8);
        long[] right = labels.stream().mapToLong(Long::longValue).toArray();
        SafetensorsWriter file = new SafetensorsWriter()
                .metadata(PredictionFile.ABOUT, Json.mapper().writeValueAsString(about))
                .bytes(PredictionFile.ITEMS, new long[] {names.length}, names)
                .longs(PredictionFile.LABELS, new long[] {right.length}, right)
                .file(
                        PredictionFile.SCORES,
                        DType.F16,
                        new long[] {right.length, about.classes().size()},
                        spill);
        WrongPictures.add(file, split, places, made.build());
        file.write(target);
        return target;
    }

    @Override
    public void close() throws IOException {
        scores.close();
        Files.deleteIfExists(spill);
    }
}
