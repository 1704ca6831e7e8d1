package dev.runyard.spec.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.metric.MetricBatch;
import dev.runyard.spec.metric.MetricPoint;
import dev.runyard.spec.run.FailureReason;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReportsTest {
    private static final MetricPoint POINT = new MetricPoint("train/loss", 3, 0.5, 1.25, 7);

    @Test
    void aPointGivenTwiceCountsOnce() {
        MetricPoint nan = new MetricPoint("train/loss", 4, null, Double.NaN, 8);
        assertThat(new MetricBatch(1, List.of(POINT, nan, POINT, nan)).points()).containsExactly(POINT, nan);
    }

    @Test
    void twoValuesForOnePointAreRefused() {
        MetricPoint other = new MetricPoint("train/loss", 3, 0.5, 1.5, 7);
        InvalidSpec e = catchThrowableOfType(InvalidSpec.class, () -> new MetricBatch(1, List.of(POINT, other)));
        assertThat(e.code()).isEqualTo("DUPLICATE_POINT");
        assertThat(e.field()).isEqualTo("points[1]");
    }

    @Test
    void aBatchHasOneToAThousandPoints() {
        assertThat(catchThrowableOfType(InvalidSpec.class, () -> new MetricBatch(1, List.of()))
                        .code())
                .isEqualTo("OUT_OF_RANGE");
        assertThat(catchThrowableOfType(InvalidSpec.class, () -> new MetricBatch(1, Collections.nCopies(1_001, POINT)))
                        .code())
                .isEqualTo("TOO_LARGE");
    }

    @Test
    void outcomesAndCheckpointsSurviveTheWayThroughJson() {
        for (Outcome outcome : List.of(
                new Outcome.Finished(9),
                new Outcome.GivenBack(8, Outcome.Cause.PREEMPTED),
                new Outcome.Failed(0, FailureReason.DATA, "no images"))) {
            assertThat(Json.read(Json.canonical(outcome), Outcome.class)).isEqualTo(outcome);
        }
        CheckpointRef ref = new CheckpointRef(
                5, 1, true, "a", "b", "c", List.of(new CheckpointRef.File("state.safetensors", 12, "0".repeat(64))));
        assertThat(Json.read(Json.canonical(ref), CheckpointRef.class)).isEqualTo(ref);
    }

    @ParameterizedTest
    @ValueSource(strings = {"../x", "a/b", "a\\b", "", ".hidden", "/abs", "C:x", "a\u0000"})
    void aCheckpointsFileStaysInItsFolder(String name) {
        assertThat(catchThrowableOfType(InvalidSpec.class, () -> new CheckpointRef.File(name, 1, "0".repeat(64)))
                        .code())
                .isEqualTo("BAD_NAME");
    }

    @Test
    void aLongMessageIsCutAndSaysSo() {
        String sent = "x".repeat(900_000);
        Outcome.Failed failed = Json.read(
                "{\"kind\":\"failed\",\"step\":1,\"reason\":\"SPEC\",\"message\":\"" + sent + "\"}",
                Outcome.Failed.class);
        assertThat(failed.message()).hasSizeLessThan(10_000).contains("892000 characters left out");
        assertThat(new Notice(Notice.Kind.DISK_FULL, sent).why()).hasSizeLessThan(10_000);
    }
}
