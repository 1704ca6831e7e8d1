package dev.runyard.spec.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.metric.MetricBatch;
import dev.runyard.spec.metric.MetricPoint;
import dev.runyard.spec.model.MethodSpec;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.spec.run.SpecDocument;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    private static final String FULL = """
            {"task":"train","dataset":{"id":"eurosat","root":"data/eurosat","split":"coop","onBadImage":"fail","fit":"train","classes":"all"},
             "backbone":{"weights":"clip.safetensors","normalisation":"clip","precision":"fp32","transform":"pgn"},
             "method":{"kind":"pgn","net":"resnet10","resolution":224,"prompts":8,"librarySize":64,"mixing":"sigmoid",
                       "antialias":true,"head":"library","combination":"linear"},
             "classifier":{"kind":"linear"},
             "optimizer":{"kind":"sgd","learningRate":0.3,"momentum":0.8,"weightDecay":0.0001},
             "schedule":{"epochs":20,"warmupEpochs":2,"floor":0.01,"per":"epoch"},
             "batchSize":16,"augment":"none","seed":-7,"select":"last","validateOn":"val","checkpoint":{"everyEpochs":2,"everySeconds":30}}""";

    private static InvalidSpec refusal(String json) {
        return catchThrowableOfType(InvalidSpec.class, () -> Json.read(json, RunSpec.class));
    }

    @Test
    void aSpecSurvivesTheWayThroughJson() throws JsonProcessingException {
        RunSpec spec = Json.read(FULL, RunSpec.class);
        String text = Json.mapper().writeValueAsString(spec);
        assertThat(Json.read(text, RunSpec.class)).isEqualTo(spec);
        assertThat(Json.read(text.getBytes(StandardCharsets.UTF_8), RunSpec.class))
                .isEqualTo(spec);
        assertThat(Json.tree(text)).isEqualTo(Json.tree(FULL));
    }

    @Test
    void defaultsAreWrittenOut() {
        RunSpec spec = Json.read("{\"dataset\":{\"id\":\"shapes\"}}", RunSpec.class);
        assertThat(spec.method()).isInstanceOf(MethodSpec.Pgn.class);
        assertThat(Json.read(Json.canonical(spec), RunSpec.class)).isEqualTo(spec);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"dataset\":{\"id\":\"shapes\"},\"method\":{\"kind\":\"pgn\",\"promts\":8}} | UNKNOWN_FIELD | method.promts | prompts",
                "{\"dataset\":{\"id\":\"shapes\"},\"methud\":{}} | UNKNOWN_FIELD | methud | method",
                "{\"dataset\":{\"id\":\"shapes\"},\"task\":\"trian\"} | UNKNOWN_VALUE | task | train",
                "{\"dataset\":{\"id\":\"shapes\"},\"method\":{\"kind\":\"pgm\"}} | UNKNOWN_VALUE | method.kind | pgn",
                "{\"dataset\":{\"id\":\"shapes\"},\"method\":{\"prompts\":1}} | MISSING_FIELD | method.kind | backbone-alone",
                "{\"dataset\":{\"id\":\"cifar10 0\",\"root\":\"x\"}} | UNKNOWN_DATASET | dataset.id | cifar10",
                "{} | MISSING_FIELD | dataset | required",
                "{\"dataset\":{}} | MISSING_FIELD | dataset.id | required",
                "{\"dataset\":{\"id\":\"shapes\"},\"batchSize\":\"16\"} | WRONG_TYPE | batchSize | whole number",
                "{\"dataset\":{\"id\":\"shapes\"},\"batchSize\":\"\"} | WRONG_TYPE | batchSize | whole number",
                "{\"dataset\":{\"id\":\"shapes\"},\"batchSize\":1.5} | WRONG_TYPE | batchSize | whole number",
                "{\"dataset\":{\"id\":\"shapes\"},\"batchSize\":16.0} | WRONG_TYPE | batchSize | whole number",
                "{\"dataset\":{\"id\":\"shapes\"},\"batchSize\":null} | WRONG_TYPE | batchSize | null",
                "{\"dataset\":{\"id\":\"shapes\"},\"batchSize\":true} | WRONG_TYPE | batchSize | whole number",
                "{\"dataset\":{\"id\":\"shapes\"},\"batchSize\":[16]} | WRONG_TYPE | batchSize | whole number",
                "{\"dataset\":{\"id\":\"shapes\"},\"batchSize\":99999999999} | OUT_OF_RANGE | batchSize | fit",
                "{\"dataset\":{\"id\":\"shapes\"},\"seed\":9223372036854775808} | OUT_OF_RANGE | seed | fit",
                "{\"dataset\":{\"id\":\"shapes\"},\"optimizer\":{\"learningRate\":\"0,1\"}} | WRONG_TYPE | optimizer.learningRate | number",
                "{\"dataset\":{\"id\":\"shapes\"},\"optimizer\":{\"learningRate\":1e999}} | NOT_FINITE | optimizer.learningRate | finite",
                "{\"dataset\":{\"id\":\"shapes\"},\"optimizer\":{\"learningRate\":-1}} | OUT_OF_RANGE | optimizer.learningRate | 0",
                "{\"dataset\":{\"id\":5}} | WRONG_TYPE | dataset.id | a text",
                "{\"dataset\":\"shapes\"} | WRONG_TYPE | dataset | an object",
                "{\"dataset\":null} | WRONG_TYPE | dataset | null",
                "{\"dataset\":{\"id\":\"shapes\"},\"task\":0} | UNKNOWN_VALUE | task | one of",
                "{\"dataset\":{\"id\":\"shapes\"},\"task\":\"\"} | UNKNOWN_VALUE | task | train",
                "{\"dataset\":{\"id\":\"shapes\"},\"method\":{\"kind\":\"pgn\",\"antialias\":\"true\"}} | WRONG_TYPE | method.antialias | true or false",
                "[] | WRONG_TYPE | '' | an object",
                "null | WRONG_TYPE | '' | an object",
            })
    void faultsAreNamed(String json, String code, String field, String word) {
        InvalidSpec e = refusal(json);
        assertThat(e).as(json).isNotNull();
        assertThat(e.code()).as(e.getMessage()).isEqualTo(code);
        assertThat(e.field()).isEqualTo(field);
        assertThat(e.getMessage()).contains(word).doesNotContain("dev.runyard").doesNotContain("fasterxml");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"a\": | 1 | 7",
                "{\"a\":1,\"a\":2} | 1 | 11",
                "{} {} | 1 | 4",
                "{\"a\":NaN} | 1 | 9",
                "'' | 1 | 1",
            })
    void textThatIsNotJsonIsRefusedWithItsPlace(String text, int line, int column) {
        MalformedJson e = catchThrowableOfType(MalformedJson.class, () -> Json.read(text, RunSpec.class));
        assertThat(e.line()).isEqualTo(line);
        assertThat(e.column()).as(e.getMessage()).isBetween(column - 2, column + 2);
        assertThat(e.getMessage()).doesNotContain("Feature");
    }

    /** Whoever names a file in a spec must not learn from a message what stands in it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "hunter2",
                "{hunter2: 1}",
                "[hunter2]",
                "\"hunter2",
                "{\"hunter2\": 1, \"hunter2\": 2}",
                "{\"a\": 1} hunter2",
                "{\"a\": \"\\hunter2\"}",
                "{\"a\": 12hunter2}",
                "{\"a\": \"hunter2\nx\"}"
            })
    void noMessageRepeatsWhatTheTextHolds(String text) {
        MalformedJson e = catchThrowableOfType(MalformedJson.class, () -> Json.tree(text));
        assertThat(e).as(text).isNotNull();
        assertThat(e.getMessage()).doesNotContain("unter").startsWith("not JSON at line ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1.5", "1e-300", "3", "\"NaN\"", "\"Infinity\"", "\"-Infinity\""})
    void metricValuesAreKeptExactly(String value) throws JsonProcessingException {
        String json = "{\"key\":\"train/loss\",\"step\":1,\"value\":" + value + ",\"time\":5}";
        MetricPoint point = Json.read(json, MetricPoint.class);
        assertThat(Json.read(Json.mapper().writeValueAsString(point), MetricPoint.class))
                .isEqualTo(point);
        if (value.startsWith("\"")) {
            assertThat(Json.tree(Json.mapper().writeValueAsString(point))
                            .get("value")
                            .toString())
                    .isEqualTo(value);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                ",\"value\":null | WRONG_TYPE",
                ",\"value\":\"\" | WRONG_TYPE",
                ",\"value\":\"1.5\" | WRONG_TYPE",
                ",\"value\":\"nan\" | WRONG_TYPE",
                ",\"value\":true | WRONG_TYPE",
                ",\"value\":[1] | WRONG_TYPE",
                ",\"value\":{} | WRONG_TYPE",
                ",\"value\":1e999 | NOT_FINITE",
                ",\"value\":-1e999 | NOT_FINITE",
                "'' | MISSING_FIELD",
            })
    void otherMetricValuesAreRefused(String value, String code) throws JsonProcessingException {
        String json = "{\"attempt\":1,\"points\":[{\"key\":\"k\",\"step\":1,\"time\":5" + value + "}]}";
        InvalidSpec e = catchThrowableOfType(InvalidSpec.class, () -> Json.read(json, MetricBatch.class));
        assertThat(e.code()).as(e.getMessage()).isEqualTo(code);
        assertThat(e.field()).isEqualTo("points[0].value");
        // The same when a framework binds the body and hands over the exception.
        JsonProcessingException raw = catchThrowableOfType(
                JsonProcessingException.class, () -> Json.mapper().readValue(json, MetricBatch.class));
        assertThat(Json.refusal(raw)).isInstanceOfSatisfying(InvalidSpec.class, i -> {
            assertThat(i.code()).isEqualTo(code);
            assertThat(i.field()).isEqualTo("points[0].value");
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"key\":\"k\",\"step\":-1,\"value\":1,\"time\":5} | OUT_OF_RANGE | points[0].step",
                "{\"key\":\"k\",\"step\":9007199254740993,\"value\":1,\"time\":5} | OUT_OF_RANGE | points[0].step",
                "{\"key\":\"k\",\"step\":1.5,\"value\":1,\"time\":5} | WRONG_TYPE | points[0].step",
                "{\"key\":\"k\",\"step\":\"1\",\"value\":1,\"time\":5} | WRONG_TYPE | points[0].step",
                "{\"key\":\"k\",\"step\":null,\"value\":1,\"time\":5} | MISSING_FIELD | points[0].step",
                "{\"key\":\"k\",\"value\":1,\"time\":5} | MISSING_FIELD | points[0].step",
                "{\"key\":\"k\",\"step\":1,\"value\":1} | MISSING_FIELD | points[0].time",
                "{\"key\":\"k\",\"step\":1,\"value\":1,\"time\":-5} | OUT_OF_RANGE | points[0].time",
                "{\"key\":\"k\",\"step\":1,\"epoch\":-5,\"value\":1,\"time\":5} | OUT_OF_RANGE | points[0].epoch",
                "{\"key\":\"\",\"step\":1,\"value\":1,\"time\":5} | BAD_NAME | points[0].key",
                "{\"step\":1,\"value\":1,\"time\":5} | MISSING_FIELD | points[0].key",
                "null | WRONG_TYPE | points[0]",
            })
    void otherFaultsOfPointsAreRefused(String point, String code, String field) {
        String json = "{\"attempt\":1,\"points\":[" + point + "]}";
        InvalidSpec e = catchThrowableOfType(InvalidSpec.class, () -> Json.read(json, MetricBatch.class));
        assertThat(e.code()).as(e.getMessage()).isEqualTo(code);
        assertThat(e.field()).isEqualTo(field);
        JsonProcessingException raw = catchThrowableOfType(
                JsonProcessingException.class, () -> Json.mapper().readValue(json, MetricBatch.class));
        assertThat(((InvalidSpec) Json.refusal(raw)).field()).isEqualTo(field);
    }

    @Test
    void nullIsFineWhereTheRecordSaysSo() {
        assertThat(Json.read("{\"key\":\"k\",\"step\":1,\"epoch\":null,\"value\":1,\"time\":5}", MetricPoint.class)
                        .epoch())
                .isNull();
    }

    @Test
    void theHashOfASpecIsStable() {
        SpecDocument spec = SpecDocument.of(Json.read(FULL, RunSpec.class));
        assertThat(spec.hash()).isEqualTo("0be2d89aab36ced924a1134a21fa523de2f6e5c15504397b88e99c661d20b40b");
    }

    @Test
    void canonicalIsSortedAndTight() {
        assertThat(Json.canonical(Json.tree("{\"b\": [1, {\"z\": 1, \"y\": 2}], \"a\": 2.0E-3}")))
                .isEqualTo("{\"a\":0.002,\"b\":[1,{\"y\":2,\"z\":1}]}");
    }

    @Test
    void deepNestingIsRefused() {
        assertThatThrownBy(() -> Json.tree("[".repeat(5_000))).isInstanceOf(MalformedJson.class);
    }
}
