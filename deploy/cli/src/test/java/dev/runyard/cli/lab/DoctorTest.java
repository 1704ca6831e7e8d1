package dev.runyard.cli.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runyard.cli.Typed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    private Process service;

    /** What looks like a service of this home: its lock is open. */
    @BeforeEach
    void start() throws IOException {
        Path lock =
                Files.createFile(Files.createDirectories(folder.resolve("home")).resolve("lock"));
        service = new ProcessBuilder("sh", "-c", "exec 3<" + lock + "; echo; sleep 600; : quarkus-run.jar").start();
        assertThat(service.getInputStream().read()).isEqualTo('\n');
    }

    @AfterEach
    void stop() {
        service.descendants().forEach(ProcessHandle::destroyForcibly);
        service.destroyForcibly();
    }

    @Test
    void aRoleThatMayDoEverythingIsWarnedOf() throws Exception {
        assertThat(database(false)).isEmpty();
        JsonNode found = database(true).orElseThrow();
        assertThat(found.path("good").asBoolean()).isFalse();
        assertThat(found.path("found").asText()).contains("superuser");
        assertThat(found.path("remedy").asText()).contains("owns its database and nothing else");
    }

    private Optional<JsonNode> database(boolean superuser) throws IOException, InterruptedException {
        Files.writeString(
                folder.resolve("home/lab.json"),
                JSON.writeValueAsString(
                        Map.of("pid", service.pid(), "url", "http://127.0.0.1:1", "port", 1, "superuser", superuser)));
        Typed typed = Typed.run(folder, Map.of(), "doctor", "--json");
        assertThat(typed.exit()).as(typed.err()).isEqualTo(1); // nothing answers at that address
        return StreamSupport.stream(JSON.readTree(typed.out()).spliterator(), false)
                .filter(finding -> finding.path("about").asText().equals("database"))
                .findFirst();
    }
}
