package dev.runyard.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class GivenPathTest {
    private static final Path HERE = Path.of("").toAbsolutePath();

    @Test
    void aRelativePathLeadsFromWhereTheCommandIsTyped() {
        assertThat(GivenPath.absolute("a/b")).isEqualTo(HERE.resolve("a/b"));
        assertThat(GivenPath.absolute("./a")).isEqualTo(HERE.resolve("a"));
        assertThat(GivenPath.absolute(".")).isEqualTo(HERE);
        assertThat(GivenPath.absolute("..")).isEqualTo(HERE.getParent());
        assertThat(GivenPath.absolute("../../x"))
                .isEqualTo(HERE.getParent().getParent().resolve("x"));
        assertThat(GivenPath.absolute("/a/../b")).isEqualTo(Path.of("/a/../b"));
        assertThat(GivenPath.absolute("a/../b")).isEqualTo(HERE.resolve("a/../b"));
        assertThat(GivenPath.absolute("../".repeat(100) + "x")).isEqualTo(Path.of("/x"));
    }

    @Test
    void theOwnFolderIsWrittenOutAndNobodyElses() {
        Path own = Path.of(System.getProperty("user.home"));
        assertThat(GivenPath.of("~")).isEqualTo(own);
        assertThat(GivenPath.absolute("~/data")).isEqualTo(own.resolve("data"));
        assertThat(GivenPath.of("a~/b")).isEqualTo(Path.of("a~/b"));
        assertThatThrownBy(() -> GivenPath.of("~nobody/x")).hasMessageContaining("write the folder out");
        assertThatThrownBy(() -> GivenPath.of("a\0b")).hasMessageContaining("is no path");
    }
}
