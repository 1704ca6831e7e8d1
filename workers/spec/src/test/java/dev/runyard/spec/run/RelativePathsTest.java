package dev.runyard.spec.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.json.Json;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RelativePathsTest {
    private static RunSpec spec(String fields) {
        return SpecDocument.read(
                Json.yaml(fields.contains("dataset:") ? fields : "{dataset: {id: shapes}, " + fields + "}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{dataset: {id: eurosat, root: data}} | dataset.root",
                "{dataset: {id: folder, root: ./data/x.zip}} | dataset.root",
                "{dataset: {id: folder, root: ~/data}} | dataset.root",
                "{dataset: {id: union, parts: [{id: shapes}, {id: dtd, root: ../dtd}]}} | dataset.parts[1].root",
                "evaluations: [{id: dtd, root: dtd}] | evaluations[0].root",
                "backbone: {weights: weights/b32} | backbone.weights",
                "backbone: {weights: b32.safetensors} | backbone.weights",
                "classifier: {kind: text, features: f.safetensors} | classifier.features",
                "classifier: {kind: text, template: clip, templates: ./t.json} | classifier.templates",
                "classifier: {kind: prototypes, head: head.safetensors} | classifier.head",
                "method: {kind: pgn, net: resnet18, netWeights: r/18} | method.netWeights",
            })
    void areRefusedWithTheRemedy(String fields, String field) {
        InvalidSpec e = catchThrowableOfType(InvalidSpec.class, () -> RelativePaths.refuse(spec(fields)));
        assertThat(e).as(fields).isNotNull();
        assertThat(e.code()).isEqualTo("RELATIVE_PATH");
        assertThat(e.field()).isEqualTo(field);
        assertThat(e.remedy()).contains("runyard submit");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{dataset: {id: eurosat, root: /X}} | dataset.root",
                "{dataset: {id: union, parts: [{id: shapes}, {id: dtd, root: /X}]}} | dataset.parts[1].root",
                "backbone: {weights: X} | backbone.weights",
                "classifier: {kind: text, template: clip, templates: /X} | classifier.templates"
            })
    void areRefusedWhereTheyAreLongerThanAnyPath(String fields, String field) {
        InvalidSpec e = catchThrowableOfType(
                InvalidSpec.class, () -> RelativePaths.refuse(spec(fields.replace("X", "\u5b66".repeat(33_000)))));
        assertThat(e).as(fields).isNotNull();
        assertThat(e.code()).isEqualTo("BAD_PATH");
        assertThat(e.field()).isEqualTo(field);
        assertThat(e.getMessage()).hasSizeLessThan(400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{dataset: {id: eurosat, root: /data}}",
                "{dataset: {id: eurosat, root: 'C:\\\\data'}}",
                "backbone: {weights: small-clip}",
                "backbone: {weights: clip-vit-b32}",
                "backbone: {weights: /w/ViT-B-32.safetensors}",
                "seed: 1"
            })
    void wholePathsAndNamesAreTaken(String fields) {
        RelativePaths.refuse(spec(fields));
    }
}
