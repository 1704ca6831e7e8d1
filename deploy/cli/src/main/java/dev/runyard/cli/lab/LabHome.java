package dev.runyard.cli.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runyard.cli.terminal.Failure;
import dev.runyard.cli.terminal.Refused;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** The lab's folder ({@code RUNYARD_HOME}, default {@code ~/.runyard}) as the command sees it. */
public record LabHome(Path folder) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> PRIVATE = PosixFilePermissions.fromString("rwx------");

    /**
     * A service that answers, as it says in {@code lab.json}.
     *
     * @param published where people open it: behind a proxy another address than the one it listens at
     * @param superuser whether its role may do everything in its database
     */
    public record Running(long pid, String url, String published, int port, boolean superuser) {}

    public static LabHome ofEnvironment() {
        String given = System.getenv("RUNYARD_HOME");
        Path folder = given == null || given.isBlank()
                ? Path.of(System.getProperty("user.home"), ".runyard")
                : Path.of(given);
        return new LabHome(folder.toAbsolutePath().normalize());
    }

    /** The service of this home, unless {@code lab.json} is what a killed one left behind. */
    public Optional<Running> running() {
        return read("lab.json")
                .map(lab -> new Running(
                        lab.path("pid").asLong(),
                        lab.path("url").asText(),
                        lab.path("published").asText(lab.path("url").asText()),
                        lab.path("port").asInt(),
                        lab.path("superuser").asBoolean()))
                .filter(lab -> ServiceProcess.isServiceOf(folder, lab.pid()));
    }

    /** Puts another token in the place of the one that a person shows; a service that runs takes it up by itself. */
    public void renewToken() throws IOException {
        if (token().isEmpty()) {
            return; // The first start makes one.
        }
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        Path fresh = Files.createTempFile(folder, "secret", null, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        Files.writeString(
                fresh, "runyard_" + Base64.getUrlEncoder().withoutPadding().encodeToString(random));
        Files.move(fresh, folder.resolve("person.secret"), StandardCopyOption.ATOMIC_MOVE);
    }

    /** What a person shows to the service of this home; none before its first start. */
    public Optional<String> token() {
        Path file = folder.resolve("person.secret");
        try {
            return Optional.of(Files.readString(file).strip()).filter(token -> !token.isEmpty());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw Failure.fault(
                    "cannot read " + file + " (" + e.getClass().getSimpleName() + ")",
                    "run the command as the account that runs the lab",
                    e);
        }
    }

    /** The address that opens a page for a browser that the lab does not know yet. What follows the # is sent to nobody. */
    public String signIn(String page) {
        return token().map(token -> page + "#token=" + token).orElse(page);
    }

    public Path log(String name) {
        return logs().folder().resolve(name + ".log");
    }

    Logs logs() {
        return new Logs(folder.resolve("logs"));
    }

    /** Makes the folder and its logs, and closes them to other accounts, who would find secrets and data in them. */
    public void prepare() {
        try {
            for (Path path : new Path[] {folder, folder.resolve("logs")}) {
                if (!Files.isDirectory(path)) {
                    Files.createDirectories(path, PosixFilePermissions.asFileAttribute(PRIVATE));
                } else if (open(path)) {
                    Files.setPosixFilePermissions(path, PRIVATE);
                }
            }
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    /** Whether other accounts may do anything in this folder. */
    static boolean open(Path folder) throws IOException {
        return !PRIVATE.containsAll(Files.getPosixFilePermissions(folder));
    }

    Failure unwritable(IOException e) {
        return Failure.fault(
                "cannot write to " + folder + " (" + Refused.why(e) + ")",
                "make it writable for this user, or set RUNYARD_HOME to another folder",
                e);
    }

    /** A JSON file of this home; empty when it is missing or cut off. */
    public Optional<JsonNode> read(String name) {
        try {
            JsonNode tree = JSON.readTree(Files.readString(folder.resolve(name)));
            return tree.isObject() ? Optional.of(tree) : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw Failure.fault(
                    "cannot read " + folder.resolve(name) + " (" + Refused.why(e) + ")",
                    "check its rights, or set RUNYARD_HOME to another folder",
                    e);
        }
    }

    /** Replaces a JSON file of this home in one step. */
    public void write(String name, Map<String, ?> content) {
        Path file = folder.resolve(name);
        try {
            Path fresh = Files.createTempFile(Objects.requireNonNull(file.getParent()), "replace", ".tmp");
            Files.writeString(fresh, JSON.writeValueAsString(content));
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    void forget(String name) {
        try {
            Files.deleteIfExists(folder.resolve(name));
        } catch (IOException e) {
            throw unwritable(e);
        }
    }
}
