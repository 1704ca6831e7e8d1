package dev.runyard.e2e;

import dev.runyard.e2e.lab.LabProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The distribution's Postgres, on loopback, with an empty database and the role {@code runyard}. It refuses to run as root; there it
 * runs as nobody in a folder that is nobody's.
 */
final class OwnPostgres {
    private final Path folder;
    private final Path programs;
    private final Path data;
    private final int port;
    private final List<String> prefix = new ArrayList<>();

    private OwnPostgres(Path folder, Path programs) throws IOException, InterruptedException {
        this.folder = folder;
        this.programs = programs;
        data = Files.createDirectory(folder.resolve("data"));
        port = LabProcess.freePort();
        if (System.getProperty("user.name").equals("root")) {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
            call(List.of("chown", "65534:65534", data.toString()));
            prefix.addAll(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"));
        }
    }

    /** Makes one below {@code folder} and starts it; skips the test, or fails it in CI, where the machine has none. */
    static OwnPostgres create(Path folder) throws IOException, InterruptedException {
        Path programs = Programs.require(
                "the distribution's package postgresql has it", "/usr/lib/postgresql/*/bin", programs());
        OwnPostgres postgres = new OwnPostgres(folder, programs);
        postgres.program(
                "initdb",
                "-D",
                postgres.data.toString(),
                "-U",
                "runyard",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--data-checksums");
        postgres.start();
        return postgres;
    }

    private static Optional<Path> programs() throws IOException {
        Path all = Path.of("/usr/lib/postgresql");
        if (!Files.isDirectory(all)) {
            return Optional.empty();
        }
        try (Stream<Path> versions = Files.list(all)) {
            return versions.map(v -> v.resolve("bin"))
                    .filter(bin -> Files.isExecutable(bin.resolve("initdb")))
                    .max(Comparator.naturalOrder());
        }
    }

    /** An empty one of the role {@code runyard}. */
    void database(String name) throws IOException, InterruptedException {
        program("createdb", "-h", "127.0.0.1", "-p", Integer.toString(port), "-U", "runyard", name);
    }

    int port() {
        return port;
    }

    /** Whatever state it is in. */
    void stop() throws IOException, InterruptedException {
        if (Files.exists(data.resolve("postmaster.pid"))) {
            control("-m", "immediate", "stop");
        }
    }

    void start() throws IOException, InterruptedException {
        control(
                "-l",
                data.resolve("server.log").toString(),
                "-o",
                "-p " + port + " -c listen_addresses=127.0.0.1 -c unix_socket_directories=''",
                "start");
    }

    void control(String... arguments) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("-D", data.toString(), "-w", "-t", "60"));
        all.addAll(List.of(arguments));
        program("pg_ctl", all.toArray(String[]::new));
    }

    private void program(String name, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(prefix);
        command.add(programs.resolve(name).toString());
        command.addAll(List.of(arguments));
        call(command);
    }

    private void call(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("postgres.out").toFile()))
                .start();
        if (process.waitFor() != 0) {
            throw new IOException(command + " failed:\n" + Files.readString(folder.resolve("postgres.out")));
        }
    }
}
