package dev.runyard.vision.method.net;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.tensor.Safetensors;
import dev.runyard.vision.tensor.SafetensorsWriter;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.List;

/** Arrays to and from files. */
public final class StoredTensors {
    private StoredTensors() {}

    /** Overwrites {@code target} with the file's tensor, or notes why not. */
    public static void fill(Safetensors in, String source, String name, NDArray target, List<String> differences)
            throws IOException {
        if (!in.has(source)) {
            differences.add(name + " is missing");
            return;
        }
        long[] wanted = target.getShape().getShape();
        if (!Arrays.equals(in.info(source).shapeArray(), wanted)) {
            differences.add(name + " has shape " + in.info(source).shape() + ", wanted " + Arrays.toString(wanted));
            return;
        }
        boolean whole = target.getDataType() == DataType.INT64;
        if (in.info(source).dtype().floating() == whole) {
            differences.add(name + " is " + in.info(source).dtype() + ", wanted " + (whole ? "I64" : "F32"));
        } else if (whole) {
            Torch.fill(target, LongBuffer.wrap(in.longs(source)));
        } else {
            Torch.fill(target, FloatBuffer.wrap(in.floats(source)));
        }
    }

    /** Adds the array to a file. */
    public static void put(SafetensorsWriter out, String name, NDArray array) {
        long[] shape = array.getShape().getShape();
        if (array.getDataType() == DataType.INT64) {
            out.longs(name, shape, Torch.readLongs(array));
        } else {
            out.floats(name, shape, Torch.read(array));
        }
    }
}
