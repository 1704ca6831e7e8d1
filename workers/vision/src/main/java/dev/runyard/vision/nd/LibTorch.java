package dev.runyard.vision.nd;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Settings of the loaded libtorch that the engine does not hand on, by the C++ functions that Python's {@code torch.backends} calls. Where
 * one cannot be found (another system, another build), nothing changes.
 */
final class LibTorch {
    private static final Path MAPS = Path.of("/proc/self/maps");
    private static final @Nullable NativeLibrary CPU = loaded();

    private LibTorch() {}

    /** The library that this process has loaded, not another one of its name. */
    private static @Nullable NativeLibrary loaded() {
        try {
            Optional<String> path = Files.readString(MAPS, StandardCharsets.ISO_8859_1)
                    .lines()
                    .filter(line -> line.endsWith("/libtorch_cpu.so"))
                    .map(line -> line.substring(line.indexOf('/')))
                    .findFirst();
            return path.isPresent() ? NativeLibrary.getInstance(path.get()) : null;
        } catch (IOException | LinkageError e) {
            return null;
        }
    }

    /**
     * Numbers below 1.2e-38 count as zero on the calling thread and on those that it starts, in what it computes by the engine. With such
     * numbers a processor is up to a hundred times slower, and a saturated softmax fills a backward pass with them.
     *
     * @return whether that is so from now on
     */
    static boolean flushDenormals() {
        return set("_ZN2at7Context16setFlushDenormalEb", true);
    }

    /** Whether matrix products and convolutions of a GPU may round their operands to TF32. */
    static boolean tf32(boolean allowed) {
        return set("_ZN2at7Context18setAllowTF32CuBLASEb", allowed)
                && set("_ZN2at7Context17setAllowTF32CuDNNEb", allowed);
    }

    private static boolean set(String member, boolean value) {
        if (CPU == null) {
            return false;
        }
        try {
            Pointer context = CPU.getFunction("_ZN2at13globalContextEv").invokePointer(new Object[0]);
            Function setter = CPU.getFunction(member);
            setter.invoke(new Object[] {context, (byte) (value ? 1 : 0)});
            return true;
        } catch (LinkageError e) {
            return false;
        }
    }
}
