package dev.runyard.e2e.bench.training;

import dev.runyard.e2e.bench.Arguments;
import dev.runyard.e2e.lab.LabProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A Python of its own with what the references of {@code deploy/e2e/bench} import.
 *
 * @param folder of the virtual environment
 */
record PyTorch(Path folder) {
    private static final List<String> PACKAGES =
            List.of("torch==2.7.1", "torchvision==0.22.1", "pillow==11.3.0", "numpy==2.2.6");

    /** In the folder of option {@code --torch}, by default below the user's cache; installed there when it is missing. */
    static PyTorch of(Arguments arguments) throws IOException, InterruptedException {
        Path home = Path.of(System.getProperty("user.home"), ".cache/runyard-bench/torch-2.7.1");
        PyTorch torch = new PyTorch(arguments.path("torch", home).toAbsolutePath());
        if (!Files.isExecutable(torch.python())
                || done(torch.python().toString(), "-c", "import numpy, PIL, torch, torchvision") != 0) {
            System.out.println("installing " + String.join(", ", PACKAGES) + " into " + torch.folder);
            call("python3", "-m", "venv", torch.folder.toString());
            List<String> install = new ArrayList<>(List.of(torch.python().toString(), "-m", "pip", "-q", "install"));
            install.addAll(PACKAGES);
            call(install.toArray(String[]::new));
        }
        return torch;
    }

    /** The command that runs one of the references. */
    List<String> script(String name, String... arguments) {
        Path script = LabProcess.repositoryRoot().resolve("deploy/e2e/bench").resolve(name);
        List<String> command = new ArrayList<>(List.of(python().toString(), script.toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    private Path python() {
        return folder.resolve("bin/python");
    }

    private static void call(String... command) throws IOException, InterruptedException {
        if (done(command) != 0) {
            throw new IOException(String.join(" ", command) + " failed");
        }
    }

    private static int done(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).inheritIO().start().waitFor();
    }
}
