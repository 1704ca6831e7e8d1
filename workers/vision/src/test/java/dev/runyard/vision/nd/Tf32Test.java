package dev.runyard.vision.nd;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.NativeLibrary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * How a GPU rounds fp32 is a setting of libtorch that the CPU's build has too, so what it is set to shows here; the device itself is never
 * touched.
 */
class Tf32Test {
    @BeforeEach
    void asOnAGpu() {
        Torch.use("cpu");
        Torch.enter(); // loads the library
        Torch.use("cuda:0");
    }

    @AfterEach
    void backToTheHost() {
        Torch.tf32(false);
        Torch.use("cpu");
    }

    @Test
    void isOffUntilItIsAllowed() throws Exception {
        assertThat(LibTorch.tf32(true)).isTrue(); // as libtorch has it of convolutions by itself
        assertThat(allowed()).containsExactly(true, true);
        Torch.enter();
        assertThat(allowed()).containsExactly(false, false);
        Torch.tf32(true);
        assertThat(allowed()).containsExactly(true, true);
        Thread reader = new Thread(Torch::enter); // as one that makes batches ahead
        reader.start();
        reader.join();
        assertThat(allowed()).containsExactly(true, true);
        Torch.tf32(false);
        assertThat(allowed()).containsExactly(false, false);
    }

    /** Of matrix products and of convolutions. */
    private static boolean[] allowed() throws IOException {
        String library = Files.readString(Path.of("/proc/self/maps"), java.nio.charset.StandardCharsets.ISO_8859_1)
                .lines()
                .filter(line -> line.endsWith("/libtorch_cpu.so"))
                .map(line -> line.substring(line.indexOf('/')))
                .findFirst()
                .orElseThrow();
        NativeLibrary torch = NativeLibrary.getInstance(library);
        Object[] context = {torch.getFunction("_ZN2at13globalContextEv").invokePointer(new Object[0])};
        return new boolean[] {
            (torch.getFunction("_ZNK2at7Context15allowTF32CuBLASEv").invokeInt(context) & 0xff) != 0,
            (torch.getFunction("_ZNK2at7Context14allowTF32CuDNNEv").invokeInt(context) & 0xff) != 0
        };
    }
}
