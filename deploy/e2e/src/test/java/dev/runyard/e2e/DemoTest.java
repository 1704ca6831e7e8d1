package dev.runyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.e2e.lab.LabClient;
import dev.runyard.e2e.lab.LabProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's first command: everybody's first look. */
class DemoTest {
    private static final Pattern SWEEP = Pattern.compile("Sweep ([0-9a-f-]{36}): http");

    @TempDir
    Path folder;

    @Test
    void the_demo_goes_on_where_it_was_stopped_and_ends_in_a_table() throws Exception {
        LabProcess lab = LabProcess.start(folder.resolve("home"), Map.of("RUNYARD_THREADS", "1"));
        LabClient client = lab.client();
        lab.close();

        Path first = folder.resolve("first.out");
        Process demo = demo(lab, first);
        String sweep;
        try {
            sweep = sweep(demo, first);
            client.await(
                    "/api/v1/runs?state=FINISHED&sweep=" + sweep,
                    Duration.ofMinutes(4),
                    page -> page.get("items").size() > 0);
        } finally {
            end(demo);
        }

        Path second = folder.resolve("second.out");
        Process again = demo(lab, second, "--exit");
        try {
            assertThat(sweep(again, second)).isEqualTo(sweep);
            client.post("/api/v1/sweeps/" + sweep + "/cancel", null); // the other seven would only take longer
            assertThat(again.waitFor(2, TimeUnit.MINUTES)).isTrue();
        } finally {
            end(again);
        }
        assertThat(again.exitValue()).isEqualTo(1); // runs that are not finished are no success
        assertThat(Files.readString(second))
                .containsPattern("(?m)^METHOD +TEST/TOP1 %")
                .containsPattern("(?m)^(pgn|iip), .* \\d+\\.\\d+")
                .contains(" is CANCELLED");
    }

    private static Process demo(LabProcess lab, Path out, String... options) throws IOException {
        ProcessBuilder builder = lab.command("demo");
        builder.command().addAll(List.of(options));
        return builder.redirectErrorStream(true).redirectOutput(out.toFile()).start();
    }

    private static String sweep(Process demo, Path out) throws Exception {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        while (System.nanoTime() < end) {
            Matcher line = SWEEP.matcher(Files.readString(out));
            if (line.find()) {
                return line.group(1);
            }
            assertThat(demo.isAlive()).as(Files.readString(out)).isTrue();
            Thread.sleep(200);
        }
        throw new AssertionError("no sweep within 2 minutes: " + Files.readString(out));
    }

    private static void end(Process demo) throws InterruptedException {
        demo.destroy();
        assertThat(demo.waitFor(1, TimeUnit.MINUTES)).isTrue();
    }
}
