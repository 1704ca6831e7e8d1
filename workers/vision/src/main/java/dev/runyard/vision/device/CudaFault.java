package dev.runyard.vision.device;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What an error of libtorch or CUDA says about the device, and what to do about it. */
public enum CudaFault {
    /** There is no driver where natives for CUDA are loaded. */
    NO_DRIVER("the NVIDIA driver is missing or not usable here; install it (in a container: start it with the GPU),"
            + " or choose the CPU"),
    DRIVER_TOO_OLD("the NVIDIA driver is too old for these natives; update it"),
    WRONG_NATIVES("these natives hold no code for this GPU; \"runyard doctor\" says which build it needs"),
    BUSY("another process has the GPU for itself; wait for it (nvidia-smi shows whom), or choose another device"),
    /** The device is gone until the driver is loaded anew: fallen off the bus, or its memory is damaged. */
    LOST("the GPU stopped working; look at nvidia-smi and the kernel's log, then reset it or restart the machine"),
    /** An error of what was computed: the process can compute no more, the device can. */
    PROGRAM(null);

    private final @Nullable String remedy;

    CudaFault(@Nullable String remedy) {
        this.remedy = remedy;
    }

    /** Empty for what is no error of a device; also for a memory that is full, which harms nothing. */
    public static Optional<CudaFault> in(Throwable failure) {
        int depth = 0;
        for (Throwable t = failure; t != null && depth < 20; t = t.getCause(), depth++) {
            Optional<CudaFault> found = said(String.valueOf(t.getMessage()).toLowerCase(Locale.ROOT));
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private static Optional<CudaFault> said(String text) {
        if (text.contains("out of memory")) {
            return Optional.empty();
        }
        if (any(
                text,
                "libcuda.so",
                "no cuda-capable device",
                "found no nvidia driver",
                "cuda driver initialization failed")) {
            return Optional.of(NO_DRIVER);
        }
        if (any(text, "driver version is insufficient", "driver on your system is too old", "forward compatibility")) {
            return Optional.of(DRIVER_TOO_OLD);
        }
        if (any(text, "no kernel image is available", "unsupported toolchain", "device kernel image is invalid")) {
            return Optional.of(WRONG_NATIVES);
        }
        if (any(text, "busy or unavailable", "exclusive-thread", "cudaerrordevicesunavailable")) {
            return Optional.of(BUSY);
        }
        if (any(
                text,
                "fallen off the bus",
                "gpu is lost",
                "uncorrectable ecc",
                "cuda error: unknown error",
                "hardware stack error",
                "cudaerrorecc",
                "gpu requires reset",
                "system not yet initialized",
                "nvlink error")) {
            return Optional.of(LOST);
        }
        return any(text, "cuda error", "cudnn_status_execution_failed", "cublas_status_execution_failed")
                ? Optional.of(PROGRAM)
                : Optional.empty();
    }

    private static boolean any(String text, String... words) {
        for (String word : words) {
            if (text.contains(word)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the device, and not what was computed on it, is at fault. */
    public boolean ofTheDevice() {
        return this != PROGRAM;
    }

    /** One line with the remedy, for a failure to load natives or to begin on a device. */
    public static String line(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null && cause.getCause() != cause) {
            cause = cause.getCause();
        }
        String said = String.valueOf(cause.getMessage())
                .lines()
                .findFirst()
                .orElse("")
                .strip();
        String cut = said.length() > 300 ? said.substring(0, 300) + "…" : said;
        String what = in(failure).map(fault -> fault.remedy).orElse(null);
        return what == null ? cut + "; \"runyard doctor\" tells what is missing" : what + " (" + cut + ")";
    }
}
