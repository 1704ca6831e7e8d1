package dev.runyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import dev.runyard.e2e.drill.KillDrill;
import dev.runyard.e2e.lab.LabProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A packaged lab that has run something: its secrets lie where they belong and nowhere else. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SecretsTest {
    private static final Duration SOON = Duration.ofMinutes(2);

    @TempDir
    static Path folder;

    private LabProcess lab;
    private final Map<String, String> secrets = new LinkedHashMap<>();

    @BeforeAll
    void start() throws Exception {
        lab = LabProcess.start(folder.resolve("home"), Map.of("RUNYARD_THREADS", "1"));
        String id = lab.client()
                .post("/api/v1/sweeps", KillDrill.sweep(1, 2))
                .get("id")
                .asText();
        lab.client().await("/api/v1/sweeps/" + id, Duration.ofMinutes(5), s -> s.get("state")
                .asText()
                .equals("FINISHED"));
        for (String name : List.of("person", "worker", "lab", "postgres", "service")) {
            secrets.put(
                    name, Files.readString(lab.home().resolve(name + ".secret")).strip());
        }
    }

    @AfterAll
    void stop() throws Exception {
        lab.close();
    }

    @Test
    void they_are_their_owners_alone() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(lab.home())))
                .isEqualTo("rwx------");
        for (String name : secrets.keySet()) {
            Path file = lab.home().resolve(name + ".secret");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .as(name)
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void none_is_in_a_log_an_argument_or_an_answer() throws IOException {
        Map<String, String> places = new LinkedHashMap<>();
        try (Stream<Path> logs = Files.walk(lab.home().resolve("logs"))) {
            for (Path log : logs.filter(Files::isRegularFile).toList()) {
                places.put(log.toString(), Files.readString(log, StandardCharsets.ISO_8859_1));
            }
        }
        places.put("lab.json", Files.readString(lab.home().resolve("lab.json")));
        for (ProcessHandle process : lab.processes()) {
            places.put("arguments of " + process.pid(), proc(process, "cmdline"));
        }
        for (String path : List.of("/api/v1/lab", "/api/v1/workers", "/api/v1/devices", "/api/v1/runs")) {
            places.put(path, lab.client().get(path).toString());
        }
        assertThat(places).hasSizeGreaterThan(8);
        places.forEach((place, text) -> secrets.forEach((name, secret) ->
                assertThat(text.contains(secret)).as(name + " in " + place).isFalse()));
        assertThat(places.get("/api/v1/lab")).doesNotContain("\"temporal\"");
    }

    @Test
    void a_worker_inherits_none() throws IOException {
        String environment = proc(lab.worker().orElseThrow(), "environ");
        assertThat(environment).contains("RUNYARD_HOME");
        secrets.forEach((name, secret) ->
                assertThat(environment.contains(secret)).as(name).isFalse());
    }

    @Test
    void another_account_of_the_machine_gets_nowhere() throws Exception {
        assumeTrue(
                System.getProperty("user.name").equals("root") && Files.isExecutable(Path.of("/usr/bin/setpriv")),
                "skipped: only root can be another account, by setpriv");
        String address = lab.client().base().toString();
        for (String path : List.of("/api/v1/lab", "/api/v1/runs", "/api/v1/events", "/q/metrics", "/q/openapi")) {
            assertThat(asNobody("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", address + path))
                    .as(path)
                    .isEqualTo("401");
        }
        assertThat(asNobody("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", address + "/q/health/ready"))
                .isEqualTo("200");
        assertThat(asNobody("ls", lab.home().toString())).isEmpty();
        for (String name : secrets.keySet()) {
            assertThat(asNobody("cat", lab.home().resolve(name + ".secret").toString()))
                    .isEmpty();
        }
        for (ProcessHandle process : lab.processes()) {
            assertThat(asNobody("cat", "/proc/" + process.pid() + "/environ")).isEmpty();
        }
    }

    private static String asNobody(String... command) throws Exception {
        List<String> all =
                new ArrayList<>(List.of("/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"));
        all.addAll(List.of(command));
        return LabProcess.run(new ProcessBuilder(all), SOON).out().strip();
    }

    @Test
    void the_command_line_signs_in_by_itself_and_to_nobody_else() throws Exception {
        String address = lab.client().base().toString();
        LabProcess.Result ls = LabProcess.run(lab.command("ls", "runs", "--json"), SOON);
        assertThat(ls.exit()).as(ls.err()).isZero();
        assertThat(LabProcess.run(lab.command("token"), SOON).out().strip()).isEqualTo(secrets.get("person"));
        assertThat(LabProcess.run(lab.command("token", "--url"), SOON).out().strip())
                .isEqualTo(address + "/#token=" + secrets.get("person"));

        // From a machine without that home.
        ProcessBuilder elsewhere = lab.command("ls", "runs", "--json");
        elsewhere.environment().put("RUNYARD_HOME", folder.resolve("elsewhere").toString());
        elsewhere.environment().put("RUNYARD_URL", address);
        LabProcess.Result stranger = LabProcess.run(elsewhere, SOON);
        assertThat(stranger.exit()).isNotZero();
        assertThat(stranger.err()).contains("runyard token");
        elsewhere.environment().put("RUNYARD_TOKEN", secrets.get("person"));
        assertThat(LabProcess.run(elsewhere, SOON).exit()).isZero();
        elsewhere.environment().remove("RUNYARD_TOKEN");
        elsewhere
                .environment()
                .put("RUNYARD_TOKEN_FILE", lab.home().resolve("person.secret").toString());
        assertThat(LabProcess.run(elsewhere, SOON).exit()).isZero();

        ConcurrentLinkedQueue<String> heard = new ConcurrentLinkedQueue<>();
        HttpServer other = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        other.createContext("/", exchange -> {
            exchange.getRequestHeaders().forEach((name, values) -> heard.add(name + ": " + values));
            exchange.sendResponseHeaders(404, -1);
            exchange.close();
        });
        other.start();
        try {
            ProcessBuilder astray = lab.command("ls", "runs");
            astray.environment()
                    .put("RUNYARD_URL", "http://127.0.0.1:" + other.getAddress().getPort());
            LabProcess.run(astray, SOON);
        } finally {
            other.stop(0);
        }
        assertThat(heard).isNotEmpty().noneMatch(header -> header.startsWith("Authorization"));
    }

    private static String proc(ProcessHandle process, String file) throws IOException {
        return Files.readString(Path.of("/proc/" + process.pid(), file), StandardCharsets.ISO_8859_1);
    }
}
