package dev.runyard.vision.device;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A machine with GPUs as far as its {@code nvidia-smi} and its natives' folder go: files in a folder, for processes of their own. */
final class StandIn {
    static final String A100 = "GPU-4c5f, NVIDIA A100, 81920, 80000, 0, 550.54.14, 8.0, Disabled";
    static final String SECOND = "GPU-99aa, NVIDIA A100, 81920, 80000, 1, 550.54.14, 8.0, Disabled";

    private final Path folder;
    private final Map<String, String> settings = new HashMap<>();

    StandIn(Path folder) {
        this.folder = folder;
    }

    /** What {@code nvidia-smi} does, as a shell does it. */
    StandIn smi(String script) throws IOException {
        Path bin = Files.createDirectories(folder.resolve("bin"));
        Path program = bin.resolve("nvidia-smi");
        Files.writeString(program, "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        settings.put("PATH", bin + ":" + System.getenv("PATH"));
        return this;
    }

    StandIn gpus(String... lines) throws IOException {
        return smi("cat <<'END'\n" + String.join("\n", lines) + "\nEND");
    }

    /** A folder that looks like pip's torch of that version, remembered by the home. */
    StandIn natives(String version, String cuda) throws IOException {
        Path lib = Files.createDirectories(folder.resolve("torch/lib"));
        Files.writeString(lib.resolve("libtorch.so"), "");
        Files.writeString(lib.resolve("libtorch_cuda.so"), "");
        Files.writeString(
                folder.resolve("torch/version.py"),
                "__version__ = '" + version + "+cu" + cuda.replace(".", "")
                        + "'\ndebug = False\ncuda: Optional[str] = '" + cuda + "'\n");
        Natives.remember(home(), lib);
        return this;
    }

    StandIn set(String variable, String value) {
        settings.put(variable, value);
        return this;
    }

    Path home() throws IOException {
        return Files.createDirectories(folder.resolve("home"));
    }

    /** What a process of its own chooses: the device, then the notes; or "refused" and why. */
    List<String> choose(String asked) throws IOException, InterruptedException {
        Process process = java(StandIn.class, asked, home().toString());
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        return said.lines().toList();
    }

    /** A program on this machine. */
    Process java(Class<?> program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("surefire.real.class.path", System.getProperty("java.class.path")),
                program.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.matches("PYTORCH_.*|CUDA_.*|RUNYARD_.*"));
        builder.environment().putAll(settings);
        return builder.start();
    }

    public static void main(String[] arguments) {
        try {
            Devices.Choice choice =
                    Devices.here(System.getenv(), Path.of(arguments[1])).choose(arguments[0]);
            System.out.println(choice.device().spelled() + " " + choice.device().key());
            choice.notes().forEach(System.out::println);
        } catch (IllegalArgumentException e) {
            System.out.println("refused");
            System.out.println(e.getMessage());
        }
    }
}
