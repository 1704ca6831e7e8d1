package dev.runyard.e2e.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runyard.e2e.lab.LabProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BenchOptionsTest {
    private static final List<String> KNOWN = List.of("batch", "threads");

    @Test
    void lists_and_defaults_are_read() {
        Arguments given = Arguments.of(new String[] {"--batch", "16,32"}, KNOWN);
        assertThat(given.counts("batch", "1")).containsExactly(16, 32);
        assertThat(given.counts("threads", "1,2")).containsExactly(1, 2);
        assertThat(given.count("threads", 7)).isEqualTo(7);
    }

    @Test
    void what_is_no_option_is_named_with_those_that_are() {
        for (String[] wrong : List.of(
                new String[] {"--steps", "3"}, new String[] {"16"}, new String[] {"--batch"}, new String[] {"--", "1"
                })) {
            assertThatThrownBy(() -> Arguments.of(wrong, KNOWN))
                    .hasMessageStartingWith(wrong[0] + ": is not an option")
                    .hasMessageContaining("--batch VALUE, --threads VALUE");
        }
    }

    @Test
    void numbers_that_count_nothing_are_refused() {
        for (String wrong : List.of("0", "-1", "1,,2", "two", "")) {
            Arguments given = Arguments.of(new String[] {"--batch", wrong}, KNOWN);
            assertThatThrownBy(() -> given.counts("batch", "1"))
                    .hasMessage("--batch " + wrong + ": must be whole numbers of 1 or more with commas between");
        }
    }

    @Test
    void every_benchmark_of_the_command_is_there() throws IOException {
        Path root = LabProcess.repositoryRoot();
        List<String> mains = Pattern.compile("main=([\\w.]+)")
                .matcher(Files.readString(root.resolve("deploy/bench")))
                .results()
                .map(found -> found.group(1).replace('.', '/') + ".java")
                .toList();
        assertThat(mains).hasSizeGreaterThan(20);
        for (String main : mains) {
            assertThat(Stream.of("deploy/e2e", "service", "workers/vision")
                            .map(module ->
                                    root.resolve(module + "/src/main/java").resolve(main)))
                    .as(main)
                    .anyMatch(Files::exists);
        }
    }
}
