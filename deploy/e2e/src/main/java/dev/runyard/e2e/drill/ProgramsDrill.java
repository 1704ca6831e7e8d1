package dev.runyard.e2e.drill;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.e2e.lab.LabClient;
import dev.runyard.e2e.lab.LabProcess;
import dev.runyard.e2e.lab.OtherHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * Programs that know nothing of the lab ({@code deploy/e2e/programs}: a plain loop, Lightning, Hugging Face's Trainer), with each version of
 * MLflow's client: tracked from outside, queued in a sweep, killed with the host that carries one out, and gone on with on another. Afterwards
 * every run must be FINISHED, each step must be there once, and a report must have its table.
 *
 * <p>{@code ProgramsDrill [SCRIPTS [CLIENTS [FOLDER]]]}, each by commas: {@code loop,lightning_digits,hf_trainer}; {@code 3.17.2,2.22.2}; the folder
 * of a virtual environment, installed where it is missing (several GB: PyPI's PyTorch comes with CUDA). Exit code 1 when something is lost or twice.
 */
public final class ProgramsDrill {
    private static final List<String> PACKAGES = List.of(
            "torch==2.7.1",
            "numpy==2.2.6",
            "pytorch-lightning==2.6.6",
            "transformers==5.23.0",
            "accelerate==1.15.0",
            "mlflow-skinny==3.17.2");
    private static final String NEWEST = "3.17.2";
    private static final Duration WITHIN = Duration.ofMinutes(10);

    /**
     * A program, and what it logs.
     *
     * @param first step of its curve
     * @param metric that a sweep compares
     * @param every steps between checkpoints: few where the script says which are whole, and some 20 seconds where nobody does
     * @param steps of a whole run
     */
    private record Script(String name, String curve, long first, String metric, int every, int steps) {
        static final List<Script> ALL = List.of(
                new Script("loop", "train/loss", 1, "val/acc", 5, 80),
                new Script("lightning_digits", "train/loss", 0, "val/acc", 80, 200),
                new Script("hf_trainer", "loss", 1, "eval_acc", 80, 200));
    }

    private final Path folder;
    private final Path venv;
    private final LabProcess lab;
    private final LabClient client;
    private final List<String> faults = new ArrayList<>();

    private ProgramsDrill(Path folder, Path venv, LabProcess lab) {
        this.folder = folder;
        this.venv = venv;
        this.lab = lab;
        this.client = lab.client();
    }

    public static void main(String[] arguments) throws Exception {
        List<String> scripts =
                List.of((arguments.length > 0 ? arguments[0] : "loop,lightning_digits,hf_trainer").split(","));
        List<String> clients = List.of((arguments.length > 1 ? arguments[1] : "3.17.2,2.22.2").split(","));
        Path venv = arguments.length > 2
                ? Path.of(arguments[2]).toAbsolutePath()
                : Path.of(System.getProperty("user.home"), ".cache/runyard-bench/programs");
        if (!OtherHost.possible()) {
            System.err.println(
                    "this drill needs Linux and an account that may make namespaces (unshare --uts --mount)");
            System.exit(2);
        }
        install(venv, clients);
        Path folder = Files.createTempDirectory("runyard-programs");
        List<String> faults;
        try (LabProcess lab = LabProcess.start(folder.resolve("home"), Map.of("RUNYARD_THREADS", "1"))) {
            ProgramsDrill drill = new ProgramsDrill(folder, venv, lab);
            for (Script script : Script.ALL) {
                for (String version : clients) {
                    if (scripts.contains(script.name())) {
                        drill.tracked(script, version);
                        drill.queuedAndKilled(script, version);
                    }
                }
            }
            faults = drill.faults;
        }
        faults.forEach(System.out::println);
        System.out.println(
                faults.isEmpty()
                        ? "verdict: every program was gone on with on another host, each step once"
                        : "verdict: FAILED");
        System.exit(faults.isEmpty() ? 0 : 1);
    }

    private static void install(Path venv, List<String> clients) throws IOException, InterruptedException {
        String python = venv.resolve("bin/python").toString();
        if (!Files.isExecutable(Path.of(python))
                || new ProcessBuilder(python, "-c", "import accelerate, mlflow, pytorch_lightning, torch, transformers")
                                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                                .redirectError(ProcessBuilder.Redirect.DISCARD)
                                .start()
                                .waitFor()
                        != 0) {
            System.out.println("installing " + String.join(", ", PACKAGES) + " into " + venv);
            call("python3", "-m", "venv", venv.toString());
            List<String> install = new ArrayList<>(List.of(python, "-m", "pip", "-q", "install"));
            install.addAll(PACKAGES);
            call(install.toArray(String[]::new));
        }
        for (String version : clients) {
            if (!version.equals(NEWEST) && !Files.isDirectory(beside(venv, version))) {
                call(
                        python,
                        "-m",
                        "pip",
                        "-q",
                        "install",
                        "--target",
                        beside(venv, version).toString(),
                        "mlflow-skinny==" + version);
            }
        }
    }

    private static Path beside(Path venv, String version) {
        return venv.resolve("mlflow-" + version);
    }

    private static void call(String... command) throws IOException, InterruptedException {
        int code = new ProcessBuilder(command).inheritIO().start().waitFor();
        if (code != 0) {
            throw new IOException(String.join(" ", command) + " ended with " + code);
        }
    }

    private Map<String, String> variables(String version) {
        return version.equals(NEWEST)
                ? Map.of("MLFLOW_DISABLE_TELEMETRY", "true")
                : Map.of(
                        "MLFLOW_DISABLE_TELEMETRY",
                        "true",
                        "PYTHONPATH",
                        beside(venv, version).toString());
    }

    /** As on a laptop: MLflow's own variables, and nothing of the lab's. */
    private void tracked(Script script, String version) throws IOException, InterruptedException {
        Path out = Files.createDirectories(folder.resolve(script.name() + "-" + version));
        ProcessBuilder program = new ProcessBuilder(
                        venv.resolve("bin/python").toString(),
                        programs().resolve(script.name() + ".py").toString(),
                        "--steps",
                        "20",
                        "--pause",
                        "0",
                        "--out",
                        out.resolve("kept").toString())
                .directory(out.toFile());
        program.environment().keySet().removeIf(name -> name.startsWith("RUNYARD_"));
        program.environment().putAll(variables(version));
        program.environment().put("MLFLOW_TRACKING_URI", client.base().toString());
        program.environment().put("MLFLOW_TRACKING_TOKEN", client.token());
        program.environment().put("CUDA_VISIBLE_DEVICES", "");
        String before = newest();
        LabProcess.Result ended = LabProcess.run(program, WITHIN);
        String what = script.name() + " with client " + version + ", tracked";
        if (!holds(what + ": ends with 0", ended.exit() == 0)) {
            System.out.println(ended.out() + ended.err());
            return;
        }
        String run = newest();
        holds(what + ": made a run", !run.equals(before));
        JsonNode seen = client.get("/api/v1/runs/" + run);
        holds(what + ": FINISHED", seen.path("state").asText().equals("FINISHED"));
        once(what, script, run, 20);
    }

    private String newest() {
        return client.get("/api/v1/runs?limit=1").at("/items/0/id").asText();
    }

    private void queuedAndKilled(Script script, String version) throws IOException, InterruptedException {
        String what = script.name() + " with client " + version + ", queued";
        StringBuilder environment = new StringBuilder();
        variables(version).forEach((name, value) -> environment
                .append("\n    ")
                .append(name)
                .append(": \"")
                .append(value)
                .append('"'));
        Path file = folder.resolve(script.name() + "-" + version + ".yaml");
        Files.writeString(file, """
                experiment: %s
                base:
                  task: command
                  command: [sh, -c, 'exec "$0" %s.py --lr "$1" --steps %d --every %d --pause 0.25 --out "$RUNYARD_CHECKPOINT_DIR"', "%s", "{params.lr}"]
                  env:%s
                  code: %s
                axes:
                  params.lr: [0.05, 0.01]
                metric: %s
                goal: max
                """.formatted(
                        script.name() + "-" + version,
                        script.name(),
                        script.steps(),
                        script.every(),
                        venv.resolve("bin/python"),
                        environment,
                        programs(),
                        script.metric()));
        String killed;
        String sweep;
        try (OtherHost other = OtherHost.join(
                lab,
                folder.resolve("other-" + script.name() + "-" + version),
                Map.of("RUNYARD_THREADS", "1", "RUNYARD_COMMANDS", "true"))) {
            LabProcess.Result submitted = LabProcess.run(lab.command("submit", file.toString()), WITHIN);
            if (!holds(what + ": is taken", submitted.exit() == 0)) {
                System.out.println(submitted.out() + submitted.err());
                return;
            }
            sweep = submitted.out().strip();
            killed = there(sweep);
            long kept = client.await("/api/v1/runs/" + killed + "/checkpoints", WITHIN, all -> !all.isEmpty())
                    .get(0)
                    .get("step")
                    .asLong();
            client.await(history(killed, script), WITHIN, h -> h.path("points").size() > 0 && last(h) > kept + 2);
            other.vanish();
        }
        client.await(
                "/api/v1/sweeps/" + sweep, WITHIN, s -> s.path("state").asText().matches("FINISHED|FAILED|CANCELLED"));
        for (JsonNode run : client.runsOf(sweep)) {
            String id = run.path("id").asText();
            JsonNode seen = client.get("/api/v1/runs/" + id);
            if (!holds(what + ": run FINISHED", seen.path("state").asText().equals("FINISHED"))) {
                System.out.println(seen.path("message").asText());
                System.out.println(client.get("/api/v1/runs/" + id + "/logs").toPrettyString());
            }
            once(what, script, id, script.steps());
        }
        resumed(what, script, killed);
        JsonNode rows = client.get("/api/v1/sweeps/" + sweep + "/table?metric=" + LabClient.encode(script.metric()))
                .get("rows");
        holds(what + ": a table of two rows", rows.size() == 2);
        JsonNode report = client.post(
                "/api/v1/reports/preview",
                Map.of(
                        "text",
                        "title: %s\nruns: {sweep: %s}\nrows: [params.lr]\ncell: {metric: %s}\n"
                                .formatted(what, sweep, script.metric())));
        holds(what + ": a report of two runs", report.path("runs").asInt() == 2);
    }

    /** The run that the other host carries out. */
    private String there(String sweep) throws InterruptedException {
        long end = System.nanoTime() + WITHIN.toNanos();
        while (System.nanoTime() < end) {
            Optional<String> found = client.runsOf(sweep).stream()
                    .map(run -> run.path("id").asText())
                    .filter(run -> client.get("/api/v1/runs/" + run + "/attempts")
                            .findValuesAsText("host")
                            .contains("other-host"))
                    .findFirst();
            if (found.isPresent()) {
                return found.get();
            }
            Thread.sleep(500);
        }
        throw new IllegalStateException("the other host got no run of sweep " + sweep);
    }

    private void resumed(String what, Script script, String run) {
        JsonNode attempts = client.get("/api/v1/runs/" + run + "/attempts");
        System.out.println("  attempts: " + attempts.findValuesAsText("state") + " on "
                + attempts.findValuesAsText("host") + ", from steps " + attempts.findValuesAsText("startStep"));
        holds(
                what + ": lost with its host, finished on another",
                attempts.findValuesAsText("state").equals(List.of("LOST", "FINISHED"))
                        && new HashSet<>(attempts.findValuesAsText("host")).size() == 2);
        List<Long> later = new ArrayList<>();
        JsonNode history = client.get(history(run, script) + "&ghosts=true");
        history.path("points").forEach(point -> {
            if (point.path("attempt").asLong() > 1) {
                later.add(point.path("step").asLong());
            }
        });
        System.out.println("  measured by the second attempt: "
                + (later.isEmpty() ? "nothing" : "from step " + later.get(0)) + "; ghosts of the first: "
                + history.at("/ghosts/0/total").asLong());
        holds(
                what + ": went on, and did not begin again",
                !later.isEmpty() && later.get(0) > script.first() && later.get(0) < script.steps());
        holds(
                what + ": what was measured twice is a ghost",
                history.at("/ghosts/0/total").asLong() > 0);
    }

    private void once(String what, Script script, String run, int steps) {
        List<Long> seen = new ArrayList<>();
        client.get(history(run, script))
                .path("points")
                .forEach(point -> seen.add(point.path("step").asLong()));
        List<Long> wanted =
                LongStream.range(script.first(), script.first() + steps).boxed().toList();
        if (!holds(what + ": each of " + steps + " steps once", seen.equals(wanted))) {
            System.out.println("  steps of " + script.curve() + ": " + seen);
        }
    }

    private static String history(String run, Script script) {
        return "/api/v1/runs/" + run + "/metrics/history?buckets=10000&key=" + LabClient.encode(script.curve());
    }

    private static long last(JsonNode history) {
        JsonNode points = history.path("points");
        return points.path(points.size() - 1).path("step").asLong();
    }

    private boolean holds(String what, boolean so) {
        System.out.println((so ? "held    " : "FAILED  ") + what);
        if (!so) {
            faults.add("FAILED: " + what);
        }
        return so;
    }

    private static Path programs() {
        return LabProcess.repositoryRoot().resolve("deploy/e2e/programs");
    }
}
