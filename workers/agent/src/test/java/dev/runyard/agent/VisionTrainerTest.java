package dev.runyard.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.metric.MetricPoint;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.SpecDocument;
import dev.runyard.vision.device.Devices;
import dev.runyard.vision.device.LocalDevice;
import dev.runyard.vision.train.report.TrainingListener;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A run that has a device beside its worker's own: here a second share of the CPU, whose key the service tells. */
@Timeout(120)
class VisionTrainerTest {
    private static final SpecDocument PAIR = SpecDocument.submitted((ObjectNode) Json.tree("""
            {"dataset": {"id": "shapes", "train": 16, "test": 10}, "method": {"kind": "iip", "prompts": 1},
             "schedule": {"epochs": 1, "warmupEpochs": 0}, "batchSize": 8, "augment": "none", "devices": 2}"""));

    @TempDir
    Path dir;

    private Settings settings() {
        return Settings.from(Map.of(
                "RUNYARD_URL", "http://127.0.0.1:1",
                "RUNYARD_WORKER_SECRET", "secret",
                "RUNYARD_HOME", dir.toString()));
    }

    private Outcome train(List<String> beside, List<MetricPoint> points) {
        LocalDevice cpu = Devices.here(Map.of(), dir).cpu().device();
        return new VisionTrainer(settings(), cpu).train(PAIR, beside, dir.resolve("run"), new TrainingListener() {
            @Override
            public void points(List<MetricPoint> measured) {
                points.addAll(measured);
            }
        });
    }

    @Test
    void bothDevicesAreTrainedOn() {
        List<MetricPoint> points = new ArrayList<>();
        assertThat(train(List.of("cpu/2"), points)).isEqualTo(new Outcome.Finished(2));
        assertThat(points).extracting(MetricPoint::key).contains("train/loss", "test/top1");
    }

    @Test
    void withoutTheOtherItIsRefusedInOneLine() {
        assertThatThrownBy(() -> train(List.of(), new ArrayList<>()))
                .hasMessageContaining("devices: 2 is more than this worker has (cpu)");
    }

    /** The driver of this machine shows no such device: as one that fell off the bus is no longer shown. */
    @Test
    void aDeviceThatTheDriverNoLongerShowsIsLost() {
        LocalDevice gone = new LocalDevice("GPU-that-is-gone", "cuda", "A100", 80L << 30, 1, 0, null);
        VisionTrainer trainer = new VisionTrainer(settings(), gone);
        assertThat(trainer.lost(
                        new IllegalStateException("training", new RuntimeException("CUDA error: unknown error"))))
                .isNotBlank()
                .doesNotContain("\n");
        assertThat(trainer.lost(new RuntimeException("CUDA error: out of memory")))
                .isNull();
        assertThat(trainer.lost(new RuntimeException("no such file"))).isNull();
        LocalDevice cpu = Devices.here(Map.of(), dir).cpu().device();
        assertThat(new VisionTrainer(settings(), cpu).lost(new RuntimeException("CUDA error: unknown error")))
                .isNull();
    }

    /** A GPU is known by its uuid, of which a share has a number behind it. */
    @Test
    void anotherProcessIsToldAGpuByItsUuid() {
        assertThat(LocalDevice.elsewhere("cpu/2")).isEqualTo("cpu");
        assertThat(LocalDevice.elsewhere("GPU-4c5f/3")).isEqualTo("GPU-4c5f");
        assertThat(LocalDevice.elsewhere("MIG-GPU-4c5f/1/0")).isEqualTo("MIG-GPU-4c5f/1/0");
    }
}
