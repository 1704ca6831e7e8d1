package dev.runyard.vision.backbone.vit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;

/** Whether this machine's processor multiplies bf16 by itself. Without, the engine widens every operand, to the same accuracy. */
public final class Bf16Cpu {
    private static final Path CPUINFO = Path.of("/proc/cpuinfo");

    /** As Linux names them: x86 with AVX-512 or AMX, and Arm. */
    private static final Set<String> FLAGS = Set.of("avx512_bf16", "amx_bf16", "bf16");

    private Bf16Cpu() {}

    /** False also where the system does not say. */
    public static boolean fast() {
        return fast(CPUINFO);
    }

    public static boolean fast(Path cpuinfo) {
        try {
            return Files.readString(cpuinfo, StandardCharsets.ISO_8859_1)
                    .lines()
                    .filter(line -> line.startsWith("flags") || line.startsWith("Features"))
                    .flatMap(line -> Arrays.stream(line.split("[\\s:]+", 0)))
                    .anyMatch(FLAGS::contains);
        } catch (IOException e) {
            return false;
        }
    }
}
