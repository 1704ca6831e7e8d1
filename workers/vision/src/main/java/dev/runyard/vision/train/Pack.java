package dev.runyard.vision.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import dev.runyard.vision.nd.Torch;
import java.util.ArrayList;
import java.util.List;

/**
 * Arrays that cross between a device and Java together. Each crossing waits for all that the device still has to do, so a step that sent
 * its arrays one by one would wait as often as there are arrays.
 *
 * @param arrays float32, one or more
 */
record Pack(List<NDArray> arrays) {
    /** Numbers of one, which the device holds twice meanwhile; a larger array goes alone. */
    static final long MOST = 1 << 22;

    Pack {
        arrays = List.copyOf(arrays);
    }

    /** Of all arrays, in their order; both ends of a link make the same ones of the same shapes. */
    static List<Pack> of(Iterable<NDArray> arrays) {
        List<Pack> out = new ArrayList<>();
        List<NDArray> some = new ArrayList<>();
        long numbers = 0;
        for (NDArray array : arrays) {
            if (!some.isEmpty() && numbers + array.size() > MOST) {
                out.add(new Pack(some));
                some.clear();
                numbers = 0;
            }
            some.add(array);
            numbers += array.size();
        }
        if (!some.isEmpty()) {
            out.add(new Pack(some));
        }
        return out;
    }

    /** All values, array behind array. */
    float[] read() {
        if (arrays.size() == 1) {
            return Torch.read(arrays.get(0));
        }
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDList flat = new NDList();
            arrays.forEach(array -> flat.add(array.reshape(array.size())));
            return Torch.read(NDArrays.concat(flat));
        }
    }

    /** Sees an array and what arrived for it. */
    interface Each {
        /** @param values of the array's shape */
        void take(NDArray array, NDArray values);
    }

    /** @param values as {@link #read} gives them, of arrays of the same shapes */
    void each(float[] values, Each each) {
        try (NDManager manager = Torch.manager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray flat = Torch.floats(manager, values, values.length);
            long from = 0;
            for (NDArray array : arrays) {
                long to = from + array.size();
                each.take(array, flat.get(from + ":" + to).reshape(array.getShape()));
                from = to;
            }
        }
    }
}
