package dev.runyard.agent.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.spec.metric.MetricPoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
class ConsumptionTest {
    @TempDir
    Path folder;

    @Test
    void memoryAndProcessorsAreThoseOfItsProcessesAndStepsRise() throws Exception {
        Process busy = new ProcessBuilder("/bin/sh", "-c", "while :; do :; done").start();
        Process idle = new ProcessBuilder("/bin/sh", "-c", "sleep 60").start();
        try (Consumption ofBusy = new Consumption("", 41, Duration.ofSeconds(5));
                Consumption ofIdle = new Consumption("", 0, Duration.ofSeconds(5))) {
            Thread.sleep(1_000);
            Map<String, MetricPoint> points = byKey(ofBusy.sample(Set.of(busy.toHandle()), 7));
            assertThat(points.keySet()).containsExactly(Consumption.MEMORY, Consumption.PROCESSORS);
            assertThat(points.get(Consumption.MEMORY).value()).isBetween(1e-5, 0.5);
            assertThat(points.get(Consumption.PROCESSORS).value()).isBetween(0.05, 1.2);
            assertThat(points.get(Consumption.MEMORY).step()).isEqualTo(42);
            assertThat(byKey(ofIdle.sample(Set.of(idle.toHandle()), 7))
                            .get(Consumption.PROCESSORS)
                            .value())
                    .isLessThan(0.05);
            assertThat(ofBusy.sample(Set.of(busy.toHandle()), 7)).allMatch(point -> point.step() == 43);
            assertThat(ofBusy.sample(Set.of(busy.toHandle()), 100)).allMatch(point -> point.step() == 100);
        } finally {
            busy.destroyForcibly().waitFor();
            idle.destroyForcibly().waitFor();
        }
        try (Consumption gone = new Consumption("", 0, Duration.ofSeconds(5))) {
            assertThat(gone.sample(Set.of(busy.toHandle()), 0)).isEmpty();
        }
    }

    /** A stand-in says what NVIDIA's program says of two devices, again and again until it is ended. */
    @Test
    void memoryAndLoadOfItsGpusAreTold() throws Exception {
        Path smi = Files.writeString(folder.resolve("nvidia-smi"), """
                #!/bin/sh
                echo "$@" > %s/asked
                while :; do
                  echo 'GPU-a, 2048, 50'
                  echo 'GPU-b, 1024, [N/A]'
                  sleep 0.1
                done
                """.formatted(folder));
        assertThat(smi.toFile().setExecutable(true)).isTrue();
        try (Consumption consumption = new Consumption(smi.toString(), "0,1", 0, Duration.ofSeconds(2))) {
            Map<String, MetricPoint> points = Map.of();
            for (int i = 0; i < 100 && points.isEmpty(); i++) {
                Thread.sleep(100);
                points = byKey(consumption.sample(Set.of(), 0));
            }
            assertThat(points.get(Consumption.DEVICE_MEMORY).value()).isEqualTo(3);
            assertThat(points.get(Consumption.DEVICE_LOAD).value()).isEqualTo(50);
            assertThat(Files.readString(folder.resolve("asked")))
                    .contains("-i 0,1")
                    .contains("-lms 2000");
        }
    }

    @Test
    void whereThereIsNoDriverTheCurveIsMissing() throws IOException {
        try (Consumption consumption =
                new Consumption(folder.resolve("no-such-program").toString(), "0", 0, Duration.ofSeconds(2))) {
            assertThat(consumption.sample(Set.of(), 0)).isEmpty();
        }
    }

    private static Map<String, MetricPoint> byKey(List<MetricPoint> points) {
        Map<String, MetricPoint> all = new TreeMap<>();
        points.forEach(point -> all.put(point.key(), point));
        return all;
    }
}
