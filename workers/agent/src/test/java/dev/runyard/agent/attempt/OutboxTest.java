package dev.runyard.agent.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.agent.client.ServiceFault;
import dev.runyard.spec.metric.MetricPoint;
import dev.runyard.spec.report.Order;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(240)
class OutboxTest {
    private final List<Long> received = Collections.synchronizedList(new ArrayList<>());
    private final List<Integer> batches = Collections.synchronizedList(new ArrayList<>());
    private final Orders orders = new Orders();
    private volatile boolean away;

    @TempDir
    Path folder;

    @Test
    void sendsInBatchesAndInOrder() throws Exception {
        try (Outbox<MetricPoint> outbox = outbox(64L << 20)) {
            outbox.add(points(1, 2_500));
            assertThat(outbox.awaitSent(outbox.mark(), Duration.ofSeconds(60))).isTrue();
        }
        assertThat(received).isEqualTo(LongStream.rangeClosed(1, 2_500).boxed().toList());
        assertThat(batches).containsExactly(1_000, 1_000, 500);
    }

    @Test
    void whatWasMeasuredWhileTheServiceIsAwayArrivesFirst() throws Exception {
        try (Outbox<MetricPoint> outbox = outbox(64L << 20)) {
            away = true;
            outbox.add(points(1, 1_500));
            while (!Files.exists(folder.resolve("spool"))) {
                Thread.sleep(10);
            }
            outbox.add(points(1_501, 3_000));
            Thread.sleep(700);
            away = false;
            outbox.add(points(3_001, 3_100));
            assertThat(outbox.awaitSent(outbox.mark(), Duration.ofSeconds(60))).isTrue();
            assertThat(folder.resolve("spool")).doesNotExist();
        }
        assertThat(received).isEqualTo(LongStream.rangeClosed(1, 3_100).boxed().toList());
    }

    @Test
    void notANumberSurvivesTheSpool() {
        Spool<MetricPoint> spool = new Spool<>(folder.resolve("spool"), MetricPoint.class);
        List<MetricPoint> odd = List.of(
                new MetricPoint("a", 1, null, Double.NaN, 1),
                new MetricPoint("a", 2, 0.5, Double.NEGATIVE_INFINITY, 2),
                new MetricPoint("a", 3, null, 0.1 + 0.2, 3));
        spool.append(odd);
        assertThat(spool.peek(2)).isEqualTo(odd.subList(0, 2));
        spool.remove(2);
        assertThat(spool.peek(10)).isEqualTo(odd.subList(2, 3));
        spool.remove(1);
        assertThat(spool.isEmpty()).isTrue();
    }

    @Test
    void aFullSpoolHoldsTrainingBackUntilItIsToldToStop() throws Exception {
        try (Outbox<MetricPoint> outbox = outbox(1_000)) {
            away = true;
            outbox.add(points(1, 1_000));
            while (!Files.exists(folder.resolve("spool"))) {
                Thread.sleep(10);
            }
            Thread training = new Thread(() -> outbox.add(points(1_001, 1_010)));
            training.start();
            training.join(500);
            assertThat(training.isAlive()).isTrue();
            orders.ledger(Order.PAUSE);
            training.join(60_000);
            assertThat(training.isAlive()).isFalse();
        }
    }

    @Test
    void aRefusalStopsTheRunAndStaleStopsTheSending() throws Exception {
        try (Outbox<MetricPoint> outbox = new Outbox<>(
                "test",
                MetricPoint.class,
                1_000,
                folder.resolve("spool"),
                1_000,
                batch -> {
                    throw new ServiceFault.Refused(422, "metrics: too many keys");
                },
                orders)) {
            outbox.add(points(1, 1));
            assertThat(outbox.awaitSent(1, Duration.ofSeconds(60))).isFalse();
        }
        assertThat(orders.fault()).contains("too many keys");
        assertThat(orders.now()).isEqualTo(Order.PAUSE);
    }

    private Outbox<MetricPoint> outbox(long limit) {
        return new Outbox<>(
                "test",
                MetricPoint.class,
                1_000,
                folder.resolve("spool"),
                limit,
                batch -> {
                    if (away) {
                        throw new ServiceFault.Unavailable("away");
                    }
                    batches.add(batch.size());
                    batch.forEach(point -> received.add(point.step()));
                },
                orders);
    }

    private static List<MetricPoint> points(long from, long to) {
        return LongStream.rangeClosed(from, to)
                .mapToObj(step -> new MetricPoint("train/loss", step, null, step * 0.5, step))
                .toList();
    }
}
