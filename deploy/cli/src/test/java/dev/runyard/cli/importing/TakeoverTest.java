package dev.runyard.cli.importing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runyard.cli.StubLab;
import dev.runyard.cli.StubLab.Answer;
import dev.runyard.cli.remote.LabApi;
import dev.runyard.cli.terminal.Failure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is written into a lab, and what becomes of what it refuses. */
final class TakeoverTest {
    private static final String API = "/api/2.0/mlflow/";
    private static final String KNOWN = "{\"items\":[{\"id\":\"r0\",\"tags\":{},\"hasNote\":%s}]}";

    private final List<String> left = new ArrayList<>();
    private StubLab stub;
    private Takeover takeover;

    @BeforeEach
    void start() throws IOException {
        stub = new StubLab();
        takeover = new Takeover(LabApi.of(stub.url()));
        for (String path : List.of("runs/log-batch", "runs/log-inputs", "runs/update", "runs/set-tag")) {
            stub.on("POST " + API + path, "{}");
        }
        stub.on("PUT runs/r0/note", "{}");
        stub.on("GET runs", KNOWN.formatted(false));
    }

    @AfterEach
    void stop() {
        stub.close();
    }

    private static Tracker.Past run(String id) {
        TreeMap<String, String> tags = new TreeMap<>();
        tags.put("mlflow.parentRunId", "above");
        tags.put("mlflow.note.content", "of old");
        return new Tracker.Past(
                "mlflow:http://m/" + id, "e", id, "FINISHED", 0, 1L, new TreeMap<>(), tags, new Tracker.Content() {
                    @Override
                    public void points(Tracker.PointTaker taker) {}

                    @Override
                    public void datasets(Consumer<JsonNode> taker) throws IOException {
                        taker.accept(
                                new ObjectMapper().readTree("{\"tags\":[],\"long\":\"" + "x".repeat(200_001) + "\"}"));
                    }
                });
    }

    private long asked(String method, String part) {
        return stub.asked().stream()
                .filter(one -> one.method().equals(method) && one.path().contains(part))
                .count();
    }

    @Test
    void aDataSetThatTheLabRefusesIsSaidAndEndsNothing() throws IOException {
        stub.on("POST " + API + "runs/log-inputs", Answer.json(400, "{\"message\":\"no dataset\"}"));
        assertThat(takeover.take(run("a"), left::add)).isEqualTo(Takeover.Outcome.COMPLETED);
        assertThat(left).last().asString().contains("data sets", "no dataset");
        assertThat(asked("POST", "runs/update")).isEqualTo(1);
        stub.on("POST " + API + "runs/log-inputs", Answer.json(500, "{}"));
        assertThatThrownBy(() -> takeover.take(run("b"), left::add)).isInstanceOf(Failure.class);
    }

    @Test
    void aNoteThatIsThereStays() throws IOException {
        takeover.take(run("a"), left::add);
        assertThat(asked("PUT", "runs/r0/note")).isEqualTo(1);
        stub.on("GET runs", KNOWN.formatted(true));
        takeover.take(run("b"), left::add);
        assertThat(asked("PUT", "runs/r0/note")).isEqualTo(1);
    }

    @Test
    void whereARunWentIsAskedForOnce() throws IOException {
        for (String id : List.of("a", "b", "c")) {
            takeover.take(run(id), left::add);
        }
        assertThat(asked("GET", "above")).isEqualTo(1);
        assertThat(stub.asked())
                .filteredOn(one -> one.path().endsWith("log-batch"))
                .hasSize(3)
                .allSatisfy(one -> assertThat(one.body()).contains("\"value\":\"r0\""));
    }
}
