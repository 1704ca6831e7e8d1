package dev.runyard.vision.train.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.runyard.spec.report.CheckpointRef;
import dev.runyard.spec.report.Notice;
import dev.runyard.spec.report.Order;
import dev.runyard.spec.run.SpecDocument;
import dev.runyard.vision.tensor.SafetensorsWriter;
import dev.runyard.vision.train.report.TrainingListener;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class PatientSaveTest {
    private static final CheckpointRef REF = new CheckpointRef(3, 0, false, "s", "d", "b", List.of());

    private final List<Notice.Kind> told = new ArrayList<>();
    private int asked;

    @TempDir
    Path folder;

    private TrainingListener listener(int stopAt) {
        return new TrainingListener() {
            @Override
            public void notice(Notice notice) {
                told.add(notice.kind());
            }

            @Override
            public Order order() {
                return ++asked >= stopAt ? Order.PAUSE : Order.CONTINUE;
            }
        };
    }

    @Test
    void aFullDiskIsWaitedForAndToldOnce() throws IOException {
        List<Long> tries = new ArrayList<>();
        CheckpointRef written = PatientSave.of(
                3,
                () -> {
                    tries.add(System.nanoTime());
                    if (tries.size() <= 2) {
                        full();
                    }
                    return REF;
                },
                listener(1_000));
        assertThat(written).isEqualTo(REF);
        assertThat(told).containsExactly(Notice.Kind.DISK_FULL, Notice.Kind.DISK_FREED);
        assertThat(tries).hasSize(3);
    }

    @Test
    void whoIsToldToStopMeanwhileStops() throws IOException {
        assertThat(PatientSave.of(
                        3,
                        () -> {
                            full();
                            return REF;
                        },
                        listener(2)))
                .isNull();
        assertThat(told).containsExactly(Notice.Kind.DISK_FULL);
    }

    @Test
    void anotherFaultIsNoReasonToWait() {
        assertThatThrownBy(() -> PatientSave.of(
                        3,
                        () -> {
                            throw new AccessDeniedException("/somewhere");
                        },
                        listener(1)))
                .isInstanceOf(AccessDeniedException.class);
        assertThat(told).isEmpty();
    }

    /** A checkpoint folder on a file system of its own that is really full, until somebody frees it. */
    @Test
    void theCheckpointsOfAFullFileSystemGoOnWhenThereIsSpace() throws Exception {
        Path small = Files.createDirectory(folder.resolve("small"));
        assumeTrue(
                call("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", small.toString()),
                "skipped: mounting a small file system needs root");
        try {
            Files.write(small.resolve("filler"), new byte[200 << 10]);
            Checkpoints checkpoints = new Checkpoints(small);
            TrainingListener freeing = new TrainingListener() {
                @Override
                public void notice(Notice notice) {
                    told.add(notice.kind());
                }

                @Override
                public Order order() {
                    if (++asked == 2) {
                        try {
                            Files.delete(small.resolve("filler"));
                        } catch (IOException e) {
                            throw new IllegalStateException(e);
                        }
                    }
                    return Order.CONTINUE;
                }
            };
            Progress progress = Progress.START.stepped(false);
            CheckpointRef ref = PatientSave.of(
                    1,
                    () -> {
                        SafetensorsWriter state = new SafetensorsWriter();
                        state.longs("run.progress", new long[] {16 << 10}, new long[16 << 10]); // 128 KiB
                        return checkpoints.write(
                                progress,
                                0,
                                new Identity(SpecDocument.stored("{}"), "d", "b", java.util.Map.of()),
                                state);
                    },
                    freeing);
            assertThat(told).containsExactly(Notice.Kind.DISK_FULL, Notice.Kind.DISK_FREED);
            assertThat(ref).isNotNull();
            assertThat(checkpoints.candidates()).singleElement().satisfies(c -> assertThat(c.fault())
                    .isNull());
        } finally {
            call("umount", small.toString());
        }
    }

    private static void full() throws IOException {
        try (FileOutputStream out = new FileOutputStream("/dev/full")) {
            out.write(1);
        }
    }

    private static boolean call(String... command) throws IOException, InterruptedException {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false; // there is no such program
        }
    }
}
