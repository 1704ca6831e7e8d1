package dev.runyard.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people read of runs: times of their own clock, all that was logged, values as they are, and verbs said to what was named. */
final class LookingTest {
    private static final String RUN = "3f2a0000-0000-4000-8000-000000000001";
    private static final String SWEEP = "3f2b0000-0000-4000-8000-000000000002";
    private static final String AT = "\"createdAt\":\"2026-11-22T15:04:05.123Z\"";

    @TempDir
    Path folder;

    private StubLab lab;

    @BeforeEach
    void start() throws IOException {
        lab = new StubLab();
        lab.on(
                "GET runs/" + RUN,
                "{\"id\":\"" + RUN + "\",\"state\":\"FINISHED\"," + AT + ",\"summary\":{"
                        + "\"val/top1\":{\"last\":61.5,\"best\":63.25,\"bestStep\":40,\"count\":5},"
                        + "\"train/lr\":{\"last\":0.0123,\"count\":50}}}");
        lab.on("GET runs/" + RUN + "/attempts", "[]");
    }

    @AfterEach
    void stop() {
        lab.close();
    }

    /** In Tokyo it was the next day. */
    @Test
    void everyTimeIsTheReadersAndNamesItsZone() throws Exception {
        String item =
                "{\"items\":[{\"id\":\"" + RUN + "\",\"state\":\"FINISHED\",\"states\":{}," + AT + "}],\"next\":null}";
        lab.on("GET runs", item).on("GET sweeps", item).on("GET experiments", item);
        lab.on(
                "GET runs/" + RUN + "/logs",
                "{\"items\":[{\"seq\":0,\"attempt\":1,\"line\":\"begins\",\"time\":\"2026-11-22T15:04:05.123Z\"}]}");
        for (List<String> command : List.of(
                List.of("ls"),
                List.of("ls", "sweeps"),
                List.of("ls", "experiments"),
                List.of("show", RUN),
                List.of("logs", RUN))) {
            Typed typed = typed(command.toArray(String[]::new));
            assertThat(typed.exit()).as(command + typed.err()).isZero();
            assertThat(typed.out())
                    .as(command.toString())
                    .contains("2026-11-23 00:04:05 +09:00")
                    .doesNotContain("15:04");
        }
    }

    @Test
    void whatHasNoBetterEndHasNoBest() throws Exception {
        String out = typed("show", RUN).out();
        assertThat(row(out, "val/top1")).contains("61.50", "63.25", "40");
        assertThat(row(out, "train/lr")).containsSubsequence("train/lr", "0.01230", "-", "-", "50");
    }

    /** Before its first step a run shows what it makes, and how far that is. */
    @Test
    void whatARunPreparesIsShown() throws Exception {
        lab.on(
                "GET runs/" + RUN,
                "{\"id\":\"" + RUN + "\",\"state\":\"STARTING\"," + AT + ",\"summary\":{},"
                        + "\"preparing\":{\"what\":\"features of train\",\"done\":320064,\"of\":1281167}}");
        assertThat(row(typed("show", RUN).out(), "preparing"))
                .contains("features of train: 320,064 of 1,281,167 (24 %)");
    }

    @Test
    void aLogIsReadToItsEndAndMovesNoCursor() throws Exception {
        lab.on(
                "GET runs/" + RUN + "/logs?limit=1000",
                "{\"items\":[" + line(0, "one") + "," + line(1, "t\\u001b[2Jwo") + "]}");
        lab.on("GET runs/" + RUN + "/logs?limit=1000&after=1", "{\"items\":[" + line(2, "three") + "]}");
        lab.on("GET runs/" + RUN + "/logs?limit=1000&after=2", "{\"items\":[]}");
        String out = typed("logs", RUN, "--follow").out();
        assertThat(out.lines()).hasSize(3);
        assertThat(out).contains("[1] one", "[1] three").doesNotContain("\u001b");
        assertThat(typed("logs", RUN, "--json").out().lines()).hasSize(3).allMatch(l -> l.startsWith("{\"seq\":"));
    }

    @Test
    void metricsAreShownAsTheyAre() throws Exception {
        lab.on("GET runs/" + RUN + "/metrics", "{\"keys\":[{\"key\":\"train/loss\",\"count\":3,\"last\":\"NaN\"}]}");
        assertThat(row(typed("metrics", RUN).out(), "train/loss")).contains("3", "NaN");
        lab.on(
                "GET runs/" + RUN + "/metrics/history?key=train/loss&buckets=800",
                "{\"exact\":true,\"points\":[{\"step\":1,\"epoch\":0,\"value\":0.1234567890123},{\"step\":2,\"value\":\"-Infinity\"}]}");
        lab.on(
                "GET runs/" + RUN + "/metrics/history?key=train%2Floss&buckets=800",
                "{\"exact\":true,\"points\":[{\"step\":1,\"epoch\":0,\"value\":0.1234567890123},{\"step\":2,\"value\":\"-Infinity\"}]}");
        assertThat(typed("metrics", RUN, "--key", "train/loss").out()).contains("0.1234567890123", "-Infinity");
        lab.on(
                "GET runs/" + RUN + "/metrics/history",
                "{\"exact\":false,\"total\":1000000,\"buckets\":[{\"from\":0,\"to\":9,\"last\":1,\"min\":0,\"max\":2,\"count\":10}]}");
        assertThat(typed("metrics", RUN, "--key", "train/loss", "--buckets", "1")
                        .out())
                .contains("1000000 points shown as 1 buckets");
        assertThat(typed("metrics", RUN, "--buckets", "0").exit()).isEqualTo(2);
    }

    @Test
    void aVerbIsSaidToWhatWasNamed() throws Exception {
        lab.on("GET sweeps/" + SWEEP, "{\"id\":\"" + SWEEP + "\",\"state\":\"RUNNING\"}");
        for (String verb : List.of("pause", "resume", "cancel", "retry")) {
            lab.on("POST runs/" + RUN + "/" + verb, "{\"id\":\"" + RUN + "\",\"state\":\"" + verb + "\"}");
            lab.on("POST sweeps/" + SWEEP + "/" + verb, "{\"id\":\"" + SWEEP + "\",\"state\":\"" + verb + "\"}");
            assertThat(typed(verb, RUN, SWEEP).out()).isEqualTo(RUN + " " + verb + "\n" + SWEEP + " " + verb + "\n");
        }
        lab.on("POST devices/" + SWEEP + "/let-back", "{\"id\":\"" + SWEEP + "\",\"state\":\"FREE\"}");
        assertThat(typed("let-back", SWEEP).out()).isEqualTo(SWEEP + " FREE\n");
    }

    @Test
    void aRunThatIsWatchedEndsAsItDid() throws Exception {
        assertThat(typed("watch", RUN).exit()).isZero();
        lab.on(
                "GET runs/" + RUN,
                "{\"id\":\"" + RUN
                        + "\",\"state\":\"FAILED\",\"reason\":\"DATA\",\"message\":\"a\\u001b[31mb is missing\"}");
        Typed failed = typed("watch", RUN);
        assertThat(failed.exit()).isEqualTo(1);
        assertThat(failed.out())
                .contains("FAILED (DATA: a")
                .contains("b is missing")
                .doesNotContain("\u001b");
    }

    private static String line(int seq, String text) {
        return "{\"seq\":" + seq + ",\"attempt\":1,\"time\":\"2026-11-22T15:04:05Z\",\"line\":\"" + text + "\"}";
    }

    private static String row(String out, String first) {
        return out.lines().filter(line -> line.startsWith(first)).findFirst().orElseThrow();
    }

    private Typed typed(String... arguments) throws IOException, InterruptedException {
        return Typed.run(folder, Map.of("RUNYARD_URL", lab.url(), "TZ", "Asia/Tokyo"), arguments);
    }
}
