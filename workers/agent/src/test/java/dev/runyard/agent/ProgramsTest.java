package dev.runyard.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.spec.Sha256;
import dev.runyard.spec.report.Order;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.FailureReason;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Real programs and their processes: what they print, how they end, what they may. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(240)
class ProgramsTest extends ProgramAttempts {
    @Test
    void whatAProgramPrintsIsItsLogAndItsValuesFillItsPlaces() throws Exception {
        Outcome end = run("""
                task: command
                command: [sh, -c, 'echo "$@" $GREETING; echo wrong >&2; printf last', sh, "{params.lr}", "--seed={seed}", '{"a": 1}']
                params: {lr: 1.0e-3, name: ann}
                env: {GREETING: "hello {params.name}"}
                seed: 7
                """);
        assertThat(end).isEqualTo(new Outcome.Finished(0));
        assertThat(log()).contains("0.001 --seed=7 {\"a\": 1} hello ann", "wrong", "last");
        assertThat(ledger.seen().resumed()).containsExactly(-1L);
    }

    @Test
    void howItEndedIsTheReason() throws Exception {
        assertThat(failed(run("{task: command, command: [sh, -c, 'exit 3']}"))).contains("exit code 3");
        assertThat(failed(run("{task: command, command: [sh, -c, 'kill -SEGV $$']}")))
                .contains("signal 11");
        assertThat(failed(run("{task: command, command: [no-such-program]}"))).contains("exit code 127");
        assertThat(log()).anyMatch(line -> line.contains("no-such-program"));
    }

    @Test
    void aProgramThatFailsAndSaysSoOnlyInItsOutputIsNoted() throws Exception {
        assertThat(run("""
                task: command
                command: [python3, -c, "import traceback\\ntry: 1/0\\nexcept Exception: traceback.print_exc()"]
                """)).isEqualTo(new Outcome.Finished(0));
        assertThat(log()).anyMatch(line -> line.startsWith("note: the program ended with exit code 0"));
    }

    /** One that ignores SIGTERM, forks, and leaves its group and session. */
    @Test
    void cancelEndsEveryProcessOfIt() throws Exception {
        Path pids = home.resolve("pids");
        ask("""
                task: command
                command:
                  - sh
                  - -c
                  - |
                    trap '' TERM
                    setsid sh -c 'trap "" TERM; echo $$ >>"$0"; sleep 600' "$0" &
                    sh -c 'echo $$ >>"$0"; sleep 600' "$0" &
                    echo $$ >>"$0"
                    sleep 600
                  - "%s"
                """.formatted(pids));
        CompletableFuture<Outcome> run = begin();
        await(() -> lines(pids).size() == 3);
        ledger.order(Order.CANCEL);
        assertThat(run.join()).isEqualTo(new Outcome.GivenBack(0, Outcome.Cause.CANCEL));
        assertThat(ledger.seen().beats() - ledger.seen().beatsAtOrder()).isLessThanOrEqualTo(20);
        assertThat(lines(pids)).noneMatch(ProgramsTest::lives);
    }

    @Test
    void whatAProgramLeavesBehindEndsWithIt() throws Exception {
        Path pids = home.resolve("pids");
        Outcome end = run("""
                {task: command, command: [sh, -c, 'setsid sleep 600 & echo $! >"$0"; exit 0', "%s"]}
                """.formatted(pids));
        assertThat(end).isEqualTo(new Outcome.Finished(0));
        assertThat(lines(pids)).hasSize(1).noneMatch(ProgramsTest::lives);
    }

    @Test
    void secretsComeByNameAndStandInNoLog() throws Exception {
        environment.put("HF_TOKEN", "very-secret/value");
        environment.put("OTHER_TOKEN", "not-asked-for");
        environment.put("PLAIN", "plain");
        Outcome end = run("""
                task: command
                command: [sh, -c, 'echo "t=$HF_TOKEN o=$OTHER_TOKEN p=$PLAIN r=$RUNYARD_TOKEN w=$RUNYARD_WORKER_SECRET"; printf %s "$HF_TOKEN" | base64']
                secrets: [HF_TOKEN]
                """);
        assertThat(end).isInstanceOf(Outcome.Finished.class);
        assertThat(log()).contains("t=*** o= p=plain r=*** w=");
        assertThat(String.join("\n", log())).doesNotContain("very-secret", "dmVyeS1zZWNyZXQvdmFsdWU");
        assertThat(failedFor(FailureReason.SETUP, run("{task: command, command: [env], secrets: [OTHER_TOKEN]}")))
                .contains("OTHER_TOKEN", "RUNYARD_SECRETS");
    }

    @Test
    void aWorkerWhoseOwnerDoesNotAllowItRunsNoProgram() throws Exception {
        ask("{task: command, command: [touch, \"" + home.resolve("touched") + "\"]}");
        worker(false, Duration.ofSeconds(5));
        assertThat(failedFor(FailureReason.SETUP, attempt())).contains("RUNYARD_COMMANDS=true");
        assertThat(home.resolve("touched")).doesNotExist();
    }

    /** As fast as it can; what is left of it in the log is little, and its last lines are all there. */
    @Test
    void agigabyteOfPrintsFillsNoLogAndItsEndIsThere() throws Exception {
        Outcome end = run("""
                task: command
                command: [sh, -c, 'yes 0123456789012345678901234567890123456789 | head -c 1000000000; echo; for i in 1 2 3; do echo "end $i"; done']
                """);
        assertThat(end).isInstanceOf(Outcome.Finished.class);
        List<String> log = log();
        assertThat(log).endsWith("end 1", "end 2", "end 3");
        assertThat(log).anyMatch(line -> line.startsWith("… "));
        assertThat(log.size()).isLessThan(40_000);
    }

    @Test
    void codeAndSetupAreThereAndTheSetupIsMadeOnce() throws Exception {
        byte[] archive = archive(Map.of("main.sh", "echo runs in $(basename $PWD); tool", "requirements.txt", "a==1"));
        ledger.keep(archive);
        String spec = """
                task: command
                command: [./main.sh]
                code: {archive: %s, size: 100}
                setup:
                  command: [sh, -c, 'echo making; mkdir $RUNYARD_SETUP_DIR/bin; echo "echo made" >$RUNYARD_SETUP_DIR/bin/tool; chmod +x $RUNYARD_SETUP_DIR/bin/tool']
                  inputs: [requirements.txt]
                """.formatted(Sha256.of(archive));
        assertThat(run(spec)).isInstanceOf(Outcome.Finished.class);
        assertThat(run(spec)).isInstanceOf(Outcome.Finished.class);
        assertThat(log().stream().filter("making"::equals)).hasSize(1);
        assertThat(log().stream().filter("made"::equals)).hasSize(2);
        assertThat(log()).contains("runs in code");

        // What another project's programs may have written to is none of this one's.
        ledger.of("theirs");
        assertThat(run(spec)).isInstanceOf(Outcome.Finished.class);
        assertThat(log().stream().filter("making"::equals)).hasSize(2);

        assertThat(failedFor(
                        FailureReason.SETUP,
                        run("{task: command, command: [env], setup: {command: [sh, -c, 'echo no wheel; exit 9']}}")))
                .contains("setup ended with exit code 9");
        assertThat(log()).contains("no wheel");
    }

    /** What it left on the host on which it failed is not taken for what it makes, there either. */
    @Test
    void aSetupThatFailsOnOneHostIsMadeOnTheOtherAndLaterOnTheFirst() throws Exception {
        String spec = """
                task: command
                command: [sh, -c, 'cat "$RUNYARD_SETUP_DIR/made"']
                setup: {command: [sh, -c, 'ls -A "$RUNYARD_SETUP_DIR"; echo "$HOST_OF" >"$RUNYARD_SETUP_DIR/made"; [ -e "$HOST_WHEEL" ] || exit 9']}
                """;
        Path wheel = home.resolve("wheel");
        environment.put("HOST_OF", "first");
        environment.put("HOST_WHEEL", wheel.toString());
        assertThat(failedFor(FailureReason.SETUP, run(spec))).contains("setup ended with exit code 9");

        Path first = home;
        home = Files.createDirectories(home.resolve("second"));
        environment.put("HOST_OF", "second");
        environment.put("HOST_WHEEL", Files.createFile(home.resolve("wheel")).toString());
        assertThat(run(spec)).isInstanceOf(Outcome.Finished.class);
        assertThat(log()).contains("second").doesNotContain("first", "made");

        home = first;
        environment.put("HOST_OF", "first");
        environment.put("HOST_WHEEL", Files.createFile(wheel).toString());
        assertThat(run(spec)).isInstanceOf(Outcome.Finished.class);
        assertThat(log()).contains("first").doesNotContain("made");

        assertThat(
                        failedFor(
                                FailureReason.DISK_FULL,
                                run(
                                        "{task: command, command: [env], setup: {command: [sh, -c, 'head -c 10 /dev/zero >/dev/full']}}")))
                .contains("setup ended with exit code", "disk space");
    }

    @Test
    void whatTheOwnerSaysTakesThemInIsGivenProgramAndSetup() throws Exception {
        String spec = "{task: command, command: [sh, -c, 'echo \"$INSIDE: $0\"; exit 3', 'a  b'],"
                + " setup: {command: [sh, -c, 'echo \"$INSIDE makes\"']}}";
        for (String place : new String[] {"a scope", "a container"}) {
            environment.put(
                    "RUNYARD_COMMANDS_WITHIN",
                    within("export INSIDE='" + place + "'\nexec \"$@\"\n").toString());
            for (int i = 0; i < 2; i++) {
                assertThat(failed(run(spec))).contains("exit code 3");
            }
        }
        Files.delete(home.resolve("within"));
        assertThat(failedFor(FailureReason.SETUP, run(spec))).contains("RUNYARD_COMMANDS_WITHIN", "any more");
        assertThat(log())
                .as("what was made in one is none of the other's")
                .containsSubsequence(
                        "a scope makes", "a scope: a  b", "a scope: a  b", "a container makes", "a container: a  b")
                .containsOnlyOnce("a scope makes", "a container makes");
    }

    /** Its processes are found and ended there, too. */
    @Test
    void aProgramWithinSomethingIsEndedWithAllThatItStarted() throws Exception {
        environment.put("RUNYARD_COMMANDS_WITHIN", within(ELSEWHERE).toString());
        Path pids = home.resolve("pids");
        ask("{task: command, command: [sh, -c, 'echo $$ >>\"$0\"; sleep 600', \"" + pids + "\"]}");
        CompletableFuture<Outcome> ended = begin();
        await(() -> !lines(pids).isEmpty());
        ledger.order(Order.CANCEL);
        assertThat(ended.join()).isEqualTo(new Outcome.GivenBack(0, Outcome.Cause.CANCEL));
        assertThat(lives(lines(pids).get(0))).isFalse();
    }

    @Test
    void whoeverWaitsForAnothersSetupHearsACancel() throws Exception {
        String spec = "{task: command, command: [echo, ran], setup: {command: ['true']}}";
        assertThat(run(spec)).isInstanceOf(Outcome.Finished.class);
        Path lock;
        try (Stream<Path> files = Files.list(home.resolve("setup"))) {
            lock = files.filter(file -> file.toString().endsWith(".lock"))
                    .findFirst()
                    .orElseThrow();
        }
        Process holder = new ProcessBuilder(
                        "python3",
                        "-c",
                        "import fcntl, sys\nf = open(sys.argv[1], 'r+')\nfcntl.lockf(f, fcntl.LOCK_EX)\nprint('held', flush=True)\nsys.stdin.read()",
                        lock.toString())
                .start();
        try {
            assertThat(holder.inputReader().readLine()).isEqualTo("held");
            ask(spec);
            CompletableFuture<Outcome> waiting = begin();
            Thread.sleep(500);
            assertThat(waiting).isNotDone();
            ledger.order(Order.CANCEL);
            assertThat(waiting.get(60, java.util.concurrent.TimeUnit.SECONDS)).isInstanceOf(Outcome.GivenBack.class);
            assertThat(log().stream().filter("ran"::equals)).hasSize(1);
        } finally {
            holder.destroyForcibly();
        }
    }

    private static byte[] archive(Map<String, String> files) throws IOException {
        Path zip = Files.createTempDirectory("code").resolve("code.zip");
        try (FileSystem system = FileSystems.newFileSystem(
                URI.create("jar:" + zip.toUri()), Map.of("create", "true", "enablePosixFileAttributes", "true"))) {
            for (Map.Entry<String, String> file : files.entrySet()) {
                Path path = system.getPath("/", file.getKey());
                Files.writeString(path, "#!/bin/sh\n" + file.getValue());
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
        return Files.readAllBytes(zip);
    }
}
