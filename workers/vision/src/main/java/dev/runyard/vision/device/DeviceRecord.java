package dev.runyard.vision.device;

import ai.djl.engine.Engine;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a run on a GPU keeps of it: no two of them sum in one order, so its numbers are those of this device, driver and arithmetic. */
public final class DeviceRecord {
    private DeviceRecord() {}

    /**
     * One line for the run's log; empty for the CPU.
     *
     * @param device {@code cpu}, or {@code cuda:N} among those that this process may see, with its natives loaded
     * @param tf32 whether products and convolutions may round to TF32
     */
    public static Optional<String> of(String device, boolean tf32) {
        if (device.equals("cpu")) {
            return Optional.empty();
        }
        return Optional.of(line(
                Driver.here(),
                System.getenv("CUDA_VISIBLE_DEVICES"),
                device,
                Engine.getEngine("PyTorch").getVersion(),
                tf32));
    }

    static String line(Driver driver, @Nullable String visible, String device, String torch, boolean tf32) {
        List<Gpu> gpus = Visible.of(driver.gpus(), visible);
        int index = device.startsWith("cuda:") ? Integer.parseInt(device.substring("cuda:".length())) : 0;
        String what = index < gpus.size()
                ? gpus.get(index).name() + " (compute capability "
                        + (gpus.get(index).capability().isEmpty()
                                ? "not told"
                                : gpus.get(index).capability())
                        + ", driver " + driver.version() + ")"
                : "a device that nvidia-smi does not show"
                        + (driver.fault() == null ? "" : " (" + driver.fault() + ")");
        return "computed on " + device + ", " + what + ", by torch " + torch + "; fp32 "
                + (tf32 ? "products and convolutions round their operands to TF32" : "is fp32 throughout")
                + "; another device or driver gives other last digits";
    }
}
