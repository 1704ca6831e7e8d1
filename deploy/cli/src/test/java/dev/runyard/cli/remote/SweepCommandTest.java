package dev.runyard.cli.remote;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runyard.cli.StubLab;
import dev.runyard.cli.StubLab.Answer;
import dev.runyard.cli.Typed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a search has found, and more or no more of it, as it is typed. */
final class SweepCommandTest {
    private static final String SWEEP = "77770000-0000-4000-8000-000000000003";
    private static final String RUN = "3f2a0000-0000-4000-8000-000000000001";
    private static final String POINTS = """
            {"metrics": ["%s"], "goals": ["%s"], "best": 1, "points": [
              {"point": 0, "params": {"method.prompts": 4}, "state": "FINISHED", "values": [62.5], "runs": ["r0", "r1"]},
              {"point": 1, "params": {"method.prompts": 8}, "state": "FINISHED", "values": [70.25], "runs": ["r2"]},
              {"point": 2, "params": {"method.prompts": 1}, "state": "PRUNED", "values": [99.0], "epochs": 3, "runs": ["r3"]},
              {"point": 3, "params": {"method.prompts": 2}, "state": "FINISHED", "values": ["NaN"], "runs": ["r4"]},
              {"point": 4, "params": {"method.prompts": 16}, "state": "FINISHED", "values": [9.0], "runs": ["r5"]},
              {"point": 5, "params": {"method.prompts": 32}, "state": "OPEN", "runs": ["r6"]}]}""";

    @TempDir
    Path folder;

    private StubLab lab;

    @BeforeEach
    void start() throws IOException {
        lab = new StubLab();
        lab.on("GET ids/7", "{\"items\":[{\"kind\":\"sweep\",\"id\":\"" + SWEEP + "\"}]}");
        lab.on("GET sweeps/" + SWEEP, "{\"id\":\"" + SWEEP + "\",\"state\":\"RUNNING\"}");
        lab.on("GET runs/" + RUN, "{\"id\":\"" + RUN + "\",\"state\":\"RUNNING\"}");
    }

    @AfterEach
    void stop() {
        lab.close();
    }

    @Test
    void theBestPointsComeFirstByTheEndThatIsBetter() throws Exception {
        lab.on("GET sweeps/" + SWEEP + "/points", POINTS.formatted("val/top1", "max"));
        assertThat(firsts(typed("best", "7"))).containsExactly("POINT", "1", "0", "4");
        assertThat(typed("best", "7").out()).contains("val/top1", "70.25", "method.prompts=8", "r0 r1");
        lab.on("GET sweeps/" + SWEEP + "/points", POINTS.formatted("val/loss", "min"));
        assertThat(firsts(typed("best", "7"))).containsExactly("POINT", "4", "0", "1");
        assertThat(firsts(typed("best", "7", "--limit", "1"))).containsExactly("POINT", "4");
        JsonNode whole =
                new ObjectMapper().readTree(typed("best", "7", "--json").out());
        assertThat(whole.path("points")).hasSize(6);
        lab.on("GET sweeps/" + SWEEP + "/points", "{\"metrics\":[\"val/top1\"],\"goals\":[\"max\"],\"points\":[]}");
        assertThat(typed("best", "7").out()).isEqualTo("No point is finished yet.\n");
    }

    @Test
    void ofSeveralGoalsTheFrontComesFirst() throws Exception {
        lab.on("GET sweeps/" + SWEEP + "/points", """
                {"metrics": ["val/top1", "parameters"], "goals": ["max", "min"], "best": 0, "front": [0, 2], "points": [
                  {"point": 0, "params": {}, "state": "FINISHED", "values": [70, 9000], "runs": []},
                  {"point": 1, "params": {}, "state": "FINISHED", "values": [69, 9500], "runs": []},
                  {"point": 2, "params": {}, "state": "FINISHED", "values": [60, 100], "runs": []}]}""");
        assertThat(firsts(typed("best", "7"))).containsExactly("POINT", "0", "2", "1");
        assertThat(typed("best", "7").out())
                .containsPattern("parameters +FRONT")
                .containsPattern("2 +60.00 +100.0 +yes");
    }

    @Test
    void whatAnOlderLabDoesNotSayOfTheFrontIsNotMadeUp() throws Exception {
        lab.on("GET sweeps/" + SWEEP + "/points", """
                {"metrics": ["val/top1", "parameters"], "goals": ["max", "min"], "best": 0, "points": [
                  {"point": 0, "params": {}, "state": "FINISHED", "values": [70, 9000], "runs": []}]}""");
        assertThat(typed("best", "7").out()).contains("70.00").doesNotContain("FRONT");
    }

    @Test
    void importanceIsATableOrTheReasonWhyThereIsNone() throws Exception {
        lab.on(
                "GET sweeps/" + SWEEP + "/importance?by=ped-anova",
                "{\"metric\":\"val/top1\",\"points\":40,\"needed\":20,\"shares\":[{\"path\":\"optimizer.learningRate\","
                        + "\"share\":0.814,\"lo\":0.6,\"hi\":0.95,\"points\":40}]}");
        assertThat(typed("importance", "7").out()).containsPattern("optimizer.learningRate +81 % +60 % to 95 % +40");
        lab.on(
                "GET sweeps/" + SWEEP + "/importance?by=ped-anova",
                "{\"metric\":\"val/top1\",\"points\":3,\"needed\":20,\"said\":\"too few runs to say: 3 finished points, of 20\","
                        + "\"shares\":[]}");
        assertThat(typed("importance", "7").out()).isEqualTo("too few runs to say: 3 finished points, of 20\n");
    }

    /** What is asked once is asked once: an answer that is lost is told, not asked for again. */
    @Test
    void moreAndNoMoreAreSaidOnce() throws Exception {
        lab.on("POST sweeps/" + SWEEP + "/extend", "{\"points\":[]}");
        assertThat(typed("extend", "7", "--points", "20").out()).isEqualTo("7 20 points more\n");
        lab.on("POST sweeps/" + SWEEP + "/stop", "{\"points\":[{},{}]}");
        assertThat(typed("stop", "7").out()).isEqualTo("7 2 points, no more\n");
        assertThat(posts()).extracting(StubLab.Asked::body).containsExactly("{\"points\":20}", "");
        lab.on("POST sweeps/" + SWEEP + "/stop", new Answer(200, "application/json", "{\"points\":[", Map.of(), true));
        assertThat(typed("stop", "7").exit()).isEqualTo(1);
        assertThat(posts()).hasSize(3);
    }

    @Test
    void whatCannotBeDoneIsOneLine() throws Exception {
        line(typed("best", RUN), 2, RUN + " is a run; give the id of a sweep");
        line(typed("best", "7", "--limit", "0"), 2, "--limit is 0");
        lab.on(
                "POST sweeps/" + SWEEP + "/extend",
                Answer.json(422, "{\"code\":\"NOT_APPLICABLE\",\"detail\":\"points cannot be added to a grid\"}"));
        line(typed("extend", "7", "--points", "5"), 2, "points cannot be added to a grid");
        assertThat(typed("extend", "7").exit()).isEqualTo(2);
        assertThat(typed().exit()).isEqualTo(2);
        assertThat(typed().err()).contains("say best, importance, extend, stop, run or around");
        assertThat(posts()).hasSize(1);
    }

    private List<StubLab.Asked> posts() {
        return lab.asked().stream()
                .filter(asked -> asked.method().equals("POST"))
                .toList();
    }

    private static List<String> firsts(Typed typed) {
        assertThat(typed.exit()).as(typed.err()).isZero();
        return typed.out().lines().map(line -> line.strip().split(" ")[0]).toList();
    }

    private static void line(Typed typed, int exit, String part) {
        assertThat(typed.exit()).as(typed.err()).isEqualTo(exit);
        assertThat(typed.out()).isEmpty();
        assertThat(typed.err().lines()).singleElement().asString().contains(part);
    }

    private Typed typed(String... arguments) throws IOException, InterruptedException {
        String[] command = new String[arguments.length + 1];
        command[0] = "sweep";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        return Typed.run(folder, Map.of("RUNYARD_URL", lab.url()), command);
    }
}
