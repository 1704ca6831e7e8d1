package dev.runyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runyard.e2e.lab.LabProcess;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/** The home that a release left behind, made again from what {@code released/README.md} describes. */
record ReleasedHome(String version, Path folder) {
    private static final String BINARIES = "/postgres-linux-x86_64.txz";

    /** @param folder is made */
    static ReleasedHome restore(String version, Path folder) throws Exception {
        ReleasedHome home = new ReleasedHome(version, Files.createDirectory(folder));
        run(List.of("tar", "-xJf", home.kept("home.tar.xz").toString(), "-C", folder.toString(), "--no-same-owner"));
        home.images();
        home.database();
        return home;
    }

    JsonNode expected() throws IOException {
        return new ObjectMapper().readTree(kept("expected.json").toFile());
    }

    private Path kept(String file) {
        return LabProcess.repositoryRoot()
                .resolve("deploy/e2e/src/test/resources/released")
                .resolve(version)
                .resolve(file);
    }

    /**
     * A spec names this folder, so it cannot be another; it stays, for tests beside this one. Whatever else is in it would be taken for
     * images of the run, so it is not touched and nothing is tested.
     */
    private void images() throws IOException {
        Path from = folder.resolve("images");
        Path to = Path.of("/tmp/runyard-" + version, "images");
        Set<String> kept = names(from);
        try {
            Files.createDirectories(to);
        } catch (IOException e) {
            throw new IllegalStateException(
                    to + " cannot be made or entered; a spec of " + version + " names it: "
                            + "remove what is there, or run the tests as the account that owns it",
                    e);
        }
        try (FileChannel lock = FileChannel.open(
                        to.resolveSibling("images.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock held = lock.lock()) {
            assertThat(names(to))
                    .as(to + " holds what is not of release " + version + "; remove it, and run the test again")
                    .isSubsetOf(kept);
            for (String name : kept) {
                Path file = from.resolve(name);
                Path here = to.resolve(name);
                if (!Files.exists(here)) {
                    Files.createDirectories(here.getParent());
                    Files.copy(file, here);
                }
                assertThat(Files.mismatch(file, here))
                        .as(here + " is another than that of release " + version
                                + "; remove it, and run the test again")
                        .isEqualTo(-1);
            }
            assertThat(held.isValid()).isTrue();
        }
    }

    private static Set<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString())
                    .collect(Collectors.toSet());
        }
    }

    /** A cluster as the release made it, with all of its rows. */
    private void database() throws Exception {
        Path programs = Files.createDirectory(folder.resolve("pgbin-18.6.0"));
        Path archive = folder.resolve("postgres.txz");
        try (InputStream packed = Objects.requireNonNull(ReleasedHome.class.getResourceAsStream(BINARIES))) {
            Files.copy(packed, archive);
        }
        run(List.of("tar", "-xJf", archive.toString(), "-C", programs.toString(), "--no-same-owner"));
        Files.delete(archive);
        Path data = folder.resolve("postgres");
        Path secret = folder.resolve("postgres.secret");
        postgres(
                programs,
                "initdb",
                "-D",
                data.toString(),
                "-U",
                "runyard",
                "-A",
                "scram-sha-256",
                "--pwfile=" + secret,
                "-E",
                "UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C");
        int port = LabProcess.freePort();
        postgres(
                programs,
                "pg_ctl",
                "-D",
                data.toString(),
                "-l",
                folder.resolve("logs-restore").toString(),
                "-w",
                "-o",
                "-p " + port + " -c listen_addresses=127.0.0.1 -c unix_socket_directories=''",
                "start");
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:postgresql://127.0.0.1:" + port + "/postgres",
                        "runyard",
                        Files.readString(secret).strip());
                Statement statement = connection.createStatement();
                InputStream dump = new GZIPInputStream(Files.newInputStream(kept("database.sql.gz")))) {
            statement.execute(new String(dump.readAllBytes(), StandardCharsets.UTF_8));
        } finally {
            postgres(programs, "pg_ctl", "-D", data.toString(), "-m", "fast", "-w", "stop");
        }
    }

    /** As the release ran it: Postgres refuses root, who leaves that name for it. */
    private static void postgres(Path programs, String program, String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        if ((Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0) {
            command.addAll(List.of("unshare", "-U", "--"));
        }
        command.add(programs.resolve("bin").resolve(program).toString());
        command.addAll(List.of(arguments));
        run(command);
    }

    private static void run(List<String> command) throws Exception {
        // A file, since a server that is started here would hold a pipe open.
        Path said = Files.createTempFile("restore", ".out");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        assertThat(process.waitFor(Duration.ofMinutes(2).toSeconds(), java.util.concurrent.TimeUnit.SECONDS))
                .isTrue();
        assertThat(process.exitValue()).as(() -> command + "\n" + text(said)).isZero();
        Files.delete(said);
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
