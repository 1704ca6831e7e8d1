package dev.runyard.vision.backbone.weights;

import java.util.Arrays;
import java.util.List;

/**
 * One tensor of a transformer and where it stands in a file.
 *
 * @param name as the transformer calls it
 * @param sources names in the file; several are joined along their first axis
 * @param shape of the whole, as it stands in the file
 * @param transposed whether the transformer wants the other order of two axes
 */
public record Entry(String name, List<String> sources, List<Long> shape, boolean transposed) {
    public Entry {
        sources = List.copyOf(sources);
        shape = List.copyOf(shape);
    }

    /** A tensor that stands in the file as the transformer wants it. */
    public static Entry of(String name, String source, long... shape) {
        return new Entry(name, List.of(source), Arrays.stream(shape).boxed().toList(), false);
    }

    /** A matrix of the transformer that stands in the file the other way round. */
    public static Entry turned(String name, String source, long rows, long columns) {
        return new Entry(name, List.of(source), List.of(rows, columns), true);
    }
}
