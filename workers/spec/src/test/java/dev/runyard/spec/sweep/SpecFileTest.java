package dev.runyard.spec.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.runyard.spec.InvalidSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpecFileTest {
    @Test
    void theKindIsToldByTheKeys() {
        assertThat(SpecFile.read("dataset: {id: shapes}")).isInstanceOfSatisfying(SpecFile.Run.class, run -> {
            assertThat(run.request().experiment()).isEqualTo("default");
            assertThat(run.runs()).isEqualTo(1);
        });
        assertThat(SpecFile.read("experiment: first\nname: a\npriority: 3\nspec:\n  dataset: {id: shapes}\n"))
                .isInstanceOfSatisfying(
                        SpecFile.Run.class,
                        run -> assertThat(run.request().name()).isEqualTo("a"));
        assertThat(SpecFile.read("{\n\t\"base\": {\"dataset\": {\"id\": \"shapes\"}},\n\t\"seeds\": [0, 1]\n}"))
                .isInstanceOfSatisfying(
                        SpecFile.Sweep.class, sweep -> assertThat(sweep.runs()).isEqualTo(2));
    }

    /** Also the expanded runs: a template that is refused at its third run would greet a newcomer with an error. */
    @Test
    void thePagesTemplatesCanBeQueuedAsTheyAre() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("../../ui/src/features/submit/templates"))) {
            assertThat(files).hasSizeGreaterThanOrEqualTo(4).allSatisfy(file -> {
                SpecFile spec = SpecFile.read(Files.readString(file));
                assertThat(spec).isInstanceOf(SpecFile.Sweep.class);
                assertThat(spec.runs()).isPositive();
            });
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "seeds: [1] | MISSING_FIELD | ''",
                "{experiment: x, dataset: {id: shapes}} | UNKNOWN_FIELD | experiment",
                "{spec: {dataset: {id: shapes}}, priority: 101} | OUT_OF_RANGE | priority",
                "{spec: {dataset: {id: shapes}}, name: -x} | BAD_NAME | name",
                "{spec: {dataset: {id: shape}}} | UNKNOWN_DATASET | spec.dataset.id",
                "{base: 4} | WRONG_TYPE | base",
                "{base: null} | WRONG_TYPE | base",
                "[1] | BAD_YAML | ''",
            })
    void faultsAreNamed(String text, String code, String field) {
        InvalidSpec e = catchThrowableOfType(InvalidSpec.class, () -> SpecFile.read(text));
        assertThat(e.code()).as(e.getMessage()).isEqualTo(code);
        assertThat(e.field()).isEqualTo(field);
    }
}
