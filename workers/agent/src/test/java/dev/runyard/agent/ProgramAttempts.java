package dev.runyard.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.agent.attempt.AttemptRunner;
import dev.runyard.flows.run.LeaseGrant;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.metric.MetricPoint;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.FailureReason;
import dev.runyard.spec.run.SpecDocument;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Programs under an attempt whose service is real HTTP: how they are begun, and what came of them. */
abstract class ProgramAttempts {
    /** Takes a program out of the group that its worker made. */
    static final String ELSEWHERE = "setsid \"$@\" &\nwait\n";

    /** Counts to N, a point a step; keeps where it is, complete; goes on there. Knows Runyard by its variables alone. */
    static final String COUNTING = """
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

    final List<AutoCloseable> open = new ArrayList<>();
    final Map<String, String> environment = new HashMap<>(System.getenv());
    LedgerServer ledger;
    AttemptRunner attempts;

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

    String counting(int steps, double pause) {
        return python(COUNTING, steps, pause);
    }

    String python(String script, int steps, double pause) {
        try {
            Path file = Files.writeString(home.resolve("script.py"), script);
            return "{task: command, command: [python3, \"" + file + "\", \"" + steps + "\", \"" + pause + "\"]}";
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    void ask(String yaml) {
        ledger.ask(SpecDocument.submitted(Json.yaml(yaml)));
        worker(true, Duration.ofSeconds(60));
    }

    Outcome run(String yaml) throws Exception {
        ask(yaml);
        return begin().join();
    }

    /** An executable of the host's owner that runs its arguments. */
    Path within(String script) throws IOException {
        Path within = Files.writeString(home.resolve("within"), "#!/bin/sh\n" + script);
        assertThat(within.toFile().setExecutable(true)).isTrue();
        return within;
    }

    void worker(boolean allowed, Duration grace) {
        attempts = ProgramWorker.runner(URI.create(ledger.url()), ledger.device, home, environment, allowed, grace);
    }

    CompletableFuture<Outcome> begin() {
        return CompletableFuture.supplyAsync(this::attempt);
    }

    Outcome attempt() {
        return attempts.run(new LeaseGrant(ledger.run, ledger.grant(), ledger.device), step -> {});
    }

    List<String> log() {
        return ledger.seen().log().lines().toList();
    }

    /** The step behind which the program left, as it said. */
    long left() {
        return log().stream()
                .filter(line -> line.startsWith("leaves at "))
                .mapToLong(line -> Long.parseLong(line.substring("leaves at ".length())))
                .findFirst()
                .orElseThrow();
    }

    static String failed(Outcome outcome) {
        return failedFor(FailureReason.PROGRAM, outcome);
    }

    static String failedFor(FailureReason reason, Outcome outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Failed.class);
        assertThat(((Outcome.Failed) outcome).reason()).isEqualTo(reason);
        return ((Outcome.Failed) outcome).message();
    }

    void eachStepOnce(long steps) {
        assertThat(ledger.seen().faults()).isEmpty();
        Map<Long, MetricPoint> points = ledger.seen().points();
        assertThat(points).hasSize((int) steps);
        for (long each = 1; each <= steps; each++) {
            assertThat(points.get(each).value()).isEqualTo(each * (each + 1) / 2.0);
        }
    }

    void removeWork() throws IOException {
        Files.move(home.resolve("work"), home.resolve("another-host"));
    }

    /** Not one that ended and that nobody asked about yet, which is in the list of processes all the same. */
    static boolean lives(String pid) {
        try {
            String stat = Files.readString(Path.of("/proc", pid, "stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
        } catch (IOException e) {
            return false;
        }
    }

    static List<String> lines(Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) { // the class's own limit ends it
            Thread.sleep(20);
        }
    }
}
