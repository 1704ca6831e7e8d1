package dev.runyard.spec.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.pruner.PrunerSpec;
import dev.runyard.spec.sampler.SamplerSpec;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * The committed schemas say what the records say. After a change of a record write them anew:
 * {@code ./mvnw -pl workers/spec test -Dtest=SchemaTest -Drunyard.schemas=write}.
 */
class SchemaTest {
    private static final Path FOLDER = Path.of("src/main/resources/schema");

    @Test
    void theRunSchemaIsCurrent() throws Exception {
        current("run.v1.json", Schemas.run());
    }

    @Test
    void theSweepSchemaIsCurrent() throws Exception {
        current("sweep.v1.json", Schemas.sweep());
    }

    @Test
    void whatIsRequiredReallyIs() {
        Schemas.LEAST.forEach((type, least) -> {
            if (PrunerSpec.class.isAssignableFrom(type)) {
                assertThatThrownBy(() -> Json.read("{\"kind\":\"threshold\"}", PrunerSpec.class))
                        .hasMessageContaining("min");
                return;
            }
            if (SamplerSpec.class.isAssignableFrom(type)) {
                assertThatThrownBy(() -> Json.read("{\"kind\":\"random\"}", SamplerSpec.class))
                        .hasMessageContaining("runs");
                return;
            }
            Json.read(least, type);
            Json.tree(least).fieldNames().forEachRemaining(name -> {
                ObjectNode without = (ObjectNode) Json.tree(least);
                without.remove(name);
                assertThatThrownBy(() -> Json.read(without, type))
                        .isInstanceOfSatisfying(
                                InvalidSpec.class, e -> assertThat(e.code()).isEqualTo("MISSING_FIELD"));
            });
        });
    }

    private static void current(String name, String generated) throws Exception {
        if ("write".equals(System.getProperty("runyard.schemas"))) {
            Files.createDirectories(FOLDER);
            Files.writeString(FOLDER.resolve(name), generated);
            return;
        }
        try (InputStream in = SchemaTest.class.getResourceAsStream("/schema/" + name)) {
            assertThat(in).as(name + " is committed").isNotNull();
            assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                    .as("write it anew: ./mvnw -pl workers/spec test -Dtest=SchemaTest -Drunyard.schemas=write")
                    .isEqualTo(generated);
        }
    }
}
