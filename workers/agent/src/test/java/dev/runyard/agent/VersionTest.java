package dev.runyard.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VersionTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "5e6872c0a1b2, 0.2.0+5e6872c0a1b2",
        "5e6872c0a1b2.changed, 0.2.0+5e6872c0a1b2.changed",
        "'  5e6872c0a1b2  ', 0.2.0+5e6872c0a1b2",
        "HEAD, 0.2.0",
        "'', 0.2.0",
    })
    void theCommitThatItWasBuiltOfStandsBehindThePlus(String written, String version) throws IOException {
        Files.writeString(folder.resolve("commit"), written + "\n");
        assertThat(Version.of("0.2.0", folder)).isEqualTo(version);
    }

    @Test
    void whatWasBuiltWithoutGitHasNone() {
        assertThat(Version.of("0.2.0", folder)).isEqualTo("0.2.0");
        assertThat(Version.of("dev", null)).isEqualTo("dev");
        assertThat(Version.CURRENT).isEqualTo("dev");
    }
}
