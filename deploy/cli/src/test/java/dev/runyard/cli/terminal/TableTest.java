package dev.runyard.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class TableTest {
    @Test
    void columnsLineUpAndNumbersAreRightAligned() {
        assertThat(new Table("NAME", "N").row("a", "1").row("longer", "100").lines())
                .containsExactly("NAME      N", "a         1", "longer  100");
    }

    @Test
    void namesCannotMoveTheCursor() {
        assertThat(new Table("NAME").row("a\u001b[2J\rb").lines().get(1)).isEqualTo("a?[2J?b");
    }

    @Test
    void elsewhereThanOnATerminalProgressIsPlainLinesOfTenths() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (Progress progress = new Progress(new PrintStream(out, true, StandardCharsets.UTF_8), false)) {
            for (int i = 0; i <= 1_000; i++) {
                progress.show(i / 1_000.0, "step " + i);
            }
        }
        assertThat(out.toString(StandardCharsets.UTF_8).lines())
                .hasSize(11)
                .allMatch(line -> !line.contains("\r"))
                .last()
                .isEqualTo("100 %  step 1000");
    }
}
