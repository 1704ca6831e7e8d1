package dev.runyard.vision.nd;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.util.cuda.CudaUtils;
import java.lang.management.MemoryUsage;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The array engine: started once in a process, never from the network. */
public final class Torch {
    static {
        if (System.getProperty("ai.djl.offline") == null) {
            System.setProperty("ai.djl.offline", "true");
        }
    }

    /** Numbers of a piece in which large arrays are handed over; with smaller ones the call costs more than the copy. */
    private static final int PIECE = 1 << 20;

    private static final ThreadLocal<ByteBuffer> STAGING =
            ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(4 * PIECE).order(ByteOrder.nativeOrder()));

    private static final ThreadLocal<long[]> CROSSINGS = ThreadLocal.withInitial(() -> new long[1]);

    private static volatile @Nullable Device device;
    private static volatile boolean tf32;

    private Torch() {}

    /** Where arrays live from now on: {@code cpu}, {@code cuda} for the first visible GPU, or {@code cuda:N}. One a process. */
    public static void use(String name) {
        device = name.equals("cpu")
                ? Device.cpu()
                : Device.gpu(name.equals("cuda") ? 0 : Integer.parseInt(name.substring("cuda:".length())));
    }

    /**
     * Prepares the calling thread; every thread that computes calls it first. libtorch's gradient mode belongs to a thread and is on
     * in new ones, where it would record all work for a backward pass that never comes. The optimiser of compiled modules belongs to a
     * thread too; it plans anew after a module's first calls, with other last bits, so that a resumed run would differ. Numbers too small
     * for a float's own form count as zero from here on, in what this thread computes. On a GPU fp32 is fp32, also where libtorch's own
     * default rounds, unless {@link #tf32} allowed it.
     */
    public static void enter() {
        Engine.getEngine("PyTorch");
        JniUtils.setGradMode(false);
        JniUtils.setGraphExecutorOptimize(false);
        if (onHost()) {
            LibTorch.flushDenormals();
        } else {
            LibTorch.tf32(tf32);
        }
    }

    /** Threads of one operation; 1 or more. Equal results need an equal number. */
    public static void threads(int count) {
        Engine.getEngine("PyTorch");
        JniUtils.setNumThreads(count);
    }

    /** Whether the device has TF32: a GPU since Ampere. */
    public static boolean hasTf32() {
        Device chosen = device;
        return chosen != null
                && chosen.isGpu()
                && Integer.parseInt(CudaUtils.getComputeCapability(chosen.getDeviceId())) >= 80;
    }

    /**
     * Whether products and convolutions of fp32 numbers on a GPU may round their operands to TF32 from now on. Without, they are fp32
     * throughout, also where libtorch's own default is another.
     */
    public static void tf32(boolean allowed) {
        tf32 = allowed;
        if (!onHost() && !LibTorch.tf32(allowed)) {
            throw new IllegalStateException("this libtorch does not say whether it uses TF32; use the release that"
                    + " \"runyard doctor\" names");
        }
    }

    /** Bytes of the device that nobody has; of the host's memory on a processor, as far as Linux tells. */
    public static long freeMemory() {
        Device chosen = device;
        if (chosen == null || !chosen.isGpu()) {
            return HostMemory.available();
        }
        MemoryUsage memory = CudaUtils.getGpuMemory(chosen);
        return memory.getMax() - memory.getUsed();
    }

    /** Gives back what the allocator of a GPU, or of the host, holds for later, so that others have it. */
    public static void giveBack() {
        if (onHost()) {
            HostMemory.trim();
        } else {
            JniUtils.emptyCudaCache();
        }
    }

    /** Within a step: as {@link #giveBack} on the host, where the process has grown by much; a GPU's allocator leaves no such holes. */
    public static void giveBackHoles() {
        if (onHost()) {
            HostMemory.trimWhereGrown();
        }
    }

    /**
     * How often this thread has moved numbers between Java and the engine so far, either way. Where the engine computes on a GPU each has to
     * wait until all that it was given before is done.
     */
    public static long crossings() {
        return CROSSINGS.get()[0];
    }

    private static void crosses() {
        CROSSINGS.get()[0]++;
    }

    /** Whether arrays live in the host's memory. */
    public static boolean onHost() {
        Device chosen = device;
        return chosen == null || chosen.equals(Device.cpu());
    }

    /**
     * Takes all that a manager holds out of the {@link NDScope} that may be open, which frees at its end whatever was made in it: for what
     * is made when it is first asked for, perhaps within a step, and outlives it.
     */
    public static void outlive(NDManager manager) {
        NDScope.unregister(manager.getManagedArrays().toArray(NDArray[]::new));
    }

    /** A manager of its own; closing it frees its arrays. */
    public static NDManager manager() {
        Engine engine = Engine.getEngine("PyTorch");
        Device chosen = device;
        return chosen == null ? engine.newBaseManager(Device.cpu()) : engine.newBaseManager(chosen);
    }

    /**
     * A copy of the values in the engine's own memory, which Java's limits do not hold for: a large array goes there through one small
     * buffer.
     *
     * @param values at least as many as the shape has, of which the first are taken
     */
    public static NDArray floats(NDManager manager, float[] values, long... shape) {
        crosses();
        Shape whole = new Shape(shape);
        int count = Math.toIntExact(whole.size());
        if (count <= PIECE) {
            return manager.create(FloatBuffer.wrap(values, 0, count), whole, DataType.FLOAT32);
        }
        NDArray array = manager.create(whole, DataType.FLOAT32);
        try (NDArray flat = array.reshape(count)) {
            ByteBuffer buffer = STAGING.get();
            for (int from = 0; from < count; from += PIECE) {
                int n = Math.min(PIECE, count - from);
                buffer.clear().limit(4 * n);
                buffer.asFloatBuffer().put(values, from, n);
                try (NDArray piece = manager.create(buffer, new Shape(n), DataType.FLOAT32)) {
                    flat.set(new NDIndex(from + ":" + (from + n)), piece);
                }
            }
        }
        return array;
    }

    /**
     * The memory of a float32 array on the host, row-major, to fill it before anything is computed of it. It may not be touched once the
     * array is closed.
     */
    public static FloatBuffer memory(NDArray array) {
        if (!array.getDevice().equals(Device.cpu())) {
            throw new IllegalArgumentException("the array is on " + array.getDevice() + ", not on the host");
        }
        return array.toByteBuffer(true).asFloatBuffer();
    }

    /** A copy of the values in the engine's memory. */
    public static NDArray doubles(NDManager manager, double[] values, long... shape) {
        crosses();
        return manager.create(DoubleBuffer.wrap(values), new Shape(shape), DataType.FLOAT64);
    }

    /** A copy of the values in the engine's memory. */
    public static NDArray longs(NDManager manager, long[] values, long... shape) {
        crosses();
        return manager.create(LongBuffer.wrap(values), new Shape(shape), DataType.INT64);
    }

    /** A copy of unsigned bytes in the engine's memory. */
    public static NDArray bytes(NDManager manager, ByteBuffer values, long... shape) {
        crosses();
        NDArray wrapped = manager.create(values, new Shape(shape), DataType.UINT8);
        if (!onHost()) {
            return wrapped; // copied on its way
        }
        try (wrapped) {
            return wrapped.duplicate();
        }
    }

    /** The same numbers as float32; not part of a graph. */
    public static NDArray asFloats(NDArray array) {
        return array.toType(DataType.FLOAT32, true);
    }

    /** The same numbers as float64; not part of a graph. */
    public static NDArray asDoubles(NDArray array) {
        return array.toType(DataType.FLOAT64, true);
    }

    /** The same values in the order of their places, whatever view of others they are; not part of a graph. */
    public static NDArray contiguous(NDArray array) {
        return array.reshape(array.size()).reshape(array.getShape());
    }

    /** A scalar in the engine's own memory: safe as an operand of whatever is differentiated. */
    public static NDArray scalar(NDManager manager, double value) {
        return manager.full(new Shape(), (float) value, DataType.FLOAT32);
    }

    /**
     * The float32 values, row-major; waits for the device. The one way from the engine to Java: the engine's own leaves a manager behind
     * at every call where the array is not on the host.
     */
    public static float[] read(NDArray array) {
        return onHost(array, NDArray::toFloatArray);
    }

    /** As {@link #read}, of whole numbers. */
    public static long[] readLongs(NDArray array) {
        return onHost(array, NDArray::toLongArray);
    }

    /** As {@link #read}, of float64. */
    public static double[] readDoubles(NDArray array) {
        return onHost(array, NDArray::toDoubleArray);
    }

    private static <T> T onHost(NDArray array, Function<NDArray, T> values) {
        crosses();
        return array.getDevice().equals(Device.cpu()) ? values.apply(array) : copied(array, values);
    }

    /** By way of a copy whose manager is closed with it. */
    static <T> T copied(NDArray array, Function<NDArray, T> values) {
        try (NDManager own = array.getManager().newSubManager();
                NDArray alias = array.stopGradient()) {
            alias.attach(own); // the copy belongs to a new manager below that of what is copied
            try (NDArray copy = alias.toDevice(Device.cpu(), true)) {
                return values.apply(copy);
            }
        }
    }

    /**
     * Writes values over those of an array, in row-major order. Not by the engine's own {@code set}, whose native code makes libtorch
     * warn of "silent wrong results" on the process's standard error and swaps the array's memory for Java's.
     *
     * @param values as many as the array has, of its type
     */
    public static void fill(NDArray target, Buffer values) {
        crosses();
        try (NDArray flat = target.reshape(target.size());
                NDArray given = target.getManager().create(values, flat.getShape(), target.getDataType())) {
            flat.set(new NDIndex(":"), given);
        }
    }

    /** The same value everywhere, without a copy from the host, for which a GPU would have to come to the end of its work. */
    public static void fill(NDArray target, double value) {
        try (NDArray given = target.getManager().full(target.getShape(), (float) value, target.getDataType())) {
            assign(target, given);
        }
    }

    /** Writes the values of another array of the same shape over those of an array. */
    public static void assign(NDArray target, NDArray values) {
        try (NDArray flat = target.reshape(target.size());
                NDArray given = values.reshape(target.size())) {
            flat.set(new NDIndex(":"), given);
        }
    }
}
