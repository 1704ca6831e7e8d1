package dev.runyard.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code runyard analyse} refuses before it opens anything. */
final class AnalyseRefusalsTest {
    @TempDir
    Path folder;

    @Test
    void eachDataSetNeedsItsRoot() {
        assertThat(refused("--dataset", "eurosat")).contains("--dataset eurosat has no --root");
        assertThat(refused("--dataset", "shapes", "--root", "x")).contains("--root x belongs to no --dataset");
        assertThat(refused("--dataset", "eurosta", "--root", "x")).contains("\"eurosat\"");
    }

    @Test
    void kindsAndNumbersAreNamedWhenWrong() {
        assertThat(refused("--only", "tnse")).contains("only").contains("\"tsne\"");
        assertThat(refused("--limit", "1")).contains("limit: 1 must be 2 or more");
        assertThat(refused("--perplexity", "1")).contains("perplexity: 1.0 must be more than 1");
        assertThat(refused("--only", "predictions")).contains("images: null is required for predictions");
        assertThat(refused("--nmi-mean", "median")).contains("--nmi-mean");
    }

    @Test
    void aRunThatIsNotThereIsNamed() {
        assertThat(refused()).contains("there is no folder or run " + folder.resolve("absent"));
    }

    private String refused(String... more) {
        List<String> command = new ArrayList<>(
                List.of("analyse", "--run", folder.resolve("absent").toString()));
        command.addAll(List.of("--out", folder.resolve("out").toString()));
        command.addAll(List.of(more));
        Typed said = Typed.here(command.toArray(new String[0]));
        assertThat(said.exit()).isEqualTo(2);
        assertThat(said.err().lines()).hasSize(1);
        return said.err();
    }
}
