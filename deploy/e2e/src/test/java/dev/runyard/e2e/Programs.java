package dev.runyard.e2e;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** Programs that a test needs and a machine may lack. {@code .ci/run} installs them, so there a missing one is a failure. */
final class Programs {
    private Programs() {}

    /**
     * The first of these on the PATH.
     *
     * @param remedy where it is had
     */
    static Path require(String remedy, String... names) {
        String path = System.getenv().getOrDefault("PATH", "");
        return require(
                remedy,
                names[0],
                Stream.of(names)
                        .flatMap(name -> Stream.of(path.split(":")).map(folder -> Path.of(folder, name)))
                        .filter(Files::isExecutable)
                        .findFirst());
    }

    /** What was looked for elsewhere: skips the test when it is missing, and fails it where CI is true. */
    static <T> T require(String remedy, String name, Optional<T> found) {
        return found.orElseGet(() -> {
            String missing = "there is no " + name + " here; " + remedy;
            if (Boolean.parseBoolean(System.getenv("CI"))) {
                return fail(missing);
            }
            return abort("skipped: " + missing);
        });
    }
}
