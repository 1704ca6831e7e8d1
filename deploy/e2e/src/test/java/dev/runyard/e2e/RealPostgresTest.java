package dev.runyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.e2e.drill.KillDrill;
import dev.runyard.e2e.lab.LabClient;
import dev.runyard.e2e.lab.LabProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lab on a Postgres server of its own, the distribution's, which is stopped the hard way while a sweep runs. */
class RealPostgresTest {
    @TempDir
    Path folder;

    @Test
    void a_sweep_survives_an_immediate_restart_of_the_database() throws Exception {
        Path programs = Programs.require(
                "the distribution's package postgresql has it", "/usr/lib/postgresql/*/bin", programs());
        Server postgres = new Server(programs);
        postgres.create();
        try (LabProcess lab = LabProcess.start(folder.resolve("home"), settings(postgres))) {
            assertThat(lab.home().resolve("postgres")).doesNotExist();
            String id = lab.client()
                    .post("/api/v1/sweeps", KillDrill.sweep(1, 20))
                    .get("id")
                    .asText();
            lab.client()
                    .await(
                            "/api/v1/runs?state=RUNNING&sweep=" + id,
                            Duration.ofMinutes(10),
                            page -> page.get("items").findValues("step").stream()
                                    .anyMatch(s -> s.asLong() > 5));
            postgres.control("-m", "immediate", "restart");
            lab.client().await("/api/v1/sweeps/" + id, Duration.ofMinutes(10), s -> s.get("state")
                    .asText()
                    .equals("FINISHED"));
            JsonNode run = lab.client().runsOf(id).get(0);
            assertThat(run.get("state").asText()).isEqualTo("FINISHED");
            assertThat(lab.client().history(run.get("id").asText(), "train/loss").stream()
                            .map(p -> p.get("step").asLong()))
                    .hasSize(200)
                    .doesNotHaveDuplicates();
        } finally {
            postgres.stop();
        }
    }

    @Test
    void a_database_that_is_away_for_a_minute_under_load_loses_no_acknowledged_row_and_no_attempt() throws Exception {
        Path programs = Programs.require(
                "the distribution's package postgresql has it", "/usr/lib/postgresql/*/bin", programs());
        Server postgres = new Server(programs);
        postgres.create();
        try (LabProcess lab = LabProcess.start(folder.resolve("home"), settings(postgres))) {
            LabClient client = lab.client();
            String trained = client.post(
                            "/api/v1/runs",
                            Map.of(
                                    "experiment",
                                    "away",
                                    "spec",
                                    KillDrill.sweep(1, 30).get("base")))
                    .get("id")
                    .asText();
            client.await(
                    "/api/v1/runs/" + trained,
                    Duration.ofMinutes(10),
                    r -> r.path("step").asLong() > 5);
            // Another host's worker, which is this test, reports as fast as it is answered; people queue runs and look.
            try (Load load = Load.begin(lab, 4)) {
                client.await("/q/health/ready", Duration.ofMinutes(10), health -> load.acknowledged() > 20_000);
                postgres.control("-m", "immediate", "stop");
                Thread.sleep(60_000);
                postgres.start();
                Instant back = Instant.now();
                long before = load.acknowledged();
                while (load.acknowledged() == before || client.getStatus("/api/v1/runs?limit=1") != 200) {
                    Thread.sleep(50);
                    assertThat(Duration.between(back, Instant.now()))
                            .as("served again since the database accepts")
                            .isLessThan(Duration.ofSeconds(5));
                }
                Thread.sleep(5_000);
                load.stop();
                assertThat(load.answers())
                        .as("answers to everything that was asked: " + load.answers())
                        .containsKey(503)
                        .allSatisfy((status, many) -> assertThat(status).isIn(200, 201, 503, 429));
                assertThat(load.missing())
                        .as("acknowledged points that are gone")
                        .isEmpty();
                assertThat(load.lost()).as("acknowledged runs that are gone").isEmpty();
                assertThat(client.get("/api/v1/runs/" + load.run())
                                .get("attempt")
                                .asLong())
                        .isEqualTo(1);
            }
            JsonNode done = client.await("/api/v1/runs/" + trained, Duration.ofMinutes(10), r -> r.get("state")
                    .asText()
                    .matches("FINISHED|FAILED"));
            assertThat(done.get("state").asText()).as(done.toString()).isEqualTo("FINISHED");
            assertThat(done.get("attempt").asLong()).isEqualTo(1);
            assertThat(client.history(trained, "train/loss").stream()
                            .map(p -> p.get("step").asLong()))
                    .hasSize(30 * KillDrill.STEPS_AN_EPOCH)
                    .doesNotHaveDuplicates();
        } finally {
            postgres.stop();
        }
    }

    private static Map<String, String> settings(Server postgres) {
        return Map.of(
                "RUNYARD_DB_URL", "jdbc:postgresql://127.0.0.1:" + postgres.port + "/postgres",
                "RUNYARD_DB_USER", "runyard",
                "RUNYARD_DB_PASSWORD", "",
                "RUNYARD_THREADS", "1");
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

    /** Postgres refuses to run as root; there it runs as nobody in a folder that is nobody's. */
    private final class Server {
        private final Path programs;
        private final Path data;
        private final int port;
        private final List<String> prefix = new ArrayList<>();

        Server(Path programs) throws IOException, InterruptedException {
            this.programs = programs;
            data = Files.createDirectory(folder.resolve("data"));
            port = LabProcess.freePort();
            if (System.getProperty("user.name").equals("root")) {
                Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
                call(List.of("chown", "65534:65534", data.toString()));
                prefix.addAll(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"));
            }
        }

        void create() throws IOException, InterruptedException {
            program("initdb", "-D", data.toString(), "-U", "runyard", "-A", "trust", "-E", "UTF8", "--data-checksums");
            start();
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
}
