package dev.runyard.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.cli.StubLab.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Exit codes tell the truth: 0 what was asked is done and good, 1 it is not, 2 it was asked wrongly. */
final class ExitCodesTest {
    private static final String RUN = "3f2a0000-0000-4000-8000-000000000001";
    private static final String OTHER = "3f2b0000-0000-4000-8000-000000000002";
    private static final String SWEEP = "77770000-0000-4000-8000-000000000003";

    @TempDir
    Path folder;

    private StubLab lab;

    @BeforeEach
    void start() throws IOException {
        lab = new StubLab();
        lab.on("GET runs/" + RUN, run("FINISHED", ""));
        lab.on("GET runs", "{\"items\":[" + run("FINISHED", "") + "]}");
        lab.on("GET ids/3f", "{\"items\":[" + named("run", RUN) + "," + named("run", OTHER) + "],\"more\":false}");
        lab.on("GET ids/3f2a", "{\"items\":[" + named("run", RUN) + "],\"more\":false}");
        lab.on("GET ids/7", "{\"items\":[" + named("sweep", SWEEP) + "],\"more\":false}");
        lab.on("GET ids/e", "{\"items\":[],\"more\":false}");
        lab.on("GET sweeps/" + SWEEP + "/table", "{\"rows\":[]}");
    }

    @AfterEach
    void stop() {
        lab.close();
    }

    @Test
    void everyCommandsHelpListsItsExitCodes() {
        helped(Runyard.line(new Runyard()));
    }

    @Test
    void aRunIsFoundByTheBeginningOfItsIdInEveryCommand() throws Exception {
        lab.on("GET runs/" + RUN + "/attempts", "[]");
        lab.on("GET runs/" + RUN + "/metrics", "{\"keys\":[]}");
        lab.on("GET runs/" + RUN + "/logs", "{\"items\":[]}");
        lab.on("GET runs/" + RUN + "/artifacts", "[]");
        lab.on("POST runs/" + RUN + "/pause", run("PAUSING", ""));
        for (String command : new String[] {"show", "metrics", "logs", "watch", "pause"}) {
            Typed typed = typed(command, "3f2a");
            assertThat(typed.exit()).as(command + typed.err()).isZero();
        }
        for (String command : new String[] {"show", "watch", "cancel"}) {
            Typed typed = typed(command, "3f");
            assertThat(typed.exit()).isEqualTo(2);
            assertThat(typed.err()).contains("begins several ids", "run " + RUN, "run " + OTHER, "give more of it");
        }
        assertThat(lab.asked()).noneMatch(asked -> asked.path().endsWith("/cancel"));
        line(typed("show", "e"), 2, "there is no run and no sweep e");
        line(typed("logs", "7"), 2, "there is no run 7");
        line(typed("show", "xyz"), 2, "no id and no beginning of one");
        line(typed("invert", "--run", "3f2a", "--out", "b"), 2, "has no weights.safetensors");
        line(typed("analyse", "--run", "3f2a", "--out", "b"), 2, "has no weights.safetensors");
        line(typed("evaluate", "--run", "3f2a", "--dataset", "folder=" + folder), 2, "");
    }

    @Test
    void aSweepThatIsOverIsNoSuccessUntilItsRunsAre() throws Exception {
        lab.on("GET sweeps/" + SWEEP, sweep("FINISHED", "{\"FAILED\":2}"));
        lab.on("GET sweeps", "{\"items\":[" + sweep("FINISHED", "{\"FAILED\":2}") + "]}");
        String failed = "\"reason\":\"DATA\",\"message\":\"there is no folder /x\",";
        lab.on("GET runs", "{\"items\":[" + run("FAILED", failed) + "," + run("FAILED", failed) + "]}");
        Typed watched = typed("watch", "7");
        assertThat(watched.exit()).isEqualTo(1);
        assertThat(watched.out()).contains("0 of 2 runs finished, 2 failed", "DATA", "there is no folder /x");
        Typed shown = typed("show", "7");
        assertThat(shown.exit()).as(shown.err()).isZero();
        assertThat(shown.out())
                .contains("0 of 2 runs finished, 2 failed")
                .containsPattern("2 +DATA +there is no folder /x");
        assertThat(typed("ls", "sweeps").out()).contains("0 of 2 runs finished, 2 failed");

        lab.on("GET sweeps/" + SWEEP, sweep("FINISHED", "{\"FINISHED\":1,\"PRUNED\":1}"));
        assertThat(typed("watch", "7").exit()).isZero();
        lab.on("GET sweeps/" + SWEEP, sweep("FINISHED", "{\"FINISHED\":1,\"FAILED\":1}"));
        assertThat(typed("watch", "7").exit()).isEqualTo(1);
        lab.on("GET sweeps/" + SWEEP, sweep("CANCELLED", "{\"CANCELLED\":2}"));
        assertThat(typed("watch", "7").exit()).isEqualTo(1);
    }

    @Test
    void aRunThatFailedIsToldSo() throws Exception {
        lab.on("GET runs/" + RUN, run("FAILED", "\"reason\":\"DATA\",\"message\":\"no such folder\","));
        Typed watched = typed("watch", RUN);
        assertThat(watched.exit()).isEqualTo(1);
        assertThat(watched.out()).contains("FAILED (DATA: no such folder)");
        lab.on("GET runs/" + RUN, run("LEVITATING", ""));
        line(typed("watch", RUN), 1, "LEVITATING");
    }

    @Test
    void aSpecIsQueuedWithAKeyAndWithItsPathsFromWhereItWasTyped() throws Exception {
        Files.createDirectories(folder.resolve("specs"));
        Path spec = Files.writeString(folder.resolve("specs/run.yaml"), "dataset: {id: folder, root: data/x}\n");
        lab.on("POST runs", Answer.json(201, "{\"id\":\"" + RUN + "\"}"));
        line(
                typed("submit", "--check", spec.toString()),
                1,
                "dataset.root " + folder.toRealPath().resolve("data/x"));
        assertThat(lab.asked()).isEmpty();
        Typed queued = typed("submit", "specs/run.yaml", "--name", "n");
        assertThat(queued.exit()).as(queued.err()).isZero();
        assertThat(queued.out().strip()).isEqualTo(RUN);
        assertThat(lab.asked()).singleElement().satisfies(asked -> {
            assertThat(asked.key()).hasSizeGreaterThan(30);
            assertThat(asked.body())
                    .contains("\"root\":\"" + folder.toRealPath().resolve("data/x") + "\"");
        });
        Files.createDirectories(folder.resolve("data/x"));
        assertThat(typed("submit", "--check", "specs/run.yaml").exit()).isZero();
        Typed trained = typed("train", "specs/run.yaml", "--out", "out");
        assertThat(trained.exit()).isEqualTo(2);
        assertThat(Files.readString(folder.resolve("out/spec.json")))
                .contains(folder.toRealPath().resolve("data/x").toString());
    }

    @Test
    void theLabAndTheSettingsAreAtFaultInTheirOwnWay() throws Exception {
        line(Typed.run(folder, Map.of("RUNYARD_URL", "ftp://x"), "ls"), 2, "RUNYARD_URL is \"ftp://x\"");
        line(Typed.run(folder, Map.of("RUNYARD_URL", "http://127.0.0.1:1"), "ls"), 1, "does not answer");
        line(Typed.run(folder, Map.of(), "ls"), 1, "no lab runs on");
        line(Typed.run(folder, Map.of("RUNYARD_URL", lab.url()), "pause", OTHER), 2, "there is no run");
        Typed traced = Typed.run(folder, Map.of("RUNYARD_URL", "http://127.0.0.1:1"), "ls", "--debug");
        assertThat(traced.err()).contains("\tat ");
    }

    private Typed typed(String... arguments) throws IOException, InterruptedException {
        return Typed.run(folder, Map.of("RUNYARD_URL", lab.url()), arguments);
    }

    private static void line(Typed typed, int exit, String part) {
        assertThat(typed.exit()).as(typed.err()).isEqualTo(exit);
        assertThat(typed.err().lines())
                .singleElement()
                .asString()
                .startsWith("runyard: ")
                .contains(part);
        assertThat(typed.err()).doesNotContain("Exception", "should not have happened");
    }

    private static void helped(CommandLine command) {
        String help = command.getUsageMessage();
        assertThat(help).as(command.getCommandName()).contains("Exit codes:").containsPattern("(?m)^ *1 ");
        command.getSubcommands().values().forEach(ExitCodesTest::helped);
    }

    private static String named(String kind, String id) {
        return "{\"kind\":\"%s\",\"id\":\"%s\",\"name\":\"n\",\"state\":\"FINISHED\"}".formatted(kind, id);
    }

    private static String run(String state, String more) {
        return """
                {"id":"%s","name":"n","experiment":"e","state":"%s",%s"step":5,"steps":5,"attempt":1,"params":{},"summary":{},
                 "createdAt":"2026-11-22T15:04:05Z"}""".formatted(RUN, state, more);
    }

    private static String sweep(String state, String states) {
        return """
                {"id":"%s","name":"n","experiment":"e","state":"%s","states":%s,"created":2,"total":2,"spec":{},
                 "createdAt":"2026-11-22T15:04:05Z"}""".formatted(SWEEP, state, states);
    }
}
