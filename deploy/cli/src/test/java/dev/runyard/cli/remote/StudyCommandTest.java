package dev.runyard.cli.remote;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.cli.StubLab;
import dev.runyard.cli.StubLab.Answer;
import dev.runyard.cli.Typed;
import dev.runyard.spec.json.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Outer loops of one's own, as they are typed. */
final class StudyCommandTest {
    private static final String SWEEP = "77770000-0000-4000-8000-000000000003";

    @TempDir
    Path folder;

    private StubLab lab;

    @BeforeEach
    void start() throws IOException {
        lab = new StubLab();
        lab.on("GET ids/7", "{\"items\":[{\"kind\":\"sweep\",\"id\":\"" + SWEEP + "\"}]}");
        lab.on("GET sweeps/" + SWEEP, "{\"id\":\"" + SWEEP + "\",\"state\":\"RUNNING\"}");
    }

    @AfterEach
    void stop() {
        lab.close();
    }

    private Typed typed(String... words) throws Exception {
        return Typed.run(folder, Map.of("RUNYARD_URL", lab.url()), words);
    }

    private String body() {
        return lab.asked().get(lab.asked().size() - 1).body();
    }

    @Test
    void pointsAreALineEach() throws Exception {
        lab.on(
                "POST sweeps/" + SWEEP + "/ask",
                "{\"points\":[{\"point\":3,\"params\":{\"x\":0.5,\"kind\":\"a\"}},{\"point\":4,\"params\":{\"x\":1}}]}");
        Typed asked = typed("ask", "7", "--points", "2", "--key", "mine");
        assertThat(asked.exit()).isZero();
        assertThat(asked.out().lines()).hasSize(2);
        assertThat(asked.out()).contains("3 ", "x=0.5", "kind=a", "4 x=1");
        assertThat(lab.asked().get(lab.asked().size() - 1).key()).isEqualTo("mine");
        assertThat(body()).isEqualTo("{\"points\":2}");
        lab.on("POST sweeps/" + SWEEP + "/ask", "{\"points\":[],\"stopping\":\"all 5 points were asked for\"}");
        Typed none = typed("ask", "7");
        assertThat(none.out()).isEmpty();
        assertThat(none.err()).contains("all 5 points were asked for");
    }

    /** An answer that is lost on its way costs no point: the same request goes again. */
    @Test
    void aLostAnswerIsAskedForAgainWithTheSameKey() throws Exception {
        lab.on(
                "once POST sweeps/" + SWEEP + "/ask",
                new Answer(200, "application/json", "{\"points\":[", Map.of(), true));
        lab.on("POST sweeps/" + SWEEP + "/ask", "{\"points\":[{\"point\":3,\"params\":{\"x\":0.5}}]}");
        assertThat(typed("ask", "7").out()).isEqualTo("3 x=0.5\n");
        List<String> keys = lab.asked().stream()
                .filter(asked -> asked.path().endsWith("/ask"))
                .map(StubLab.Asked::key)
                .toList();
        assertThat(keys).hasSize(2);
        assertThat(keys.get(0)).isNotBlank().isEqualTo(keys.get(1));
    }

    @Test
    void whatIsToldIsSentAsItIsTyped() throws Exception {
        lab.on("POST sweeps/" + SWEEP + "/tell", "{\"point\":3,\"state\":\"FINISHED\"}");
        assertThat(typed("tell", "7", "3", "-0.25").exit()).isZero();
        assertThat(body()).isEqualTo("{\"point\":3,\"value\":-0.25}");
        Map<String[], String> said = Map.of(
                new String[] {"tell", "7", "3", "0.25"}, "{\"point\":3,\"value\":0.25}",
                new String[] {"tell", "7", "3", "loss=0.25", "size=7"},
                        "{\"point\":3,\"values\":{\"loss\":0.25,\"size\":7.0}}",
                new String[] {"tell", "7", "3", "--pruned"}, "{\"point\":3,\"state\":\"PRUNED\"}",
                new String[] {"tell", "7", "3", "--failed", "no memory"},
                        "{\"point\":3,\"state\":\"FAILED\",\"message\":\"no memory\"}");
        for (Map.Entry<String[], String> one : said.entrySet()) {
            assertThat(typed(one.getKey()).exit()).isZero();
            assertThat(Json.tree(body())).isEqualTo(Json.tree(one.getValue()));
        }
        lab.on(
                "POST sweeps/" + SWEEP + "/tell",
                "{\"point\":3,\"state\":\"OPEN\",\"decision\":\"STOP\",\"why\":\"place 2 of 2\"}");
        assertThat(typed("tell", "7", "3", "0.5", "--epoch", "2").out()).isEqualTo("STOP\n");
        assertThat(body()).isEqualTo("{\"point\":3,\"value\":0.5,\"epoch\":2}");
    }

    @Test
    void whatCannotBeToldIsSaid() throws Exception {
        Stream.of(
                        List.of("tell", "7", "3", "good"),
                        List.of("tell", "7", "3", "1", "2"),
                        List.of("tell", "7", "3", "--pruned", "--failed", "x"))
                .forEach(words -> {
                    try {
                        Typed typed = typed(words.toArray(String[]::new));
                        assertThat(typed.exit()).isEqualTo(2);
                        assertThat(typed.err().strip().lines()).hasSize(1);
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                });
        assertThat(lab.asked()).noneMatch(asked -> asked.path().endsWith("/tell"));
    }

    @Test
    void aPointBecomesARunOrASweep() throws Exception {
        String point = "sweeps/" + SWEEP + "/points/";
        lab.on("GET " + point + "best/around", "{\"axes\":{\"x\":[1,2]},\"from\":\"" + SWEEP + "\"}");
        lab.on("POST sweeps", Answer.json(201, "{\"id\":\"new\"}"));
        assertThat(typed("sweep", "around", "7").out()).isEqualTo("new\n");
        assertThat(body()).contains("\"from\":\"" + SWEEP);
        lab.on("GET " + point + "5/run", "{\"spec\":{\"seed\":1}}");
        lab.on("POST runs", Answer.json(201, "{\"id\":\"run\"}"));
        assertThat(typed("sweep", "run", "7", "--point", "5").out()).isEqualTo("run\n");
        int before = lab.asked().size();
        assertThat(typed("sweep", "run", "7", "--point", "5", "--print").out()).contains("\"seed\" : 1");
        assertThat(lab.asked().subList(before, lab.asked().size()))
                .noneMatch(asked -> asked.method().equals("POST"));
        assertThat(typed("sweep", "run", "7", "--point", "x").exit()).isEqualTo(2);
    }
}
