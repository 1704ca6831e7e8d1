package dev.runyard.cli.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LogsTest {
    @TempDir
    Path folder;

    @Test
    void aLogUnderItsWriterStaysWithinItsBounds() throws Exception {
        Path log = folder.resolve("worker-0.log");
        Logs logs = new Logs(folder, 10_000);
        Part part = Part.worker(
                "worker-0",
                log,
                () -> List.of(
                        "sh",
                        "-c",
                        "i=0; while [ $i -lt 20000 ]; do echo line $i of a talkative worker; i=$((i+1));"
                                + " [ $((i % 100)) -ne 0 ] || sleep 0.02; done"),
                Map.of());
        part.start();
        long most = 0;
        while (part.alive()) {
            logs.rotate();
            most = Math.max(most, total());
            TimeUnit.MILLISECONDS.sleep(1);
        }
        logs.rotate();
        // 650 kB were written; between two looks a log may exceed its bound.
        assertThat(most).isLessThan(300_000);
        assertThat(Files.size(log)).isLessThanOrEqualTo(10_000);
        assertThat(folder.resolve("worker-0.log.3")).exists();
        assertThat(folder.resolve("worker-0.log.4")).doesNotExist();
        List<String> lines = Files.readAllLines(folder.resolve("worker-0.log.1"));
        assertThat(lines).allSatisfy(line -> assertThat(line).doesNotContain("\0"));
        assertThat(lines.get(lines.size() - 2)).matches("line \\d+ of a talkative worker");
    }

    @Test
    void lastWordsAreReadFromTheEndAlone() throws Exception {
        Path log = folder.resolve("service.log");
        try (var file = new java.io.RandomAccessFile(log.toFile(), "rw")) {
            file.setLength(3L << 30); // more than any String holds
        }
        Files.writeString(log, "\nrunyard: no space left\n", java.nio.file.StandardOpenOption.APPEND);
        assertThat(Logs.tail(log, 0)).hasSize(2).last().isEqualTo("runyard: no space left");
        assertThat(Logs.tail(log, Files.size(log))).isEmpty();
        assertThat(Logs.tail(folder.resolve("none.log"), 0)).isEmpty();
    }

    @Test
    void oldCrashReportsGo() throws Exception {
        for (int i = 0; i < 14; i++) {
            Path report = Files.createFile(folder.resolve("crash-" + i + ".log"));
            Files.setLastModifiedTime(report, FileTime.fromMillis(1_000L * i));
        }
        new Logs(folder).rotate();
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).hasSize(10);
        }
        assertThat(folder.resolve("crash-3.log")).doesNotExist();
        assertThat(folder.resolve("crash-4.log")).exists();
    }

    private long total() throws Exception {
        try (Stream<Path> all = Files.list(folder)) {
            return all.mapToLong(file -> file.toFile().length()).sum();
        }
    }
}
