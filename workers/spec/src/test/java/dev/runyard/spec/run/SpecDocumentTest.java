package dev.runyard.spec.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.Sha256;
import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.model.BackboneSpec;
import dev.runyard.spec.training.Augment;
import dev.runyard.spec.training.ScheduleSpec;
import dev.runyard.spec.training.Select;
import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpecDocumentTest {
    private static final String LEAST = "{dataset: {id: shapes}}";
    private static final String HASH_OF_LEAST = "88f15b7359441a67f9b0ef139a2bd4eb21efd43df9c458f3b6577b33808879a6";

    private static SpecDocument submitted(String yaml) {
        return SpecDocument.submitted(Json.yaml(yaml));
    }

    @Test
    void whatWasLeftOutIsNotInTheDocumentAndActsAllTheSame() {
        SpecDocument document = submitted("{seed: 3, method: {prompts: 4, kind: pgn}, dataset: {id: shapes}}");
        assertThat(document.text())
                .isEqualTo("{\"dataset\":{\"id\":\"shapes\"},\"method\":{\"kind\":\"pgn\",\"prompts\":4},\"seed\":3}");
        assertThat(document.spec().batchSize()).isEqualTo(128);
        assertThat(document.version()).isEqualTo(1);
    }

    /** Fixed for ever: no field that the grammar learns, and no default of one, may change it. */
    @Test
    void theHashIsOfWhatWasWritten() {
        assertThat(submitted(LEAST).hash())
                .isEqualTo(HASH_OF_LEAST)
                .isEqualTo(Sha256.of(submitted(LEAST).text()));
        assertThat(submitted("{dataset: {id: shapes}, batchSize: 128}").hash()).isNotEqualTo(HASH_OF_LEAST);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{optimizer: {learningRate: 0.1, weightDecay: 0}, dataset: {id: shapes}, pretrain: null}",
                "{dataset: {id: shapes, root: null}, optimizer: {weightDecay: 0.0, learningRate: 1e-1, momentum: null}}",
                "{\"dataset\":{\"id\":\"shapes\"},\"optimizer\":{\"learningRate\":1.0E-1,\"weightDecay\":-0.0}}",
                "{specVersion: 1, dataset: {id: shapes}, optimizer: {learningRate: 0.10, weightDecay: 0}}",
            })
    void anotherWritingOfTheSameHasTheSameHash(String yaml) {
        SpecDocument plain = submitted("{dataset: {id: shapes}, optimizer: {learningRate: 0.1, weightDecay: 0}}");
        assertThat(submitted(yaml)).isEqualTo(plain);
        assertThat(SpecDocument.stored(plain.text() + "\n")).isEqualTo(plain);
    }

    @Test
    void anotherWritingMeansTheSameOrNot() {
        SpecDocument kept = SpecDocument.stored(Json.canonical(submitted(LEAST).spec()));
        assertThat(kept.hash()).isNotEqualTo(HASH_OF_LEAST);
        assertThat(kept.means(Json.yaml(LEAST))).isTrue();
        assertThat(kept.means(Json.yaml("{dataset: {id: shapes}, batchSize: 128}")))
                .isTrue();
        assertThat(kept.means(Json.yaml("{dataset: {id: shapes}, batchSize: 64}")))
                .isFalse();
    }

    @TestFactory
    Stream<DynamicTest> documentsOf010AreReadAsTheyWere() throws IOException {
        return Files.readAllLines(Path.of("src/test/resources/documents/0.1.0.jsonl")).stream()
                .map(Json::tree)
                .map(line -> DynamicTest.dynamicTest(line.path("case").asText(), () -> {
                    SpecDocument document =
                            SpecDocument.stored(line.path("spec").toString());
                    assertThat(document.hash()).isEqualTo(line.path("hash").asText());
                    assertThat(document.version()).isEqualTo(1);
                    JsonNode now = Json.mapper().valueToTree(document.spec());
                    same("", line.path("spec"), now);
                }));
    }

    /** Every value that 0.1.0 wrote is what this version understands; it may understand more. */
    private static void same(String path, JsonNode then, JsonNode now) {
        if (then.isObject()) {
            then.properties().forEach(e -> same(path + "." + e.getKey(), e.getValue(), now.path(e.getKey())));
        } else {
            assertThat(now.toString()).as(path).isEqualTo(then.toString());
        }
    }

    /** The grammar as it will be once somebody has given a record one more field with a default. */
    @Test
    void aNewFieldWithADefaultChangesNeitherDocumentNorHash(@TempDir Path folder) throws Exception {
        String source = Files.readString(Path.of("src/main/java/dev/runyard/spec/training/CheckpointSpec.java"));
        String wider = source.replace(
                        "Integer everySeconds) {", "Integer everySeconds,\n@Doc(\"New.\") Integer kept) {")
                .replace("new CheckpointSpec(1, 60)", "new CheckpointSpec(1, 60, 2)")
                .replace("public CheckpointSpec {", "public CheckpointSpec {\nkept = Defaults.or(kept, 2);");
        assertThat(wider.split("kept", -1)).hasSize(4);
        Path file = Files.writeString(folder.resolve("CheckpointSpec.java"), wider);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        assertThat(compiler.run(null, null, null, "-proc:none", "-d", folder.toString(), file.toString()))
                .isZero();
        try (URLClassLoader newer = newer(folder)) {
            for (String text : List.of(LEAST, "{dataset: {id: shapes}, checkpoint: {everySeconds: 5}}")) {
                Object tree = newer.loadClass(Json.class.getName())
                        .getMethod("yaml", String.class)
                        .invoke(null, text);
                Class<?> type = newer.loadClass(SpecDocument.class.getName());
                Object document = Stream.of(type.getMethods())
                        .filter(m -> m.getName().equals("submitted"))
                        .findFirst()
                        .orElseThrow()
                        .invoke(null, tree);
                assertThat(type.getMethod("text").invoke(document))
                        .isEqualTo(submitted(text).text());
                assertThat(type.getMethod("hash").invoke(document))
                        .isEqualTo(submitted(text).hash());
                assertThat(type.getMethod("spec").invoke(document).toString()).contains("kept=2");
            }
        }
    }

    private static URLClassLoader newer(Path folder) throws MalformedURLException {
        List<URL> path = new ArrayList<>(List.of(folder.toUri().toURL()));
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            path.add(Path.of(entry).toUri().toURL());
        }
        return new URLClassLoader(path.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
    }

    @Test
    void aChangedDefaultIsANewVersionAndLeavesOldDocumentsAsTheyWere() {
        SpecVersions newer = new SpecVersions(List.of(old -> old.has("batchSize") ? old : old.put("batchSize", 128)));
        ObjectNode old = Json.yaml(LEAST);
        assertThat(newer.today(old)).isEqualTo(Json.yaml("{dataset: {id: shapes}, batchSize: 128}"));
        assertThat(newer.today(Json.yaml("{dataset: {id: shapes}, batchSize: 64}"))
                        .path("batchSize")
                        .intValue())
                .isEqualTo(64);
        assertThat(old).as("the document itself").isEqualTo(Json.yaml(LEAST));

        ObjectNode fresh = newer.pinned(Json.yaml(LEAST));
        assertThat(fresh).isEqualTo(Json.yaml("{dataset: {id: shapes}, specVersion: 2}"));
        assertThat(newer.today(fresh)).as("takes the new default").isEqualTo(Json.yaml(LEAST));
        assertThat(newer.pinned(Json.yaml("{dataset: {id: shapes}, specVersion: 1}")))
                .isEqualTo(old);
    }

    @ParameterizedTest
    @CsvSource({"2, UNKNOWN_VERSION", "0, OUT_OF_RANGE", "-1, OUT_OF_RANGE", "1.0, WRONG_TYPE", "one, WRONG_TYPE"})
    void aVersionThatIsNoneIsRefused(String version, String code) {
        InvalidSpec e = catchThrowableOfType(
                InvalidSpec.class, () -> submitted("{specVersion: " + version + ", dataset: {id: shapes}}"));
        assertThat(e.code()).isEqualTo(code);
        assertThat(e.field()).isEqualTo("specVersion");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "method: {head: direct, librarySize: 256} | method.librarySize",
                "method: {head: direct, mixing: sigmoid} | method.mixing",
                "schedule: {per: step, warmupSteps: 10, warmupEpochs: 5} | schedule.warmupEpochs",
                "augment: flip-crop, method: {kind: linear, solver: lbfgs} | augment",
                "optimizer: {learningRate: 1}, method: {kind: linear, solver: lbfgs} | optimizer",
                "schedule: {epochs: 3}, method: {kind: linear, solver: lbfgs} | schedule",
                "schedule: {epochs: 3}, classifier: {kind: text}, method: {kind: zero-shot} | schedule",
                "augment: pgn, classifier: {kind: text}, method: {kind: zero-shot} | augment",
                "task: pretrain, pretrain: {}, method: {prompts: 4} | method",
                "task: pretrain, pretrain: {}, backbone: {normalisation: clip} | backbone",
                "task: pretrain, pretrain: {objective: dino}, augment: pgn | augment",
            })
    void whatHasNoEffectIsRefusedWhenItIsSubmittedAndReadWhenItIsStored(String fields, String field) {
        ObjectNode tree = Json.yaml("{dataset: {id: shapes}, " + fields + "}");
        if (tree.has("method") && !tree.path("method").has("kind")) {
            ((ObjectNode) tree.get("method")).put("kind", "pgn");
        }
        InvalidSpec e = catchThrowableOfType(InvalidSpec.class, () -> SpecDocument.submitted(tree));
        assertThat(e).as(fields).isNotNull();
        assertThat(e.code()).isEqualTo("NOT_APPLICABLE");
        assertThat(e.field()).isEqualTo(field);
        assertThat(e.remedy()).isEqualTo("remove it");
        assertThat(SpecDocument.stored(tree.toString()).spec()).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "augment: none, method: {kind: linear, solver: lbfgs}",
                "augment: flip-crop, method: {kind: linear}",
                "schedule: {per: step, warmupEpochs: 5}",
                "schedule: {per: step, warmupSteps: 5}",
                "method: {kind: pgn, head: library, librarySize: 8, mixing: sigmoid}",
                "task: pretrain, pretrain: {}, augment: pgn, optimizer: {learningRate: 1}, backbone: {}",
            })
    void whatActsIsTaken(String fields) {
        assertThat(submitted("{dataset: {id: shapes}, " + fields + "}").hash()).hasSize(64);
    }

    @Test
    void aPresetStandsWhereTheDocumentSaysNothing() {
        RunSpec released = submitted("{preset: as-released, dataset: {id: dtd, root: /d}, schedule: {epochs: 700}}")
                .spec();
        assertThat(released.mark()).contains("selects on test, as released");
        String stops = ", validateOn: test, training: {earlyStopping: {}}}";
        assertThat(submitted("{dataset: {id: shapes}" + stops).spec().mark()).contains("selects on test");
        assertThat(submitted("{dataset: {id: shapes}, validateOn: test}").spec().mark())
                .contains("validates on test");
        assertThat(released.select()).isEqualTo(Select.BEST_VAL_LOSS);
        assertThat(released.dataset().fit()).isEqualTo(DatasetSpec.Fit.TRAIN_AND_VAL);
        assertThat(released.backbone().normalisation()).isEqualTo(BackboneSpec.Normalisation.CLIP);
        assertThat(released.schedule()).isEqualTo(new ScheduleSpec(700, 50, 0.01));
        SpecDocument paper = submitted("{preset: paper, dataset: {id: clevr_count, root: /d, fit: train},"
                + " optimizer: {kind: adamw}, schedule: {epochs: 20}, batchSize: 64}");
        assertThat(paper.spec().mark()).isEmpty();
        assertThat(paper.spec().dataset().fit()).isEqualTo(DatasetSpec.Fit.TRAIN);
        assertThat(paper.spec().augment()).isEqualTo(Augment.CLEVR);
        assertThat(paper.spec().optimizer().momentum()).isNull();
        assertThat(paper.spec().schedule()).isEqualTo(new ScheduleSpec(20, 2, 0.0));
        assertThat(paper.spec().batchSize()).isEqualTo(64);
        assertThat(paper.document().has("augment"))
                .as("the document stays as written")
                .isFalse();
        assertThat(submitted("{preset: paper, dataset: {id: shapes}}")
                        .spec()
                        .dataset()
                        .fit())
                .isEqualTo(DatasetSpec.Fit.TRAIN);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{preset: papper, dataset: {id: shapes}} | preset",
                "{select: best, dataset: {id: shapes}} | select",
                "{select: best-val-loss, dataset: {id: dtd, root: /d, fit: train+val}} | select",
                "{select: best-val-loss, dataset: {id: shapes}, method: {kind: linear, solver: lbfgs}} | select",
                "{validateOn: test, task: pretrain, pretrain: {}, dataset: {id: shapes}} | validateOn",
                "{dataset: {id: shapes, fit: train+val}} | dataset.fit",
            })
    void aProtocolThatCannotBeFollowedIsRefused(String yaml, String field) {
        InvalidSpec refusal = catchThrowableOfType(InvalidSpec.class, () -> submitted(yaml));
        assertThat(refusal.field()).isEqualTo(field);
    }
}
