package dev.runyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.e2e.drill.Measured;
import dev.runyard.e2e.lab.LabClient;
import dev.runyard.e2e.lab.OtherHost;
import dev.runyard.spec.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A lab of {@code deploy/compose} from empty homes to its last run: three people of three roles queue sweeps on two hosts with different
 * data, what is urgent takes a device, a worker and a service are killed. Every run ends once, with the numbers of an undisturbed one.
 */
@Order(3)
class TopologyTest {
    /** For a machine that does much else; nothing waits longer than it has to. */
    private static final Duration LONG = Duration.ofMinutes(8);

    private static final String PROJECT = "orchard";

    /** A training of some seconds; the same seed on the same data gives the same bits, whoever asks. */
    private static final String SWEEP = """
            experiment: %s
            base:
              method: {kind: pgn, resolution: 64, prompts: 2, librarySize: 16}
              schedule: {epochs: 8, warmupEpochs: 1}
              batchSize: 4
              augment: flip-crop
              checkpoint: {everyEpochs: 1, everySeconds: 2}
            axes:
              dataset.name: %s
            seeds: %s
            parallel: 8
            priorityClass: %s
            """;

    @TempDir
    Path folder;

    private LabClient client;
    private Person admin;
    private Person ann;
    private Person bob;

    @Test
    void aWholeLabKeepsItsPromisesWhileItsPartsAreKilled() throws Exception {
        Programs.require(
                "it takes Linux and an account that may make namespaces",
                "unshare --uts --mount",
                Optional.of(true).filter(yes -> namespaces()));
        try (Topology lab = Topology.start(folder)) {
            try {
                people(lab);
                OtherHost hill = hosts(lab);
                Map<String, Measured> calm = undisturbed();
                List<String> sweeps = queued();
                sharesHold(sweeps);
                sweeps.add(preempted());
                String orphan = killed(lab, hill);
                everyRunEndedOnceAs(calm, sweeps);
                assertThat(attempts(orphan).findValuesAsText("state")).contains("LOST");
                assertThat(lab.two().alive()).isTrue();
            } catch (Exception | AssertionError e) {
                e.addSuppressed(new AssertionError(lab.said()));
                throw e;
            }
        }
    }

    private static boolean namespaces() {
        try {
            return OtherHost.possible();
        } catch (IOException | InterruptedException e) {
            return false;
        }
    }

    /** An administrator by the link that a service printed, a maintainer and a researcher by links that she made. */
    private void people(Topology lab) throws Exception {
        Map<String, String> laptop =
                Map.of("RUNYARD_CA", lab.authority().certificate().toString(), "RUNYARD_PROJECT", PROJECT);
        admin = new Person(folder.resolve("admin"), "admin", laptop);
        ann = new Person(folder.resolve("ann"), "ann", laptop);
        bob = new Person(folder.resolve("bob"), "bob", laptop);
        admin.begin(lab.address(), lab.printed(), lab.trusting());
        // Whoever keeps the lab can make another administrator, beside the service; the link is for the address that
        // people open.
        assertThat(lab.one().types("admin", "create", "keeper")).startsWith(lab.address() + "/#invitation=");
        client = LabClient.of(lab.address(), admin.types("token", "create", "the test"), lab.trusting());
        client.post("/api/v1/projects", Map.of("name", PROJECT));
        member(lab, ann, "ann", "MAINTAINER");
        member(lab, bob, "bob", "RESEARCHER");
        // Researchers deal nothing out; a maintainer does, in her project.
        String shares = "projects: {" + PROJECT + ": {users: {ann: {weight: 2}}}}\n";
        assertThat(bob.isRefused("shares", "--apply", bob.writes("shares.yaml", shares)))
                .contains("FORBIDDEN");
        ann.types("shares", "--apply", ann.writes("shares.yaml", shares));
    }

    private void member(Topology lab, Person person, String name, String role) throws Exception {
        String invitation = client.post("/api/v1/accounts", Map.of("name", name))
                .path("invitation")
                .asText();
        client.put("/api/v1/projects/" + PROJECT + "/members/" + name, Map.of("role", role));
        person.begin(lab.address(), lab.address() + "/#invitation=" + invitation, lab.trusting());
    }

    /** Three devices on two of them. Pears are on both; the rest on one alone. */
    private OtherHost hosts(Topology lab) throws Exception {
        lab.joins("valley", 1, admin.types("enrol"), "apples", "pears");
        OtherHost hill = lab.joins("hill", 2, admin.types("enrol"), "pears", "plums");
        client.await(
                "/api/v1/devices", LONG, all -> all.findValuesAsText("state").equals(List.of("FREE", "FREE", "FREE")));
        return hill;
    }

    /** What each training gives when nobody is in its way. */
    private Map<String, Measured> undisturbed() throws Exception {
        Map<String, Measured> calm = new HashMap<>();
        for (JsonNode run : finished(List.of(
                queues(admin, "calm", "[apples, pears, plums]", "[0]", "normal"),
                queues(admin, "calm", "[pears]", "[1]", "normal")))) {
            calm.put(what(run), Measured.of(client, id(run)));
        }
        assertThat(calm).containsOnlyKeys("apples 0", "pears 0", "pears 1", "plums 0");
        return calm;
    }

    /** All at once on three free devices: nobody begins who was only quicker with the command line. */
    private List<String> queued() throws Exception {
        List<String> devices = new ArrayList<>();
        client.get("/api/v1/devices")
                .forEach(device -> devices.add(device.path("id").asText()));
        devices.forEach(device -> client.post("/api/v1/devices/" + device + "/drain", null));
        List<String> sweeps = new ArrayList<>(List.of(
                queues(ann, "ann", "[pears]", "[0, 1]", "normal"),
                queues(ann, "ann again", "[pears]", "[0, 1]", "normal"),
                queues(bob, "bob", "[pears]", "[0, 1]", "normal"),
                queues(bob, "bob's plum", "[plums]", "[0]", "normal")));
        assertThat(runs(sweeps)).extracting(run -> run.path("state").asText()).containsOnly("QUEUED");
        devices.forEach(device -> client.post("/api/v1/devices/" + device + "/let-back", null));
        return sweeps;
    }

    /**
     * While both had runs waiting, a user of weight 2 had twice the device-time of one of weight 1, though all of her runs were there
     * before his: by age she would have had all of it, by turns the same as he.
     */
    private void sharesHold(List<String> sweeps) throws InterruptedException {
        client.await(
                "/api/v1/runs?state=QUEUED",
                LONG,
                page -> page.findValuesAsText("createdBy").stream().distinct().count() < 2);
        DeviceTime time = new DeviceTime();
        runs(sweeps).forEach(run -> time.add(run.path("createdBy").asText(), attempts(id(run))));
        assertThat(time.ratio("ann", "bob")).as(time.toString()).isBetween(1.5, 2.7);
    }

    /** What is urgent and can go on one host alone takes that host's device from the run that has it. */
    private String preempted() throws Exception {
        JsonNode victim = training("valley");
        // From a script of hers, in another project: a command line takes as long to begin as the victim to end.
        String urgent = client.post("/api/v1/sweeps", Json.yaml(SWEEP.formatted("urgent", "[apples]", "[0]", "urgent")))
                .path("id")
                .asText();
        client.await("/api/v1/runs/" + id(victim) + "/attempts", LONG, all -> all.findValuesAsText("state")
                .contains("GIVEN_BACK"));
        assertThat(client.get("/api/v1/runs/" + id(victim) + "/events").toString())
                .as("the victim's history")
                .contains("\"kind\":\"preempt\"", "(urgent)");
        return urgent;
    }

    /** {@code kill -9} of a worker that trains, and of a service. */
    private String killed(Topology lab, OtherHost hill) throws Exception {
        JsonNode run = training("hill");
        String device = run.path("device").asText();
        String share = "";
        for (JsonNode one : client.get("/api/v1/devices")) {
            if (one.path("id").asText().equals(device)) {
                String key = one.path("key").asText(); // "cpu", "cpu/2"
                share = key.contains("/") ? key.substring(key.indexOf('/') + 1) : "1";
            }
        }
        String wanted = "RUNYARD_SHARE=" + share + "/2";
        List<ProcessHandle> workers = hill.workers()
                .filter(worker -> environment(worker).anyMatch(wanted::equals))
                .toList();
        assertThat(workers).as(wanted + " on " + hill.output()).hasSize(1);
        workers.get(0).destroyForcibly();
        lab.one().kill();
        return id(run);
    }

    private void everyRunEndedOnceAs(Map<String, Measured> calm, List<String> sweeps) throws InterruptedException {
        List<JsonNode> runs = finished(sweeps);
        assertThat(runs).hasSize(8);
        for (JsonNode run : runs) {
            JsonNode attempts = attempts(id(run));
            assertThat(attempts.findValuesAsText("state")).as(what(run)).containsOnlyOnce("FINISHED");
            Measured undisturbed = calm.get(what(run));
            Measured found = Measured.of(client, id(run));
            assertThat(found.bits()).as(what(run)).isNotEmpty().isEqualTo(undisturbed.bits());
            assertThat(found.weights()).as(what(run)).isNotEmpty().isEqualTo(undisturbed.weights());
            assertThat(Map.of(
                                    "apples", Set.of("valley"),
                                    "pears", Set.of("valley", "hill"),
                                    "plums", Set.of("hill"))
                            .get(run.at("/spec/dataset/name").asText()))
                    .as(what(run))
                    .containsAll(attempts.findValuesAsText("host"));
        }
    }

    private static String queues(Person person, String experiment, String datasets, String seeds, String priority)
            throws Exception {
        return person.types(
                "submit", person.writes("sweep.yaml", SWEEP.formatted(experiment, datasets, seeds, priority)));
    }

    /** A run that trains on a host and has a good part of its steps before it. */
    private JsonNode training(String host) throws InterruptedException {
        List<String> devices = new ArrayList<>();
        client.get("/api/v1/devices").forEach(device -> {
            if (device.path("host").asText().equals(host)) {
                devices.add(device.path("id").asText());
            }
        });
        assertThat(devices).isNotEmpty();
        List<JsonNode> found = new ArrayList<>();
        client.await("/api/v1/runs?state=RUNNING", LONG, page -> {
            found.clear();
            page.path("items").forEach(run -> {
                long step = run.path("step").asLong();
                if (devices.contains(run.path("device").asText())
                        && step >= 5
                        && step < run.path("steps").asLong() / 2) {
                    found.add(run);
                }
            });
            return !found.isEmpty();
        });
        return found.get(0);
    }

    private static Stream<String> environment(ProcessHandle process) {
        try {
            return Stream.of(Files.readString(Path.of("/proc/" + process.pid() + "/environ"))
                    .split("\0"));
        } catch (IOException e) {
            return Stream.empty();
        }
    }

    private List<JsonNode> finished(List<String> sweeps) throws InterruptedException {
        for (String sweep : sweeps) {
            client.await("/api/v1/sweeps/" + sweep, LONG, s -> s.path("state")
                    .asText()
                    .matches("FINISHED|CANCELLED|FAILED"));
        }
        return runs(sweeps);
    }

    private List<JsonNode> runs(List<String> sweeps) {
        return sweeps.stream().flatMap(sweep -> client.runsOf(sweep).stream()).toList();
    }

    private JsonNode attempts(String run) {
        return client.get("/api/v1/runs/" + run + "/attempts");
    }

    /** Data and seed: what makes it another training than the rest. */
    private static String what(JsonNode run) {
        return run.at("/spec/dataset/name").asText() + " "
                + run.at("/spec/seed").asText();
    }

    private static String id(JsonNode run) {
        return run.path("id").asText();
    }
}
