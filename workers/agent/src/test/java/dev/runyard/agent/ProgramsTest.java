package dev.runyard.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.agent.attempt.AttemptRunner;
import dev.runyard.flows.run.LeaseGrant;
import dev.runyard.spec.Sha256;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.metric.MetricPoint;
import dev.runyard.spec.report.Order;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.FailureReason;
import dev.runyard.spec.run.SpecDocument;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real programs, their processes and folders, under an attempt whose service is real HTTP. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(240)
class ProgramsTest {
    /** Counts to N, a point a step; keeps where it is, complete; goes on there. Knows Runyard by its variables alone. */
    private static final String COUNTING = """
            import json, os, signal, sys, time, urllib.request
            url, run, attempt = (os.environ['RUNYARD_' + n] for n in ('URL', 'RUN_ID', 'ATTEMPT'))
            kept = os.environ['RUNYARD_CHECKPOINT_DIR']
            def tell(step):
                body = {'attempt': int(attempt), 'points': [{'key': 'train/loss', 'step': step,
                        'value': step * (step + 1) / 2, 'time': step}]}
                request = urllib.request.Request(url + '/api/v1/runs/' + run + '/metrics', json.dumps(body).encode(),
                        {'Authorization': 'Bearer ' + os.environ['RUNYARD_TOKEN'], 'Content-Type': 'application/json'})
                urllib.request.urlopen(request).read()
            def keep(step):
                for name, text in (('state', str(step)), ('.complete', str(step))):
                    with open(os.path.join(kept, name + '.new'), 'w') as file:
                        file.write(text)
                    os.replace(os.path.join(kept, name + '.new'), os.path.join(kept, name))
            left = []
            signal.signal(signal.SIGTERM, lambda *_: left.append(1))
            step = int(os.environ.get('RUNYARD_RESUME_STEP', 0))
            print('begins behind', step, flush=True)
            while step < int(sys.argv[1]):
                step += 1
                tell(step)
                if step % 10 == 0 or left:
                    keep(step)
                if left:
                    print('leaves at', step, flush=True)
                    sys.exit(0)
                time.sleep(float(sys.argv[2]))
            """;

    private final List<AutoCloseable> open = new ArrayList<>();
    private final Map<String, String> environment = new HashMap<>(System.getenv());
    private LedgerServer ledger;
    private AttemptRunner attempts;

    @TempDir
    Path home;

    @BeforeEach
    void lab() throws IOException {
        ledger = new LedgerServer();
        open.add(ledger);
        environment.keySet().removeIf(name -> name.startsWith("RUNYARD_"));
    }

    @AfterEach
    void close() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

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

    /** In the middle of the run, and between a checkpoint's bytes and the word that it exists. */
    @ParameterizedTest
    @ValueSource(strings = {"", "CHECKPOINT_SENT"})
    void aWorkerThatIsKilledTakesItsProgramWithItAndTheRunGoesOn(String moment) throws Exception {
        ask(counting(150, 0.1));
        Path moments = Files.createDirectories(home.resolve("moments"));
        if (!moment.isEmpty()) {
            Files.createFile(moments.resolve(moment));
        }
        long number = ledger.grant();
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
                        home.resolve("first").toString())
                .inheritIO();
        builder.environment().put("RUNYARD_FAILPOINTS", moments.toString());
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
        // What it keeps does not fit beside itself, which is no matter once it is over.
        ask("{task: command, command: [sh, -c, 'head -c 40000000 /dev/zero >\"$RUNYARD_CHECKPOINT_DIR/big\"']}");
        assertThat(begin().join()).isInstanceOf(Outcome.Finished.class);
        assertThat(log()).anyMatch(line -> line.contains("wrote last into its checkpoint folder is not kept"));
        ask("{task: command, command: [sh, -c, 'head -c 10000000 /dev/zero >big; wc -c <big']}");
        assertThat(begin().join()).isInstanceOf(Outcome.Finished.class);
        assertThat(log()).contains("10000000");
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

    private String counting(int steps, double pause) {
        return python(COUNTING, steps, pause);
    }

    private String python(String script, int steps, double pause) {
        try {
            Path file = Files.writeString(home.resolve("script.py"), script);
            return "{task: command, command: [python3, \"" + file + "\", \"" + steps + "\", \"" + pause + "\"]}";
        } catch (IOException e) {
            throw new IllegalStateException(e);
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

    private void ask(String yaml) {
        ledger.ask(SpecDocument.submitted(Json.yaml(yaml)));
        worker(true, Duration.ofSeconds(60));
    }

    private Outcome run(String yaml) throws Exception {
        ask(yaml);
        return begin().join();
    }

    private void worker(boolean allowed, Duration grace) {
        attempts = ProgramWorker.runner(URI.create(ledger.url()), ledger.device, home, environment, allowed, grace);
    }

    private CompletableFuture<Outcome> begin() {
        return CompletableFuture.supplyAsync(this::attempt);
    }

    private Outcome attempt() {
        return attempts.run(new LeaseGrant(ledger.run, ledger.grant(), ledger.device), step -> {});
    }

    private List<String> log() {
        return ledger.seen().log().lines().toList();
    }

    /** The step behind which the program left, as it said. */
    private long left() {
        return log().stream()
                .filter(line -> line.startsWith("leaves at "))
                .mapToLong(line -> Long.parseLong(line.substring("leaves at ".length())))
                .findFirst()
                .orElseThrow();
    }

    private static String failed(Outcome outcome) {
        return failedFor(FailureReason.PROGRAM, outcome);
    }

    private static String failedFor(FailureReason reason, Outcome outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Failed.class);
        assertThat(((Outcome.Failed) outcome).reason()).isEqualTo(reason);
        return ((Outcome.Failed) outcome).message();
    }

    private void eachStepOnce(long steps) {
        assertThat(ledger.seen().faults()).isEmpty();
        Map<Long, MetricPoint> points = ledger.seen().points();
        assertThat(points).hasSize((int) steps);
        for (long each = 1; each <= steps; each++) {
            assertThat(points.get(each).value()).isEqualTo(each * (each + 1) / 2.0);
        }
    }

    private void removeWork() throws IOException {
        Files.move(home.resolve("work"), home.resolve("another-host"));
    }

    /** Not one that ended and that nobody asked about yet, which is in the list of processes all the same. */
    private static boolean lives(String pid) {
        try {
            String stat = Files.readString(Path.of("/proc", pid, "stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
        } catch (IOException e) {
            return false;
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) { // the class's own limit ends it
            Thread.sleep(20);
        }
    }
}
