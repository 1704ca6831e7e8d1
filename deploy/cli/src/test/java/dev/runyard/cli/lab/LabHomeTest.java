package dev.runyard.cli.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LabHomeTest {
    @TempDir
    Path folder;

    @Test
    void aLabFileOfAnotherProcessIsStale() throws IOException {
        LabHome home = new LabHome(folder);
        assertThat(home.running()).isEmpty();
        // This very process lives, but is no service.
        home.write("lab.json", Map.of("pid", ProcessHandle.current().pid(), "url", "http://127.0.0.1:1", "port", 1));
        assertThat(home.running()).isEmpty();
        // So does the service of another home, whose number is the one that ours had.
        Process other = new ProcessBuilder(
                        "sh", "-c", "exec 3<" + folder.resolve("lab.json") + "; sleep 600; : quarkus-run.jar")
                .start();
        try {
            Files.createFile(folder.resolve("lock"));
            home.write("lab.json", Map.of("pid", other.pid(), "url", "http://127.0.0.1:1", "port", 1));
            assertThat(home.running()).isEmpty();
        } finally {
            other.destroyForcibly();
        }
        Files.writeString(folder.resolve("lab.json"), "{\"pid\": 1");
        assertThat(home.running()).isEmpty();
    }

    @Test
    void leftoversAreEndedAndNobodyElse() throws Exception {
        LabHome home = new LabHome(folder);
        Leftovers leftovers = new Leftovers(home);
        Process worker = new ProcessBuilder("sleep", "600").start();
        Process stranger = new ProcessBuilder("sleep", "600").start();
        try {
            home.write(
                    "up.json",
                    Map.of(
                            "pid", stranger.pid(),
                            "born", 0,
                            "parts",
                                    List.of(
                                            Map.of("name", "worker-0", "pid", worker.pid(), "born", born(worker)),
                                            // Its number was given to another process since.
                                            Map.of("name", "service", "pid", stranger.pid(), "born", 1_000))));
            assertThat(leftovers.keeper()).isEmpty();
            leftovers.end(Duration.ofSeconds(30));
            assertThat(worker.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(stranger.isAlive()).isTrue();
        } finally {
            worker.destroyForcibly();
            stranger.destroyForcibly();
        }
    }

    @Test
    void aPartThatDiesIsStartedAgainWithPausesThatGrow() throws Exception {
        Part part = Part.worker("worker-0", folder.resolve("log"), () -> List.of("false"), Map.of());
        part.start();
        StringBuilder news = new StringBuilder();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (!news.toString().contains("in 1 s") && System.nanoTime() < end) {
            String said = part.revive();
            news.append(said == null ? "" : said + "\n");
            Thread.sleep(20);
        }
        assertThat(news.toString().lines())
                .hasSizeGreaterThanOrEqualTo(2)
                .first()
                .isEqualTo("worker-0 ended with 1, starting it again (see " + folder.resolve("log") + ")");
    }

    /** A second SIGTERM would tell a worker not to checkpoint, and a new start would outlive us. */
    @Test
    void aPartThatIsAskedToEndIsAskedOnceAndNotRevived() throws Exception {
        Path heard = folder.resolve("heard");
        Part part = Part.worker(
                "worker-0",
                folder.resolve("log"),
                () -> List.of(
                        "sh",
                        "-c",
                        "trap 'echo TERM >> " + heard + "' TERM; echo ready > " + heard + "; while [ ! -e "
                                + folder.resolve("end") + " ]; do sleep 0.05; done"),
                Map.of());
        part.start();
        while (!Files.exists(heard)) {
            Thread.sleep(20);
        }
        part.ask();
        while (Files.readAllLines(heard).size() < 2) {
            Thread.sleep(20);
        }
        Thread stopping = new Thread(() -> part.stop(Duration.ofMinutes(2)));
        stopping.start();
        Thread.sleep(500);
        Files.createFile(folder.resolve("end"));
        stopping.join();
        assertThat(Files.readAllLines(heard)).containsExactly("ready", "TERM");
        assertThat(part.alive()).isFalse();
        for (int i = 0; i < 3; i++) {
            assertThat(part.revive()).isNull();
        }
        assertThat(part.alive()).isFalse();
    }

    @Test
    void aHomeThatOthersCanEnterIsClosed() throws IOException {
        Path open = Files.createDirectory(folder.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
        new LabHome(open).prepare();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(open)))
                .isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(open.resolve("logs"))))
                .isEqualTo("rwx------");
    }

    private static long born(Process process) {
        return process.info().startInstant().orElseThrow().toEpochMilli();
    }
}
