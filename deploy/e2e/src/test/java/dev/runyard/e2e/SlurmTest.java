package dev.runyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.e2e.drill.KillDrill;
import dev.runyard.e2e.lab.LabClient;
import dev.runyard.e2e.lab.LabProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code deploy/slurm} on a real Slurm with one node: workers come while runs wait, and give back what they were given. */
@Timeout(600)
class SlurmTest {
    private static final Duration LONG = Duration.ofSeconds(100);
    private static final int JOB_MEBIBYTES = 1_500;

    @TempDir
    Path folder;

    private OwnSlurm slurm;
    private LabProcess lab;
    private LabClient client;

    @Test
    void workersAreJobsThatLeaveWhenTheyAreTold() throws Exception {
        try (OwnSlurm started = OwnSlurm.start(folder);
                LabProcess service = LabProcess.start(folder.resolve("lab"), Map.of("RUNYARD_WORKERS", "0"))) {
            slurm = started;
            lab = service;
            client = lab.client();
            badInputIsRefused();
            join();

            client.post("/api/v1/sweeps", placed(Map.of("device", "cuda")));
            client.post("/api/v1/sweeps", placed(Map.of("labels", Map.of("room", "3"))));
            String sweep = client.post("/api/v1/sweeps", KillDrill.sweep(2, 400))
                    .path("id")
                    .asText();
            client.await(
                    "/api/v1/runs?state=QUEUED",
                    LONG,
                    page -> page.path("items").size() == 4);
            assertThat(scale("--max", "1", "--dry-run"))
                    .contains("scale: 3 runs wait for a worker with cpu (0 held back, 1 want something else)")
                    .contains("which takes 3 jobs; 0 are there", "; 1 more, of at most 1")
                    .contains("would submit 1: sbatch --cpus-per-task=1 ");
            assertThat(slurm.jobs()).isEmpty();

            assertThat(scale("--max", "1")).contains("Submitted batch job");
            String limited = slurm.jobs().get(0);
            String run = client.runsOf(sweep).get(0).path("id").asText();
            trains(run, 0);
            assertThat(scale("--max", "4", "--dry-run"))
                    .as("no worker of this cluster has what the other two ask for")
                    .contains("scale: 1 runs wait for a worker with cpu (0 held back, 2 want something else)");
            JsonNode device = client.get("/api/v1/devices").get(0);
            assertThat(device.at("/labels/slurm").asText()).isEqualTo("small");
            assertThat(device.path("memoryBytes").asLong()).isEqualTo((long) JOB_MEBIBYTES << 20);
            assertThat(device.path("name").asText()).endsWith(", 1 cores");
            // As Slurm itself does before the limit: to the shell of the job alone.
            assertThat(slurm.says("scancel", "--batch", "--signal=TERM", limited))
                    .isEmpty();
            long step = givenBack(run, 1);
            becomes(limited, "COMPLETED");

            String preempted = next();
            trains(run, step);
            slurm.says("sbatch", "--partition=first", "--exclusive", "--output=/dev/null", "--wrap=true");
            long further = givenBack(run, 2);
            assertThat(further).isGreaterThan(step);
            becomes(preempted, "PENDING");
            assertThat(scale("--max", "1"))
                    .as("it comes back by itself")
                    .contains("1 are there, 1 of them on their way; 0 more");
            assertThat(slurm.says("scancel", preempted)).isEmpty();
            becomes(preempted, "CANCELLED");

            String last = next();
            trains(run, further);
            client.post("/api/v1/sweeps/" + sweep + "/cancel", null);
            becomes(last, "COMPLETED");
            assertThat(client.get("/api/v1/devices").findValuesAsText("state")).containsOnly("LOST");
            everyStepOnce(run);
        }
    }

    private static Map<String, Object> placed(Map<String, Object> placement) {
        Map<String, Object> sweep = new HashMap<>(KillDrill.sweep(1, 2));
        sweep.put("placement", placement);
        return sweep;
    }

    private void badInputIsRefused() throws IOException, InterruptedException {
        for (String bad : List.of("0", "-1", "1001", "eight", "")) {
            assertThat(refused("--max", bad))
                    .isEqualTo("scale: --max is \"" + bad
                            + "\", which is no whole number from 1 to 1000; write --max 8, for example\n");
        }
        assertThat(refused("--max")).startsWith("scale: --max is \"\", which is no whole number");
        assertThat(refused("--max", "4", "--each", "0")).startsWith("scale: --each is \"0\", which is no whole number");
        assertThat(refused("--dry-run"))
                .isEqualTo("scale: --max is not given; say how many jobs there may be at once, as --max 8\n");
        assertThat(refused("4")).startsWith("scale: \"4\" is no option");
    }

    /** As a timer does: looks until there is something to submit. */
    private String next() throws IOException, InterruptedException {
        Instant end = Instant.now().plus(LONG);
        String said = "";
        while (!said.contains("Submitted batch job")) {
            assertThat(Instant.now()).as(said).isBefore(end);
            said = scale("--max", "1");
        }
        return slurm.jobs().get(0);
    }

    private void trains(String run, long from) throws InterruptedException {
        client.await("/api/v1/runs/" + run, LONG, one -> one.path("step").asLong() > from + 20);
    }

    /** How far it was when it was given back for the n-th time, which is a checkpoint that it goes on from. */
    private long givenBack(String run, int times) throws InterruptedException {
        JsonNode attempts = client.await(
                "/api/v1/runs/" + run + "/attempts", LONG, all -> ends(all).size() >= times);
        assertThat(ends(attempts)).as(attempts.toString()).hasSize(times).containsOnly("GIVEN_BACK");
        return client.get("/api/v1/runs/" + run).path("step").asLong();
    }

    /** How its attempts ended, but for those that were granted to a worker that was just leaving. */
    private static List<String> ends(JsonNode attempts) {
        List<String> ends = new ArrayList<>();
        attempts.forEach(one -> {
            if (one.hasNonNull("startedAt") && one.hasNonNull("endedAt")) {
                ends.add(one.path("state").asText());
            }
        });
        return ends;
    }

    /** Nothing is trained twice or left out, however often the run moved. */
    private void everyStepOnce(String run) {
        List<Long> steps = client.history(run, "train/loss").stream()
                .map(point -> point.path("step").asLong())
                .toList();
        assertThat(steps).hasSizeGreaterThan(60).doesNotHaveDuplicates();
        assertThat(steps.get(steps.size() - 1) - steps.get(0)).isEqualTo(steps.size() - 1);
        JsonNode attempts = client.get("/api/v1/runs/" + run + "/attempts");
        assertThat(ends(attempts)).containsExactlyInAnyOrder("GIVEN_BACK", "GIVEN_BACK", "GIVEN_BACK");
    }

    private void join() throws IOException, InterruptedException {
        LabProcess.Result token = LabProcess.run(lab.command("enrol"), LONG);
        assertThat(token.exit()).as(token.err()).isZero();
        ProcessBuilder join = lab.command(
                "worker",
                "--server",
                client.base().toString(),
                "--enrol",
                token.out().strip(),
                "--join-only");
        join.environment().put("RUNYARD_HOME", folder.resolve("cluster").toString());
        LabProcess.Result joined = LabProcess.run(join, LONG);
        assertThat(joined.exit()).as(joined.err()).isZero();
    }

    private LabProcess.Result scaling(List<String> arguments) throws IOException, InterruptedException {
        ProcessBuilder builder = lab.command();
        builder.command(new ArrayList<>(List.of(
                LabProcess.repositoryRoot().resolve("deploy/slurm/scale").toString())));
        builder.command().addAll(arguments);
        Map<String, String> environment = builder.environment();
        environment.putAll(slurm.environment());
        environment.put("PATH", LabProcess.repositoryRoot().resolve("deploy") + ":" + System.getenv("PATH"));
        environment.put("RUNYARD_URL", client.base().toString());
        environment.put("RUNYARD_TOKEN", client.token());
        environment.put("RUNYARD_SLURM", folder.resolve("cluster").toString());
        environment.put("RUNYARD_IDLE", "15");
        environment.put("RUNYARD_DEVICE", "cpu");
        return LabProcess.run(builder, LONG);
    }

    private String scale(String... arguments) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--cpus-per-task=1", "--mem=" + JOB_MEBIBYTES, "--output=" + folder.resolve("job-%j.out")));
        LabProcess.Result result = scaling(all);
        assertThat(result.exit()).as(result.err()).isZero();
        return result.out();
    }

    private String refused(String... arguments) throws IOException, InterruptedException {
        LabProcess.Result result = scaling(List.of(arguments));
        assertThat(result.exit()).isEqualTo(2);
        return result.err();
    }

    private void becomes(String job, String state) throws IOException, InterruptedException {
        Instant end = Instant.now().plus(LONG);
        while (!slurm.state(job).equals(state) && Instant.now().isBefore(end)) {
            Thread.sleep(300);
        }
        assertThat(slurm.state(job))
                .as(Files.readString(folder.resolve("job-" + job + ".out")))
                .isEqualTo(state);
    }
}
