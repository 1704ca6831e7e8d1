package dev.runyard.spec.metric;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MetricDefinitionTest {
    @ParameterizedTest
    @CsvSource({
        "train/loss, MIN",
        "Validation-Loss, MIN",
        "eval/perplexity, MIN",
        "test/birds/drop, MIN",
        "val/top1, MAX",
        "test/birds/own-top1, MAX",
        "val_accuracy, MAX",
        "acc, MAX",
        "train/lr,",
        "lr,",
        "system/parameters,",
        "system/gpu/0/loss-of-power,",
        "whatever,",
        "a/loss/of/nothing,",
    })
    void theNameSaysWhichEndIsBetterOrNothingDoes(String key, MetricDefinition.Direction direction) {
        assertThat(MetricDefinition.direction(key).orElse(null)).isEqualTo(direction);
    }
}
