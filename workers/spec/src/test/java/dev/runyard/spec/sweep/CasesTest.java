package dev.runyard.spec.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.run.RunRequest;
import dev.runyard.spec.run.RunSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class CasesTest {
    /** What a search is made of: whoever gets it wrong is told what to write. */
    private static final Pattern SEARCHED = Pattern.compile("(axes|require|enqueue|sampler|pruner|further|goal)\\b");

    private static final Path CASES = Path.of("src/test/resources/cases");

    @TestFactory
    Stream<DynamicTest> validOnesAreTaken() throws IOException {
        return each("valid", example -> {
            ObjectNode document = (ObjectNode) example.get("document");
            SpecFile file = SpecFile.of(document);
            assertThat(file.runs()).isEqualTo(example.get("runs").intValue());
            assertThat(file instanceof SpecFile.Run ? "run" : "sweep")
                    .isEqualTo(example.get("kind").textValue());
            // As YAML, which JSON is a part of, and through our own writing, nothing changes.
            assertThat(SpecFile.read(document.toPrettyString())).isEqualTo(file);
            if (file instanceof SpecFile.Sweep sweep) {
                String written = Json.canonical(sweep.spec());
                assertThat(Json.read(written, SweepSpec.class)).isEqualTo(sweep.spec());
                for (int i = 0; i < sweep.runs(); i++) {
                    RunSpec spec = Points.at(sweep.spec(), i).spec();
                    assertThat(Json.read(Json.canonical(spec), RunSpec.class)).isEqualTo(spec);
                }
            } else if (file instanceof SpecFile.Run run) {
                assertThat(Json.read(Json.canonical(run.request()), RunRequest.class))
                        .isEqualTo(run.request());
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> invalidOnesAreRefusedByName() throws IOException {
        return each("invalid", example -> {
            String text = example.has("text")
                    ? example.get("text").textValue()
                    : example.get("document").toPrettyString();
            InvalidSpec e = catchThrowableOfType(InvalidSpec.class, () -> SpecFile.read(text));
            assertThat(e).isNotNull();
            assertThat(e.code())
                    .as(e.getMessage())
                    .isEqualTo(example.get("code").textValue());
            assertThat(e.field())
                    .as(e.getMessage())
                    .isEqualTo(example.get("field").textValue());
            assertThat(e.getMessage())
                    .hasLineCount(1)
                    .doesNotContain("dev.runyard")
                    .doesNotContain("java.lang");
            if (example.has("says")) {
                assertThat(e.getMessage()).contains(example.get("says").textValue());
            }
            if (SEARCHED.matcher(e.field()).lookingAt()) {
                assertThat(e.value()).as("value: " + e.getMessage()).isNotEmpty();
                assertThat(e.rule()).as("rule: " + e.getMessage()).isNotBlank();
                assertThat(e.remedy()).as("remedy: " + e.getMessage()).isNotBlank();
            }
        });
    }

    private interface Check {
        void of(JsonNode example) throws IOException;
    }

    private static Stream<DynamicTest> each(String folder, Check check) throws IOException {
        try (Stream<Path> files = Files.list(CASES.resolve(folder))) {
            return files.sorted().toList().stream()
                    .map(file -> DynamicTest.dynamicTest(
                            file.getFileName().toString(), () -> check.of(Json.tree(Files.readString(file)))));
        }
    }
}
