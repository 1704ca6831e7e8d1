package dev.runyard.cli.science;

import dev.runyard.cli.lab.LabHome;
import dev.runyard.cli.terminal.Failure;
import dev.runyard.vision.device.CudaFault;
import dev.runyard.vision.device.Devices;
import dev.runyard.vision.device.SelfTest;
import dev.runyard.vision.nd.Torch;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine.Option;

/** Where a command of this process computes. */
final class DeviceOption {
    @Option(
            names = "--device",
            paramLabel = "D",
            defaultValue = "${env:RUNYARD_DEVICE:-auto}",
            showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
            description =
                    "cpu, cuda, cuda:N (N counts the devices that CUDA_VISIBLE_DEVICES leaves) or auto: the first CUDA"
                            + " device that works, else the CPU. Default: RUNYARD_DEVICE, else auto.")
    String asked;

    /**
     * Loads the natives of the device and computes something there; the threads of arithmetic are set, too.
     *
     * @return {@code cpu} or {@code cuda:N}
     * @throws Failure in one line with the remedy, when it cannot be used
     */
    String open(LabHome home) {
        return open(home, devices -> List.of(devices.choose(asked))).get(0);
    }

    /**
     * As {@link #open}, where several may be named, as in {@code cuda:0,cuda:1}.
     *
     * @return the one that this process computes on first
     */
    List<String> openEach(LabHome home) {
        return open(home, devices -> devices.chooseEach(asked));
    }

    private List<String> open(LabHome home, Function<Devices, List<Devices.Choice>> choosing) {
        int threads = LocalEngine.threads();
        LocalEngine.prepare(home);
        List<Devices.Choice> choices;
        try {
            choices = choosing.apply(Devices.here(System.getenv(), home.folder()));
        } catch (IllegalArgumentException e) {
            throw Failure.badInput("--device " + asked + ": " + e.getMessage(), null);
        }
        Devices.Choice choice = choices.get(0);
        choice.notes().forEach(note -> System.err.println("note: " + note + "; computing on the CPU"));
        String device = choice.device().spelled();
        choice.natives().apply();
        try {
            SelfTest.begin(device);
        } catch (RuntimeException | LinkageError e) {
            throw Failure.fault(
                    device + " (" + choice.device().name() + ") does not work: " + CudaFault.line(e),
                    choice.device().cuda() ? "or give --device cpu" : "\"runyard doctor\" tells more",
                    e);
        }
        Torch.threads(threads);
        return choices.stream().map(each -> each.device().spelled()).toList();
    }
}
