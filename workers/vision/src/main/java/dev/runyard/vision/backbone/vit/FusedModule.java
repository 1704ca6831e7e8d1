package dev.runyard.vision.backbone.vit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import dev.runyard.spec.Sha256;
import dev.runyard.vision.nd.Torch;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * The TorchScript module of {@code vision_transformer.py}. TorchScript is code that the engine runs, so the archive is written here from
 * that text, in memory, and loaded only when its SHA-256 is the one below; there is no file that another process could change between.
 * No other TorchScript is ever loaded.
 */
final class FusedModule implements AutoCloseable {
    /** Of {@link #archive}. */
    static final String SHA256 = "00e8681ce20561b7849b9f7e25fc77f1c4293bb0bfc59544880d70fdd372bed1";

    private static final String SOURCE = "vision_transformer.py";
    private static final String LIST = "w[]"; // the engine passes arrays of this name as one list

    /** Pickle protocol 2: the class, made without arguments, its one attribute {@code training} true. */
    private static final byte[] OBJECT =
            "\u0080\u0002c__torch__\nVisionTransformer\n)\u0081}(X\u0008\u0000\u0000\u0000training\u0088ub."
                    .getBytes(StandardCharsets.ISO_8859_1);
    /** Pickle protocol 2: an empty tuple. */
    private static final byte[] NO_CONSTANTS = "\u0080\u0002).".getBytes(StandardCharsets.ISO_8859_1);

    private final NDManager manager;
    private final PtSymbolBlock module;
    private final Map<String, NDArray> methods = new ConcurrentHashMap<>();

    /** @param manager of all results; closed by the caller, after this */
    FusedModule(NDManager manager) {
        this.manager = manager;
        try (InputStream in = new ByteArrayInputStream(checked(archive(source())))) {
            module = JniUtils.loadModule((PtNDManager) manager, in, false, false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Marks an array as one of the list of weights. */
    NDArray asWeight(NDArray array) {
        array.setName(LIST);
        return array;
    }

    /** The result of a method of some arrays. */
    NDArray call(String method, NDArray... arguments) {
        NDList all = new NDList(name(method));
        all.addAll(List.of(arguments));
        return run(all);
    }

    /** The result of a method of {@code inputs}, weights, facts and eps. */
    NDArray call(String method, List<NDArray> weights, NDArray facts, NDArray eps, NDArray... inputs) {
        NDList arguments = new NDList(weights.size() + inputs.length + 3);
        arguments.add(name(method));
        arguments.addAll(List.of(inputs));
        arguments.addAll(weights);
        arguments.add(facts);
        arguments.add(eps);
        return run(arguments);
    }

    /**
     * Always as in training, whoever calls: the engine's other mode makes arrays that no later step may save for its backward pass.
     * Whether a graph is recorded is decided by the thread's gradient mode alone.
     */
    private NDArray run(NDList arguments) {
        return IValueUtils.forward(module, arguments, true).singletonOrThrow();
    }

    /** An array whose name tells the engine the method; its value means nothing. */
    private NDArray name(String method) {
        return methods.computeIfAbsent(method, key -> {
            NDArray array = Torch.scalar(manager, 0);
            array.setName("module_method:" + key);
            NDScope.unregister(array);
            return array;
        });
    }

    private static byte[] source() throws IOException {
        try (InputStream in = FusedModule.class.getResourceAsStream(SOURCE)) {
            if (in == null) {
                throw new IllegalStateException(SOURCE + " is not part of this build");
            }
            return in.readAllBytes();
        }
    }

    /** A stored zip with one fixed time: the same bytes for the same text, on every machine and JDK. */
    static byte[] archive(byte[] source) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes, StandardCharsets.UTF_8)) {
            store(zip, "data.pkl", OBJECT);
            store(zip, "code/__torch__.py", source);
            store(zip, "constants.pkl", NO_CONSTANTS);
            store(zip, "version", "3\n".getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    private static void store(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        CRC32 crc = new CRC32();
        crc.update(bytes);
        ZipEntry entry = new ZipEntry("encoder/" + name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(bytes.length);
        entry.setCrc(crc.getValue());
        entry.setTimeLocal(LocalDateTime.of(2000, 1, 1, 0, 0)); // 1980 would add a field that depends on the time zone
        zip.putNextEntry(entry);
        zip.write(bytes);
        zip.closeEntry();
    }

    /** @throws IllegalStateException when the archive is not the one that belongs to this code */
    static byte[] checked(byte[] archive) {
        String found = Sha256.of(archive);
        if (!found.equals(SHA256)) {
            throw new IllegalStateException(SOURCE + " of this installation was changed: its archive has SHA-256 "
                    + found + ", expected " + SHA256 + "; it is not loaded, install Runyard again");
        }
        return archive;
    }

    @Override
    public void close() {
        methods.values().forEach(NDArray::close);
        module.close();
    }
}
