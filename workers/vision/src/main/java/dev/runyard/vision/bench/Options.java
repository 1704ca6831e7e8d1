package dev.runyard.vision.bench;

import dev.runyard.vision.device.Devices;
import dev.runyard.vision.device.SelfTest;
import java.nio.file.Path;

/** Arguments of the form {@code --name value}. */
final class Options {
    private Options() {}

    static String text(String[] arguments, String name, String otherwise) {
        for (int i = 0; i + 1 < arguments.length; i++) {
            if (arguments[i].equals(name)) {
                return arguments[i + 1];
            }
        }
        return otherwise;
    }

    /**
     * Makes {@code --device D} ready, else that of {@code RUNYARD_DEVICE}, else {@code otherwise}; said on standard error.
     *
     * @param otherwise {@code auto}, or {@code cpu} where a PyTorch on the CPU is compared with
     * @return {@code cpu} or {@code cuda:N}
     */
    static String device(String[] arguments, String otherwise) {
        String asked = text(arguments, "--device", System.getenv().getOrDefault("RUNYARD_DEVICE", otherwise));
        String home = System.getenv("RUNYARD_HOME");
        Devices.Choice choice = Devices.here(
                        System.getenv(),
                        home == null ? Path.of(System.getProperty("user.home"), ".runyard") : Path.of(home))
                .choose(asked);
        choice.notes().forEach(System.err::println);
        choice.natives().apply();
        System.err.println(
                "device: " + choice.device().spelled() + " (" + choice.device().name() + ")");
        SelfTest.begin(choice.device().spelled());
        return choice.device().spelled();
    }

    static int whole(String[] arguments, String name, int otherwise) {
        return Integer.parseInt(text(arguments, name, String.valueOf(otherwise)));
    }
}
