package dev.runyard.vision.invert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.spec.json.Json;
import dev.runyard.spec.model.MethodSpec;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.vision.client.PatchLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The ready specs make prompts that fill their rows. */
class PresetTest {
    @ParameterizedTest
    @CsvSource({"paper, 224, 32, 288", "small, 64, 16, 96"})
    void fillsWholeRows(String size, int image, int patch, int height) throws IOException {
        Path file = Path.of("paper/inversion/" + size + ".yaml");
        RunSpec spec = Json.read(Json.yaml(Files.readString(file)), RunSpec.class);
        MethodSpec.Pgn pgn = (MethodSpec.Pgn) spec.method();
        assertThat(new PatchLayout(image, patch, pgn.prompts()).height()).isEqualTo(height);
    }
}
