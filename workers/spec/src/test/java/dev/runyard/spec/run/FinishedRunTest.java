package dev.runyard.spec.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.sweep.SpecFile;
import dev.runyard.spec.sweep.SweepSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FinishedRunTest {
    private static ObjectNode yaml(String text) {
        return Json.yaml(text);
    }

    @Test
    void aTaskIsTheRunsDocumentWithItsOwnFieldsOverIt() {
        ObjectNode trained = yaml("{dataset: {id: shapes}, seed: 3, evaluations: [{id: shapes}], method: {kind: iip}}");
        ObjectNode whole = FinishedRun.over(trained, yaml("{task: analyse, of: x, look: {only: [nmi]}}"));
        RunSpec spec = SpecDocument.read(whole);
        assertThat(spec.task()).isEqualTo(Task.ANALYSE);
        assertThat(spec.of()).isEqualTo("x");
        assertThat(spec.seed()).isEqualTo(3);
        assertThat(spec.look().only()).containsExactly(LookSpec.Analysis.NMI);
        // The training's further sets are not the task's.
        assertThat(spec.evaluations()).isNull();
        assertThat(trained.has("task")).isFalse();
    }

    @Test
    void aFileMayHoldItAloneOrWithASpecAroundIt() {
        assertThat(SpecFile.read("{task: invert, of: 3f2a}")).isInstanceOf(SpecFile.Looks.class);
        assertThat(SpecFile.read("{name: a, spec: {task: invert, of: 3f2a}}"))
                .isInstanceOfSatisfying(SpecFile.Looks.class, looks -> assertThat(
                                looks.request().path("name").asText())
                        .isEqualTo("a"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {task: evaluate, of: x, seed: 1}                                   | seed
            {task: train, of: x}                                               | task
            {dataset: {id: shapes}, of: x}                                     | task
            """)
    void whatATaskMayNotSay(String text, String field) {
        InvalidSpec e = catchThrowableOfType(InvalidSpec.class, () -> SpecFile.read(text));
        assertThat(e.field()).isEqualTo(field);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {dataset: {id: shapes}, of: x}                                     | of
            {dataset: {id: shapes}, task: evaluate}                            | of
            {dataset: {id: shapes}, task: evaluate, of: x, look: {images: 9}}  | look
            {dataset: {id: shapes}, task: invert, of: x, look: {only: [nmi]}}  | look.only
            {dataset: {id: shapes}, task: analyse, of: x, look: {policy: append}} | look.policy
            {dataset: {id: shapes}, task: invert, of: x, evaluations: [{id: shapes}]} | evaluations
            """)
    void whatBelongsToNoOrToAnotherTask(String text, String field) {
        InvalidSpec e = catchThrowableOfType(InvalidSpec.class, () -> SpecDocument.read(yaml(text)));
        assertThat(e.field()).isEqualTo(field);
    }

    @Test
    void aSweepTrainsAndItsStepsLook() {
        SweepSpec sweep = Json.read(
                yaml(
                        "{base: {dataset: {id: shapes}}, then: [{task: evaluate, evaluations: [{id: shapes}]}, {task: invert}]}"),
                SweepSpec.class);
        assertThat(sweep.then()).hasSize(2);
        assertThat(sweep.pinned().then()).isEqualTo(sweep.then());
        InvalidSpec e = catchThrowableOfType(
                InvalidSpec.class, () -> Json.read(yaml("{base: {task: evaluate, of: x}}"), SweepSpec.class));
        assertThat(e.field()).isEqualTo("base.task");
    }
}
