package dev.runyard.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The module for Python, by its own tests: against a lab that is away, slow, or refuses. */
final class PythonModuleTest {
    @TempDir
    Path folder;

    @Test
    void itsOwnTestsPass() throws Exception {
        assumeTrue(ended("-c", "import unittest, http.server") == 0, "no python3");
        assertThat(ended("-m", "unittest", "-v", "test_runyard")).as(said()).isZero();
        assertThat(said()).containsPattern("Ran [1-9][0-9]* tests");
    }

    private String said() throws IOException {
        return Files.readString(folder.resolve("said"));
    }

    private int ended(String... arguments) throws IOException, InterruptedException {
        String[] command = new String[arguments.length + 1];
        command[0] = "python3";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(Path.of("python").toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("said").toFile());
        builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            return 127;
        }
        if (!process.waitFor(180, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        return process.waitFor();
    }
}
