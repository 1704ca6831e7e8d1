package dev.runyard.agent.device;

import dev.runyard.spec.Sha256;
import dev.runyard.vision.device.HostName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * The machine that a worker runs on. Names of hosts are given twice (localhost, clones), so the same device is the same (host,
 * machine, key).
 *
 * @param host its name
 * @param id 16 hex digits: of the operating system's own id where there is one, else of a number kept in the home
 */
public record Machine(String host, String id) {
    private static final Path SYSTEM = Path.of("/etc/machine-id");

    /** @throws IllegalArgumentException when the home cannot hold the number */
    public static Machine here(Path home) {
        return new Machine(HostName.here(), hashed(system().isEmpty() ? kept(home) : system()));
    }

    private static String system() {
        try {
            return Files.readString(SYSTEM).strip();
        } catch (IOException e) {
            return ""; // not Linux, or a bare container
        }
    }

    private static String kept(Path home) {
        Path file = home.resolve("machine.id");
        try {
            Files.createDirectories(home);
            if (!Files.exists(file)) {
                Files.writeString(file, UUID.randomUUID().toString());
            }
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    file + " cannot be written (" + e.getMessage() + "); set RUNYARD_HOME to a folder that can", e);
        }
    }

    /** The system's id is not to be shown to others as it is (machine-id(5)). */
    private static String hashed(String id) {
        return Sha256.of("runyard|" + id).substring(0, 16);
    }
}
