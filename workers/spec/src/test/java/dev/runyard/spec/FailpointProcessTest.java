package dev.runyard.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that reaches a failpoint three times, says so each time, and then ends by itself. */
class FailpointProcessTest {
    @TempDir
    Path folder;

    /** What is started. */
    public static final class Walker {
        private Walker() {}

        public static void main(String[] arguments) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.print(" tidied")));
            for (int i = 1; i <= 3; i++) {
                System.out.print(i);
                System.out.flush();
                Failpoint.POINTS_TOLD.reach();
                Failpoint.END_DUE.reach();
            }
        }
    }

    private String walked(boolean armable) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Walker.class.getName());
        builder.environment().remove(Failpoint.VARIABLE);
        if (armable) {
            builder.environment().put(Failpoint.VARIABLE, folder.toString());
        }
        Process process = builder.redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return process.exitValue() + ": " + said;
    }

    @Test
    void nothingHappensWhereNobodyAskedForIt() throws Exception {
        Files.writeString(folder.resolve("POINTS_TOLD"), "1");
        assertThat(walked(false)).isEqualTo("0: 123 tidied");
        assertThat(folder.resolve("POINTS_TOLD")).exists();
        Files.delete(folder.resolve("POINTS_TOLD"));
        assertThat(walked(true)).isEqualTo("0: 123 tidied");
        assertThat(Failpoint.warning()).isEmpty();
    }

    @Test
    void theProcessIsGoneAtThatMomentAndTheNextOneIsNot() throws Exception {
        Files.writeString(folder.resolve("POINTS_TOLD"), "2\n");
        assertThat(walked(true)).isEqualTo("137: 12");
        assertThat(folder.resolve("POINTS_TOLD")).doesNotExist();
        assertThat(walked(true)).isEqualTo("0: 123 tidied");
    }
}
