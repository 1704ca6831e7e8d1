package dev.runyard.vision.tensor;

import java.util.List;

/**
 * Where a tensor lies and how to read it.
 *
 * @param shape row-major lengths; empty for a scalar
 * @param begin first byte, counted from the end of the header
 * @param end byte after the last one; {@code end - begin} is elements × bytes of an element
 */
public record TensorInfo(String name, DType dtype, List<Long> shape, long begin, long end) {
    public TensorInfo {
        shape = List.copyOf(shape);
    }

    /** Product of the shape; 1 for a scalar. */
    public long elements() {
        return (end - begin) / dtype.bytes();
    }

    /** The shape as DJL and others want it. */
    public long[] shapeArray() {
        return shape.stream().mapToLong(Long::longValue).toArray();
    }

    /** Length of the given axis. */
    public int axis(int index) {
        return Math.toIntExact(shape.get(index));
    }
}
