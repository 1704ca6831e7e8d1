package dev.runyard.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runyard.cli.StubLab.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What programs read of the command line: JSON alone on stdout, everything that was listed, and nothing done by halves. */
final class ListingsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ONE = "3f2a0000-0000-4000-8000-000000000001";
    private static final String TWO = "3f2b0000-0000-4000-8000-000000000002";

    @TempDir
    Path folder;

    private StubLab lab;

    @BeforeEach
    void start() throws IOException {
        lab = new StubLab();
    }

    @AfterEach
    void stop() {
        lab.close();
    }

    @Test
    void everyListingIsOneJsonArrayOfWhatTheLabHas() throws Exception {
        for (String what : List.of("runs", "sweeps", "experiments", "devices")) {
            lab.on("GET " + what, "{\"items\":[{\"id\":\"" + ONE + "\",\"name\":\"a\\nb\"}],\"next\":null}");
            JsonNode listed = json("ls", what, "--json");
            assertThat(listed).as(what).hasSize(1);
            assertThat(listed.get(0).path("id").asText()).isEqualTo(ONE);
            assertThat(listed.get(0).path("name").asText()).isEqualTo("a\nb");
            lab.on("GET " + what, "{\"items\":[]}");
            assertThat(json("ls", what, "--json")).as(what).isEmpty();
            assertThat(typed("ls", what).out()).isEqualTo("No " + what + ".\n");
        }
    }

    @Test
    void aRunWhoseClientFellSilentIsNoRunThatGoesOnAsUsual() throws Exception {
        String heard = Instant.now().minusSeconds(7_230).toString();
        lab.on(
                "GET runs",
                "{\"items\":[{\"id\":\"" + ONE + "\",\"state\":\"RUNNING\",\"heardAt\":\"" + heard
                        + "\",\"silent\":true},{\"id\":\"" + TWO + "\",\"state\":\"RUNNING\",\"heardAt\":\"" + heard
                        + "\",\"silent\":false}]}");
        String[] lines = typed("ls").out().split("\n");
        assertThat(lines[1]).startsWith(ONE).contains("RUNNING, silent for 2 h");
        assertThat(lines[2]).startsWith(TWO).doesNotContain("silent");
    }

    @Test
    void aListingGoesOnUntilItsEndOrItsLimit() throws Exception {
        lab.on("GET sweeps?limit=50", "{\"items\":[{\"id\":\"" + ONE + "\"}],\"next\":\"a b\"}");
        lab.on("GET sweeps?limit=49&cursor=a%20b", "{\"items\":[{\"id\":\"" + TWO + "\"}],\"next\":null}");
        assertThat(json("ls", "sweeps", "--json")).hasSize(2);
        lab.on("GET sweeps?limit=1", "{\"items\":[{\"id\":\"" + ONE + "\"}],\"next\":\"a b\"}");
        assertThat(json("ls", "sweeps", "--limit", "1", "--json")).hasSize(1);
    }

    @Test
    void whatTheLabRefusesIsOneLineOnStderrAndNothingOnStdout() throws Exception {
        lab.on(
                "GET runs",
                Answer.json(401, "{\"code\":\"NOT_SIGNED_IN\",\"detail\":\"This lab does not know who asks.\"}"));
        refused(typed("ls", "--json"), "same RUNYARD_HOME");
        lab.on(
                "GET runs",
                Answer.json(
                        422,
                        "{\"code\":\"UNKNOWN_VALUE\",\"field\":\"state\",\"detail\":\"state is no state\","
                                + "\"remedy\":\"use QUEUED\"}"));
        refused(typed("ls", "--state", "ASLEEP", "--json"), "state is no state");
        lab.on("GET runs", new Answer(200, "text/html", "<html>a proxy</html>", Map.of(), false));
        refused(typed("ls", "--json"), "");
        assertThat(typed("ls", "--limit", "0").exit()).isEqualTo(2);
        assertThat(typed("ls", "everything").exit()).isEqualTo(2);
    }

    /** One wrong id among several changes nothing; a right one is answered by its state, as text and as JSON. */
    @Test
    void verbsActOnAllOrOnNothing() throws Exception {
        lab.on("GET runs/" + ONE, "{\"id\":\"" + ONE + "\",\"state\":\"RUNNING\"}");
        lab.on("POST runs/" + ONE + "/pause", "{\"id\":\"" + ONE + "\",\"state\":\"PAUSING\"}");
        refused(typed("pause", ONE, TWO), TWO);
        assertThat(lab.asked()).noneMatch(asked -> asked.method().equals("POST"));
        assertThat(typed("pause", ONE).out()).isEqualTo(ONE + " PAUSING\n");
        assertThat(json("pause", ONE, "--json").path("state").asText()).isEqualTo("PAUSING");
        lab.on("POST devices/" + TWO + "/drain", "{\"id\":\"" + TWO + "\",\"state\":\"DRAINED\"}");
        assertThat(typed("drain", TWO).out()).isEqualTo(TWO + " DRAINED\n");
        assertThat(json("drain", TWO, "--json").path("state").asText()).isEqualTo("DRAINED");
    }

    @Test
    void aNewTokenIsAnotherOneAndItsOwnersAlone() throws Exception {
        assertThat(typed("token").exit()).isEqualTo(1);
        assertThat(typed("token", "--new").exit()).isEqualTo(1);
        Path home = Files.createDirectories(folder.resolve("home"));
        Path file = Files.writeString(home.resolve("person.secret"), "runyard_old");
        String fresh = typed("token", "--new").out().strip();
        assertThat(fresh)
                .startsWith("runyard_")
                .hasSize("runyard_".length() + 43)
                .isNotEqualTo("runyard_old");
        assertThat(Files.readString(file)).isEqualTo(fresh);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(typed("token").out().strip()).isEqualTo(fresh);
    }

    private JsonNode json(String... arguments) throws IOException, InterruptedException {
        Typed typed = typed(arguments);
        assertThat(typed.exit()).as(typed.err()).isZero();
        assertThat(typed.err()).isEmpty();
        return JSON.readTree(typed.out());
    }

    private static void refused(Typed typed, String part) {
        assertThat(typed.exit()).as(typed.err()).isNotZero();
        assertThat(typed.out()).isEmpty();
        assertThat(typed.err().lines()).singleElement().asString().contains(part);
    }

    private Typed typed(String... arguments) throws IOException, InterruptedException {
        return Typed.run(folder, Map.of("RUNYARD_URL", lab.url()), arguments);
    }
}
