package dev.runyard.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.report.CheckpointRef;
import dev.runyard.spec.report.Notice;
import dev.runyard.spec.report.Order;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.FailureReason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The folder that a program keeps: in the same run, on another host, after its end in the middle of anything. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(240)
class ProgramFoldersTest extends ProgramAttempts {
    @Test
    void pausedItGoesOnInTheSameRunWithEachStepOnce() throws Exception {
        ask(counting(200, 0.05));
        CompletableFuture<Outcome> first = begin();
        await(() -> ledger.seen().points().size() >= 15);
        ledger.order(Order.PAUSE);
        Outcome paused = first.join();
        assertThat(paused).isEqualTo(new Outcome.GivenBack(paused.step(), Outcome.Cause.PAUSE));

        assertThat(begin().join()).isInstanceOf(Outcome.Finished.class);
        assertThat(ledger.seen().resumed()).containsExactly(-1L, left());
        assertThat(ledger.seen().loads())
                .as("nothing is downloaded that is here")
                .isZero();
        assertThat(log()).contains("begins behind " + left());
        eachStepOnce(200);
    }

    /** Its first worker is another host: nothing of it is left here. */
    @Test
    void onAnotherHostTheFolderIsThereAgain() throws Exception {
        ask(counting(200, 0.05));
        CompletableFuture<Outcome> first = begin();
        await(() -> ledger.seen().points().size() >= 12);
        ledger.order(Order.PAUSE);
        assertThat(first.join()).isInstanceOf(Outcome.GivenBack.class);
        removeWork();
        assertThat(begin().join()).isInstanceOf(Outcome.Finished.class);
        assertThat(ledger.seen().loads()).isPositive();
        assertThat(ledger.seen().resumed()).containsExactly(-1L, left());
        eachStepOnce(200);
    }

    /** The store has a file of the second one, and the worker is gone: the first is the last that is whole, here and elsewhere. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aWorkerThatIsKilledInTheMiddleOfAnUploadLeavesTheCheckpointBefore(boolean here) throws Exception {
        ask(counting(150, 0.1));
        Path moments = Files.createDirectories(home.resolve("moments"));
        // One has two files, what the program keeps and what the folder looked like.
        Files.writeString(moments.resolve("CHECKPOINT_FILE_SENT"), "3");
        long number = ledger.grant();
        Process worker =
                worker(number, here ? home : home.resolve("first")).inheritIO().start();
        try {
            assertThat(worker.waitFor()).isEqualTo(137);
            await(() -> !running(number));
        } finally {
            worker.destroyForcibly().waitFor();
        }
        assertThat(ledger.seen().checkpoints()).hasSize(1);
        CheckpointRef whole = ledger.seen().checkpoints().get(0);
        assertThat(whole.files()).hasSize(2);
        assertThat(ledger.files()).as("a file of the next one is there, too").isEqualTo(3);

        assertThat(begin().join()).isInstanceOf(Outcome.Finished.class);
        byte[] image = whole.files().stream()
                .filter(file -> file.name().equals("folder.json"))
                .map(file -> ledger.file(file.sha256()))
                .findFirst()
                .orElseThrow();
        long from = Json.read(image, JsonNode.class).path("resumeStep").asLong();
        assertThat(from).isPositive();
        assertThat(ledger.seen().resumed()).containsExactly(-1L, from);
        assertThat(log()).contains("begins behind " + from);
        assertThat(ledger.seen().loads() == 0).as("read from this machine").isEqualTo(here);
        assertThat(ledger.seen().notices()).isEmpty();
        eachStepOnce(150);
    }

    /** What is too much to be kept is an event of the run, once, and takes nothing with it that is not. */
    @Test
    void whatIsTooLargeOrTooManyToBeKeptIsTold() throws Exception {
        ask("""
                task: command
                command: [sh, -c, 'cd "$RUNYARD_CHECKPOINT_DIR"; echo 7 >state; truncate -s 4294967297 big.bin; exit 3']
                """);
        failed(begin().join());
        assertThat(ledger.seen().notices()).singleElement().satisfies(notice -> {
            assertThat(notice.kind()).isEqualTo(Notice.Kind.CHECKPOINT_LEFT_OUT);
            assertThat(notice.why()).contains("big.bin", "4294967297", "4294967296", "write it in parts");
        });
        assertThat(ledger.seen().checkpoints()).singleElement().satisfies(kept -> assertThat(kept.files())
                .hasSize(2));

        ask("""
                task: command
                command: [sh, -c, 'cd "$RUNYARD_CHECKPOINT_DIR"; ls; i=0; while [ $i -lt 1000 ]; do echo $i >f$i; i=$((i + 1)); done; exit 3']
                """);
        failed(begin().join());
        assertThat(log()).contains("state").doesNotContain("big.bin");
        assertThat(ledger.seen().checkpoints()).as("the one before stays").hasSize(1);
        assertThat(ledger.seen().notices()).hasSize(2).last().satisfies(notice -> {
            assertThat(notice.kind()).isEqualTo(Notice.Kind.CHECKPOINT_LEFT_OUT);
            assertThat(notice.why()).contains("1000 files", "999", "pack them");
        });
    }

    private ProcessBuilder worker(long number, Path of) {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx200m",
                "-cp",
                System.getProperty("java.class.path"),
                ProgramWorker.class.getName(),
                ledger.url(),
                ledger.run.toString(),
                ledger.device.toString(),
                Long.toString(number),
                of.toString());
        builder.environment().put("RUNYARD_FAILPOINTS", home.resolve("moments").toString());
        return builder;
    }

    /** In the middle of the run, and between a checkpoint's bytes and the word that it exists. */
    @ParameterizedTest
    @ValueSource(strings = {"", "CHECKPOINT_SENT", "within another session"})
    void aWorkerThatIsKilledTakesItsProgramWithItAndTheRunGoesOn(String how) throws Exception {
        boolean elsewhere = how.startsWith("within");
        String moment = elsewhere ? "" : how;
        ask(counting(150, 0.1));
        Path moments = Files.createDirectories(home.resolve("moments"));
        if (!moment.isEmpty()) {
            Files.createFile(moments.resolve(moment));
        }
        long number = ledger.grant();
        ProcessBuilder builder = worker(number, home.resolve("first")).inheritIO();
        if (elsewhere) {
            builder.environment()
                    .put("RUNYARD_COMMANDS_WITHIN", within(ELSEWHERE).toString());
        }
        Process worker = builder.start();
        try {
            if (moment.isEmpty()) {
                await(() -> !ledger.seen().checkpoints().isEmpty());
                worker.destroyForcibly();
            }
            worker.waitFor();
            await(() -> !running(number));
        } finally {
            worker.destroyForcibly().waitFor();
        }
        assertThat(ledger.seen().points().size()).isBetween(10, 149);
        assertThat(ledger.seen().checkpoints().isEmpty()).isEqualTo(!moment.isEmpty());

        assertThat(begin().join()).isInstanceOf(Outcome.Finished.class);
        assertThat(ledger.seen().resumed()).hasSize(2);
        long from = ledger.seen().resumed().get(1);
        if (moment.isEmpty()) {
            assertThat(from).isBetween(10L, 149L);
            assertThat(from % 10).isZero();
        } else {
            assertThat(from).isEqualTo(-1);
        }
        eachStepOnce(150);
    }

    /** Whether a process of the attempt lives. */
    private boolean running(long number) {
        try (Stream<Path> all = Files.list(Path.of("/proc"))) {
            return all.map(path -> path.getFileName().toString())
                    .filter(pid -> pid.matches("\\d+"))
                    .anyMatch(pid -> marked(pid, "RUNYARD_ATTEMPT_ID=" + ledger.run + "/" + number));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean marked(String pid, String mark) {
        try {
            return new String(Files.readAllBytes(Path.of("/proc", pid, "environ")), StandardCharsets.UTF_8)
                    .contains(mark);
        } catch (IOException e) {
            return false;
        }
    }

    /** It does nothing about SIGTERM, checkpoints or steps: it starts again, and what it measured before no longer counts. */
    @Test
    void aProgramThatDoesNothingAboutItStartsAgain() throws Exception {
        String script = COUNTING.replaceAll("(?m)^signal.*$", "").replace("        keep(step)", "        pass");
        ask(python(script, 30, 0.05));
        CompletableFuture<Outcome> first = begin();
        await(() -> ledger.seen().points().size() >= 10);
        ledger.order(Order.PAUSE);
        assertThat(first.join()).isInstanceOf(Outcome.GivenBack.class);
        assertThat(begin().join()).isInstanceOf(Outcome.Finished.class);
        assertThat(ledger.seen().resumed()).containsExactly(-1L, -1L);
        eachStepOnce(30);
    }

    @Test
    void onlyWhatIsCompleteIsKeptOfAProgramThatIsKilledAndOnlyWhatChangedTravels() throws Exception {
        ask("""
                task: command
                command:
                  - sh
                  - -c
                  - |
                    cd "$RUNYARD_CHECKPOINT_DIR"
                    [ -e one/.complete ] && { ls -A . one; cat one/weights | wc -c; echo new >one/more; rm -rf half; exit 0; }
                    mkdir one half
                    head -c 3000000 /dev/zero >one/weights
                    echo 5 >one/.complete
                    head -c 1000 /dev/zero >half/weights
                    ln -s /etc/passwd out
                    kill -KILL $$
                """);
        assertThat(failed(begin().join())).contains("signal 9");
        assertThat(ledger.seen().checkpoints().get(0).files()).hasSize(3);
        long sent = ledger.stored();
        assertThat(sent).isBetween(3_000_000L, 3_010_000L);

        assertThat(begin().join()).isInstanceOf(Outcome.Finished.class);
        assertThat(log()).contains("3000000").doesNotContain("half", "out");
        assertThat(ledger.seen().resumed()).containsExactly(-1L, 5L);
        assertThat(ledger.stored() - sent).as("bytes of what changed").isLessThan(10_000L);
    }

    @Test
    void aProgramThatRemovesItsCheckpointFolderHarmsNothing() throws Exception {
        ask("""
                task: command
                command: [sh, -c, 'if [ -e "$RUNYARD_CHECKPOINT_DIR/a" ]; then rm -r "$RUNYARD_CHECKPOINT_DIR"; else echo x >"$RUNYARD_CHECKPOINT_DIR/a"; exit 4; fi']
                """);
        assertThat(failed(begin().join())).contains("exit code 4");
        assertThat(begin().join()).isInstanceOf(Outcome.Finished.class);
        assertThat(log()).anyMatch(line -> line.contains("removed its checkpoint folder"));
        assertThat(ledger.seen().checkpoints()).hasSize(1);
    }

    /** Killed by the machine, as when memory runs out, it has said nothing of what it wrote; the files tell. */
    @Test
    void aProgramThatMarksNothingFindsWhatItWroteAgain() throws Exception {
        ask("""
                task: command
                command:
                  - sh
                  - -c
                  - |
                    cd "$RUNYARD_CHECKPOINT_DIR"
                    [ -e one/weights ] && { cat one/weights; exit 0; }
                    mkdir one
                    echo seen >one/weights
                    sleep 19
                    kill -KILL $$
                """);
        assertThat(failed(begin().join())).contains("signal 9");
        assertThat(begin().join()).isInstanceOf(Outcome.Finished.class);
        assertThat(log()).contains("seen");
        assertThat(ledger.seen().resumed()).hasSize(2).last().isNotEqualTo(-1L);
    }

    /** The worker's home is on a small disk of its own; the next program finds it free again. */
    @Test
    void aProgramThatFillsTheDiskFailsForThatAndTheNextOneRuns() throws Exception {
        Path work = Files.createDirectories(home.resolve("work"));
        int mounted = new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", work.toString())
                .redirectErrorStream(true)
                .start()
                .waitFor();
        Assumptions.assumeTrue(mounted == 0, "this account may mount no disk");
        open.add(() ->
                new ProcessBuilder("umount", "-l", work.toString()).start().waitFor());
        String filled = failedFor(
                FailureReason.DISK_FULL, run("{task: command, command: [sh, -c, 'head -c 200000000 /dev/zero >big']}"));
        assertThat(filled).contains("disk space", "exit code 1");
        assertThat(log()).anyMatch(line -> line.contains("No space left on device"));
        assertThat(begin().join()).as("tried again, it says the same").isInstanceOf(Outcome.Failed.class);
        // What it keeps does not fit beside itself: were it FINISHED, its result would be lost.
        ask("{task: command, command: [sh, -c, 'head -c 40000000 /dev/zero >\"$RUNYARD_CHECKPOINT_DIR/big\"']}");
        assertThat(failedFor(FailureReason.DISK_FULL, begin().join())).contains("exit code 0", "cannot be kept");
        assertThat(ledger.seen().notices()).singleElement().satisfies(notice -> {
            assertThat(notice.kind()).isEqualTo(Notice.Kind.DISK_FULL);
            assertThat(notice.why()).contains("cannot be kept", "free space");
        });
        // Full while the program runs, and then no more.
        ask("""
                task: command
                command:
                  - sh
                  - -c
                  - |
                    head -c 44000000 /dev/zero >ballast
                    cd "$RUNYARD_CHECKPOINT_DIR"
                    head -c 4000000 /dev/zero >state
                    touch .complete
                    sleep 12
                    rm "$OLDPWD/ballast"
                    date >state
                """);
        assertThat(begin().join()).isInstanceOf(Outcome.Finished.class);
        assertThat(ledger.seen().notices())
                .extracting(Notice::kind)
                .containsExactly(Notice.Kind.DISK_FULL, Notice.Kind.DISK_FULL, Notice.Kind.DISK_FREED);
        ask("{task: command, command: [sh, -c, 'head -c 10000000 /dev/zero >big; wc -c <big']}");
        assertThat(begin().join()).isInstanceOf(Outcome.Finished.class);
        assertThat(log()).contains("10000000");
    }
}
