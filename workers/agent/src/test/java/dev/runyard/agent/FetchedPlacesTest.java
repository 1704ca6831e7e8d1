package dev.runyard.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.agent.attempt.Attempt;
import dev.runyard.agent.attempt.AttemptRunner;
import dev.runyard.agent.attempt.FetchedPlaces;
import dev.runyard.agent.attempt.Trainer;
import dev.runyard.agent.client.ServiceClient;
import dev.runyard.flows.run.LeaseGrant;
import dev.runyard.spec.Sha256;
import dev.runyard.spec.dataset.StoredPlace;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.report.CheckpointRef;
import dev.runyard.spec.report.Order;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.FailureReason;
import dev.runyard.spec.run.SpecDocument;
import dev.runyard.vision.device.Devices;
import dev.runyard.vision.place.Fingerprints;
import dev.runyard.vision.place.Places;
import dev.runyard.vision.train.report.TrainingListener;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A host without a place for a name, under a service that is real HTTP: what it fetches, keeps, and lets go. */
@Timeout(60)
final class FetchedPlacesTest {
    private static final int SIZE = 3 << 20;
    private static final long GIB = 1L << 30;

    @TempDir
    Path home;

    private LedgerServer ledger;
    private Path folder;
    private Path had;
    private Duration silence = Duration.ofSeconds(30);

    @BeforeEach
    void start() throws IOException {
        ledger = new LedgerServer();
        folder = home.resolve("places");
    }

    @AfterEach
    void stop() {
        ledger.close();
    }

    /** In another process: reads a copy until its input ends. */
    static final class Reader {
        private Reader() {}

        public static void main(String[] lock) throws IOException {
            try (FileChannel channel =
                            FileChannel.open(Path.of(lock[0]), StandardOpenOption.READ, StandardOpenOption.WRITE);
                    FileLock shared = channel.lock(0, Long.MAX_VALUE, true)) {
                System.out.write(shared.isShared() ? '+' : '-');
                System.out.flush();
                while (System.in.read() >= 0) {
                    // as long as it is read
                }
            }
        }
    }

    private static byte[] file(int seed) {
        byte[] bytes = new byte[SIZE];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /** An attempt that reads what its names stand for, and no more. */
    private Outcome attempt(Places own, long quota, LongSupplier disk) {
        return attempt(new Trainer() {
            @Override
            public Outcome train(SpecDocument spec, Path dir, TrainingListener listener) {
                throw new IllegalStateException("it has an attempt");
            }

            @Override
            public Outcome run(SpecDocument spec, List<String> beside, Path dir, Attempt attempt)
                    throws IOException, InterruptedException {
                try (FetchedPlaces.Held held =
                        new FetchedPlaces(folder, quota, disk).hold(own, attempt.places(), attempt)) {
                    Places places = held.with(own);
                    had = Files.createDirectories(home.resolve("had-" + UUID.randomUUID()));
                    places.weights().forEach((name, path) -> copy(path, "weights-" + name));
                    places.datasets().forEach((name, set) -> copy(set.root(), set.id() + "-" + name));
                    return new Outcome.Finished(1);
                }
            }
        });
    }

    private Outcome attempt(Trainer trainer) {
        ServiceClient.Registration me = new ServiceClient.Registration(
                UUID.randomUUID(),
                "worker-token",
                ledger.device,
                new ServiceClient.Executor("t", "n", null),
                Duration.ofSeconds(1));
        AttemptRunner runner = new AttemptRunner(
                new ServiceClient(URI.create(ledger.url()), silence),
                () -> me,
                trainer,
                home.resolve("work"),
                Duration.ofMinutes(30),
                AttemptRunner.PATIENCE,
                why -> {});
        return runner.run(new LeaseGrant(ledger.run, ledger.grant(), ledger.device), step -> {});
    }

    private Outcome attempt(Places own, long quota) {
        return attempt(own, quota, () -> Long.MAX_VALUE);
    }

    private Outcome attempt(long quota) {
        return attempt(Places.none(), quota);
    }

    /** A disk of so many bytes, of which copies take what has come of them. */
    private long left(long disk) {
        try (Stream<Path> files = Files.list(folder)) {
            return disk
                    - files.filter(file -> !file.toString().matches(".*\\.(part|lock|seen)"))
                            .mapToLong(file -> file.toFile().length())
                            .sum();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void copy(Path from, String name) {
        try {
            Files.copy(from, had.resolve(name));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Names of what lies there beside what is kept of each. */
    private List<String> kept() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.endsWith(".lock") && !name.endsWith(".seen"))
                    .sorted()
                    .toList();
        }
    }

    private void used(StoredPlace place, Instant when) throws IOException {
        Files.setLastModifiedTime(folder.resolve(place.sha256() + ".safetensors.lock"), FileTime.from(when));
    }

    private static String failed(Outcome outcome, FailureReason reason) {
        assertThat(outcome).isInstanceOf(Outcome.Failed.class);
        assertThat(((Outcome.Failed) outcome).reason()).isEqualTo(reason);
        return ((Outcome.Failed) outcome).message();
    }

    @Test
    void whatTheHostLacksIsFetchedOnceAndItsOwnPlaceComesFirst() throws Exception {
        byte[] birds = file(1);
        byte[] clip = file(2);
        StoredPlace zip = ledger.push("dataset:birds", birds);
        ledger.push("weights:clip", clip);
        assertThat(attempt(10L * SIZE)).isEqualTo(new Outcome.Finished(1));
        assertThat(had.resolve("folder-birds")).hasBinaryContent(birds);
        assertThat(had.resolve("weights-clip")).hasBinaryContent(clip);
        assertThat(ledger.seen().log()).contains("data set birds from the lab, in MiB: 3 of 3");
        FileTime changed = Files.getLastModifiedTime(folder.resolve(zip.sha256() + ".zip"));

        assertThat(attempt(10L * SIZE)).isEqualTo(new Outcome.Finished(1));
        assertThat(ledger.sent()).as("fetched once").isEqualTo(2L * SIZE);
        assertThat(Files.getLastModifiedTime(folder.resolve(zip.sha256() + ".zip")))
                .as("by its time a changed data set is known")
                .isEqualTo(changed);

        Path own = Files.write(home.resolve("own.safetensors"), new byte[] {1});
        Places places = Places.read(Files.writeString(home.resolve("data.yaml"), "weights: {clip: \"" + own + "\"}"));
        assertThat(attempt(places, 10L * SIZE)).isEqualTo(new Outcome.Finished(1));
        assertThat(had.resolve("weights-clip")).hasBinaryContent(new byte[] {1});
    }

    @Test
    void aCutDownloadGoesOnWhereItEnded() throws Exception {
        byte[] clip = file(3);
        ledger.push("weights:clip", clip);
        ledger.cut(SIZE / 2);
        assertThat(attempt(10L * SIZE)).isEqualTo(new Outcome.Finished(1));
        assertThat(had.resolve("weights-clip")).hasBinaryContent(clip);
        assertThat(ledger.sent()).isBetween((long) SIZE, SIZE + (1L << 20));
    }

    @Test
    void whatIsNotWhatWasPushedSaysSoAndLeavesNothing() throws Exception {
        StoredPlace clip = ledger.push("weights:clip", file(4));
        ledger.rot(clip.sha256(), file(5));
        assertThat(failed(attempt(10L * SIZE), FailureReason.WEIGHTS))
                .contains("weights clip of the lab came with SHA-256 ")
                .contains("expected " + clip.sha256())
                .contains("push it again");
        assertThat(kept()).isEmpty();
        ledger.rot(clip.sha256(), new byte[] {1, 2, 3});
        assertThat(failed(attempt(10L * SIZE), FailureReason.WEIGHTS)).contains("came with SHA-256 ");
        assertThat(kept()).isEmpty();
        // It is whole again: nothing of what came before is in the way.
        ledger.rot(clip.sha256(), file(4));
        assertThat(attempt(10L * SIZE)).isEqualTo(new Outcome.Finished(1));
        assertThat(had.resolve("weights-clip")).hasBinaryContent(file(4));
    }

    @Test
    void whatTheLabNoLongerHasIsRefusedInOneLine() throws Exception {
        byte[] bytes = file(6);
        ledger.push("dataset:birds", bytes);
        ledger.forgetFiles();
        assertThat(failed(attempt(10L * SIZE), FailureReason.DATA))
                .contains("data set birds of the lab cannot be had: ")
                .contains("404")
                .contains("push it again");
        assertThat(kept()).isEmpty();
    }

    @Test
    void moreThanTheHostKeepsIsRefusedBeforeAByteIsFetched() throws Exception {
        ledger.push("dataset:birds", file(7));
        ledger.push("weights:clip", file(8));
        assertThat(failed(attempt(2L * SIZE - 1), FailureReason.DATA))
                .contains("data set birds, weights clip of the lab: 6 MiB are more than the 6 MiB")
                .contains("RUNYARD_CACHE")
                .contains("data.yaml");
        assertThat(ledger.sent()).isZero();
    }

    @Test
    void whatWasUsedLongestAgoGoesFirst() throws Exception {
        StoredPlace a = ledger.push("weights:clip", file(9));
        assertThat(attempt(2L * SIZE)).isEqualTo(new Outcome.Finished(1));
        StoredPlace b = ledger.push("weights:clip", file(10));
        assertThat(attempt(2L * SIZE)).isEqualTo(new Outcome.Finished(1));
        assertThat(kept()).hasSize(2);
        // Left by a worker that was killed while it fetched: goes before any copy.
        Files.write(folder.resolve("0".repeat(64) + ".zip.part"), new byte[SIZE]);
        used(a, Instant.now().minusSeconds(10));
        used(b, Instant.now().minusSeconds(20));
        StoredPlace c = ledger.push("weights:clip", file(11));
        assertThat(attempt(2L * SIZE)).isEqualTo(new Outcome.Finished(1));
        assertThat(kept()).containsExactlyInAnyOrder(a.sha256() + ".safetensors", c.sha256() + ".safetensors");
    }

    @Test
    void whatAnotherProcessReadsStaysAndTheAttemptWaitsForItsRoom() throws Exception {
        StoredPlace a = ledger.push("weights:clip", file(12));
        assertThat(attempt(2L * SIZE - 1)).isEqualTo(new Outcome.Finished(1));
        StoredPlace b = ledger.push("weights:clip", file(13));
        Process reader = reader(a.sha256() + ".safetensors.lock");
        try {
            CompletableFuture<Outcome> waits = CompletableFuture.supplyAsync(() -> attempt(2L * SIZE - 1));
            awaitNoRoom(waits);
            assertThat(kept()).containsExactly(a.sha256() + ".safetensors");
            reader.getOutputStream().close();
            assertThat(waits.get(30, TimeUnit.SECONDS)).isEqualTo(new Outcome.Finished(1));
            assertThat(kept()).containsExactly(b.sha256() + ".safetensors");
        } finally {
            reader.destroyForcibly();
        }
    }

    private Process reader(String lock) throws IOException {
        Process reader = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("surefire.real.class.path", System.getProperty("java.class.path")),
                        Reader.class.getName(),
                        folder.resolve(lock).toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertThat(reader.getInputStream().read()).isEqualTo('+');
        return reader;
    }

    private void awaitNoRoom(CompletableFuture<Outcome> waits) throws InterruptedException {
        while (!ledger.seen().log().contains("room for weights clip, beside copies that other runs read")) {
            Thread.sleep(20);
        }
        assertThat(waits).isNotDone();
    }

    @Test
    void aFullDiskIsGivenWhatNobodyReadsBeforeItRefuses() throws Exception {
        StoredPlace a = ledger.push("weights:clip", file(18));
        AtomicLong disk = new AtomicLong(GIB + 2L * SIZE);
        LongSupplier free = () -> left(disk.get());
        assertThat(attempt(Places.none(), 10L * SIZE, free)).isEqualTo(new Outcome.Finished(1));
        used(a, Instant.now().minusSeconds(20));
        StoredPlace b = ledger.push("weights:clip", file(19));
        assertThat(attempt(Places.none(), 10L * SIZE, free)).isEqualTo(new Outcome.Finished(1));
        assertThat(kept()).hasSize(2);
        StoredPlace c = ledger.push("weights:clip", file(20));
        assertThat(attempt(Places.none(), 10L * SIZE, free)).isEqualTo(new Outcome.Finished(1));
        assertThat(kept()).containsExactlyInAnyOrder(b.sha256() + ".safetensors", c.sha256() + ".safetensors");

        // Nothing that could go would be enough: all stays, and the run is tried elsewhere.
        disk.set(GIB + SIZE - 1);
        ledger.push("weights:clip", file(21));
        long sent = ledger.sent();
        assertThat(failed(attempt(Places.none(), 10L * SIZE, free), FailureReason.WEIGHTS))
                .contains("weights clip of the lab does not fit on this host's disk: it has 3 MiB")
                .contains("MiB are free, and 1024 MiB stay so")
                .contains("RUNYARD_HOME")
                .contains("data.yaml")
                .doesNotContain("\n");
        assertThat(ledger.sent()).isEqualTo(sent);
        assertThat(kept()).hasSize(2);
    }

    /** What another worker fetches has its size, and takes the disk only as it comes. */
    @Test
    void whatAnotherFetchesIsPromisedItsPlaceOnTheDisk() throws Exception {
        Files.createDirectories(folder);
        String other = "0".repeat(64) + ".zip";
        Files.write(folder.resolve(other + ".part"), new byte[SIZE]);
        Files.write(folder.resolve(other + ".lock"), new byte[1]);
        StoredPlace clip = ledger.push("weights:clip", file(22));
        Process fetching = reader(other + ".lock");
        try {
            CompletableFuture<Outcome> waits = CompletableFuture.supplyAsync(
                    () -> attempt(Places.none(), 10L * SIZE, () -> left(GIB + SIZE + SIZE / 2)));
            awaitNoRoom(waits);
            fetching.getOutputStream().close();
            assertThat(waits.get(30, TimeUnit.SECONDS)).isEqualTo(new Outcome.Finished(1));
            assertThat(kept()).containsExactly(clip.sha256() + ".safetensors");
        } finally {
            fetching.destroyForcibly();
        }
    }

    @Test
    void aCopyThatIsNotWhatItWasIsReadAndWhereItIsDamagedFetchedAnew() throws Exception {
        byte[] bytes = file(23);
        StoredPlace clip = ledger.push("weights:clip", bytes);
        assertThat(attempt(10L * SIZE)).isEqualTo(new Outcome.Finished(1));
        Path copy = folder.resolve(clip.sha256() + ".safetensors");
        FileTime when = FileTime.from(Instant.parse("2026-01-02T03:04:05Z"));

        // Somebody copied the home: nothing of it is damaged, and nothing is sent.
        Files.setLastModifiedTime(copy, when);
        assertThat(attempt(10L * SIZE)).isEqualTo(new Outcome.Finished(1));
        assertThat(ledger.seen().log()).contains("a look at the copy of weights clip, in MiB: 3 of 3");
        assertThat(ledger.sent()).isEqualTo(SIZE);

        // Changed in its place; replaced under the time that it had; and of a version that noted nothing.
        for (String kind : List.of("in place", "replaced", "not noted")) {
            byte[] damaged = bytes.clone();
            damaged[SIZE / 2] ^= 1;
            if (kind.equals("replaced")) {
                when = Files.getLastModifiedTime(copy);
                Files.delete(copy);
            } else if (kind.equals("not noted")) {
                when = Files.getLastModifiedTime(copy);
                Files.delete(folder.resolve(copy.getFileName() + ".seen"));
            }
            long sent = ledger.sent();
            Files.write(folder.resolve("beside"), damaged); // has the place that a deleted file had
            Files.write(copy, damaged);
            Files.delete(folder.resolve("beside"));
            Files.setLastModifiedTime(copy, kind.equals("in place") ? FileTime.from(Instant.now()) : when);
            assertThat(attempt(10L * SIZE)).as(kind).isEqualTo(new Outcome.Finished(1));
            assertThat(had.resolve("weights-clip")).as(kind).hasBinaryContent(bytes);
            assertThat(ledger.sent()).as(kind).isEqualTo(sent + SIZE);
            assertThat(kept()).containsExactly(copy.getFileName().toString(), copy.getFileName() + ".damaged");
            assertThat(ledger.seen().log())
                    .contains("the copy of weights clip on this host is not what was pushed; it is set aside");
        }

        // A damaged one is the first to go.
        StoredPlace birds = ledger.push("dataset:birds", file(24));
        assertThat(attempt(2L * SIZE)).isEqualTo(new Outcome.Finished(1));
        assertThat(kept()).containsExactlyInAnyOrder(copy.getFileName().toString(), birds.sha256() + ".zip");
    }

    @Test
    void aLineThatFallsSilentIsGivenUpAndGoesOnWhereItEnded() throws Exception {
        silence = Duration.ofSeconds(1);
        byte[] clip = file(25);
        ledger.push("weights:clip", clip);
        ledger.mute(SIZE / 2);
        assertThat(attempt(10L * SIZE)).isEqualTo(new Outcome.Finished(1));
        assertThat(had.resolve("weights-clip")).hasBinaryContent(clip);
        assertThat(ledger.sent()).isEqualTo(SIZE);
        assertThat(ledger.seen().loads()).isEqualTo(2);
    }

    /** Of places, and of the checkpoint that an attempt is to go on from. */
    @Test
    void aPauseIsObeyedWhileALineIsSilent() throws Exception {
        silence = Duration.ofMinutes(5);
        ledger.push("weights:clip", file(26));
        ledger.mute(SIZE / 2);
        paused();
        assertThat(kept()).isEmpty();
        ledger.mute();
        paused();
        byte[] state = file(27);
        ledger.keep(state);
        ledger.offer(new CheckpointRef(
                1,
                1,
                false,
                "s",
                "d",
                "b",
                List.of(new CheckpointRef.File("state.safetensors", SIZE, Sha256.of(state)))));
        ledger.mute(SIZE / 2);
        paused();
    }

    private void paused() throws Exception {
        long loads = ledger.seen().loads();
        CompletableFuture<Outcome> fetches = CompletableFuture.supplyAsync(() -> attempt(10L * SIZE));
        while (ledger.seen().loads() == loads) {
            Thread.sleep(20);
        }
        ledger.order(Order.PAUSE);
        assertThat(fetches.get(15, TimeUnit.SECONDS)).isInstanceOf(Outcome.GivenBack.class);
    }

    /** A host that names a place and cannot read it does not offer it: it gets the run as one that has none, and does what that does. */
    @Test
    void whatTheHostNamesAndCannotReadIsFetched() throws Exception {
        try (var weights =
                Places.class.getResourceAsStream("/dev/runyard/vision/backbone/small-vit/weights.safetensors")) {
            ledger.push("weights:clip", weights.readAllBytes());
        }
        ledger.ask(SpecDocument.submitted((ObjectNode) Json.tree("""
                {"dataset": {"id": "shapes", "train": 16, "test": 10}, "backbone": {"weights": "clip"},
                 "method": {"kind": "iip", "prompts": 1}, "schedule": {"epochs": 1, "warmupEpochs": 0},
                 "batchSize": 8, "augment": "none"}""")));
        Path broken = Files.createDirectories(home.resolve("folder-without-weights"));
        Path names = Files.writeString(home.resolve("data.yaml"), "weights: {clip: \"" + broken + "\"}");
        Settings settings = Settings.from(Map.of(
                "RUNYARD_URL", ledger.url(),
                "RUNYARD_WORKER_SECRET", "secret",
                "RUNYARD_HOME", home.toString(),
                "RUNYARD_DATA", names.toString()));
        List<String> news = new ArrayList<>();
        VisionTrainer trainer =
                new VisionTrainer(settings, Devices.here(Map.of(), home).cpu().device());
        trainer.offers(new Fingerprints(home, news::add).of(settings.places()).keySet());
        assertThat(news).singleElement().asString().contains("weights:clip is not offered");
        assertThat(attempt(trainer)).isEqualTo(new Outcome.Finished(2));
        assertThat(ledger.sent()).isPositive();
    }

    /** Though they were used longest ago. */
    @Test
    void itsOwnCopiesStayWhileItFetchesMore() throws Exception {
        StoredPlace old = ledger.push("weights:clip", file(14));
        assertThat(attempt(2L * SIZE)).isEqualTo(new Outcome.Finished(1));
        used(old, Instant.now().plusSeconds(3_600));
        StoredPlace birds = ledger.push("dataset:birds", file(15));
        StoredPlace clip = ledger.push("weights:clip", file(16));
        assertThat(attempt(2L * SIZE)).isEqualTo(new Outcome.Finished(1));
        assertThat(had.resolve("folder-birds")).hasBinaryContent(file(15));
        assertThat(kept()).containsExactlyInAnyOrder(birds.sha256() + ".zip", clip.sha256() + ".safetensors");
    }

    @Test
    void aPauseIsObeyedWhileItFetches() throws Exception {
        ledger.push("weights:clip", file(17));
        ledger.storeless(true);
        CompletableFuture<Outcome> fetches = CompletableFuture.supplyAsync(() -> attempt(2L * SIZE));
        while (ledger.seen().loads() == 0) {
            Thread.sleep(20);
        }
        ledger.order(Order.PAUSE);
        assertThat(fetches.get(20, TimeUnit.SECONDS)).isInstanceOf(Outcome.GivenBack.class);
        assertThat(kept()).isEmpty();
    }
}
