package dev.runyard.vision.paper;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.spec.run.SpecDocument;
import dev.runyard.spec.sweep.Points;
import dev.runyard.spec.sweep.SpecFile;
import dev.runyard.spec.table.ReportSpec;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.data.Dataset;
import dev.runyard.vision.data.Watch;
import dev.runyard.vision.method.Model;
import dev.runyard.vision.method.Models;
import dev.runyard.vision.train.input.OpenDatasets;
import dev.runyard.vision.train.score.Robustness;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * The ready specs of the paper's experiments can be queued as they are, and those with the published settings build their models and open
 * their data sets: small fakes of them stand in for what is not at hand, so that a spec cannot rot unseen.
 */
class PaperSpecsTest {
    private static final Path FOLDER = Path.of("paper");

    @TempDir
    static Path dir;

    @BeforeAll
    static void fakes() throws IOException {
        FakeSets.write(dir);
    }

    private static List<Path> specs(String name) throws IOException {
        try (Stream<Path> files = Files.walk(FOLDER)) {
            return files.filter(f -> f.toString().endsWith(name)
                            && !String.valueOf(f.getFileName()).startsWith("report"))
                    .sorted()
                    .toList();
        }
    }

    private static List<RunSpec> runs(Path file) throws IOException {
        SpecFile spec = SpecFile.read(Files.readString(file));
        if (spec instanceof SpecFile.Sweep sweep) {
            Points.check(sweep.spec());
            List<RunSpec> out = new ArrayList<>();
            for (int i = 0; i < sweep.runs(); i++) {
                out.add(Points.at(sweep.spec(), i).spec());
            }
            return out;
        }
        return List.of(SpecDocument.submitted(Json.yaml(Files.readString(file))).spec());
    }

    @TestFactory
    Stream<DynamicTest> everySpecIsTaken() throws IOException {
        return specs(".yaml").stream()
                .map(file -> DynamicTest.dynamicTest(
                        file.toString(), () -> assertThat(runs(file)).isNotEmpty()));
    }

    @TestFactory
    Stream<DynamicTest> everyPaperSpecBuildsItsModelAndOpensItsData() throws IOException {
        return specs("paper.yaml").stream()
                .map(file -> DynamicTest.dynamicTest(file.toString(), () -> {
                    for (RunSpec run : runs(file)) {
                        build(replaced(run));
                    }
                }));
    }

    /** The same spec with fakes in place of what its paths name. */
    private static RunSpec replaced(RunSpec run) {
        ObjectNode tree = (ObjectNode) Json.mapper().valueToTree(run);
        replace(tree);
        return SpecDocument.read(tree);
    }

    private static void replace(JsonNode node) {
        if (node instanceof ArrayNode array) {
            array.forEach(PaperSpecsTest::replace);
        }
        if (node instanceof ObjectNode object) {
            object.remove(List.of("shots", "shotSeed")); // of a fake's classes there is an image or two
            object.properties().forEach(entry -> {
                String text = entry.getValue().asText("");
                if (text.startsWith("data/") || text.startsWith("weights/")) {
                    Path fake = dir.resolve(text);
                    assertThat(fake).as("a fake of what a spec names").exists();
                    entry.setValue(object.textNode(fake.toString()));
                } else {
                    replace(entry.getValue());
                }
            });
        }
    }

    private static void build(RunSpec run) throws IOException {
        Path cache = dir.resolve("cache");
        Dataset data = OpenDatasets.open(run.dataset(), cache, true);
        assertThat(data.train().size()).isPositive();
        assertThat(data.test().size()).isPositive();
        FrozenBackbone backbone = FrozenBackbone.shared(run.backbone());
        try (Robustness robustness = Robustness.open(run, data, cache, Watch.NONE);
                Model model = Models.ofParts(run, backbone, data.parts())) {
            assertThat(model.parameters()).isNotNull();
            assertThat(robustness).isNotNull();
        }
    }

    /** What the sweeps come to; inversion's figures are no table of runs. */
    @TestFactory
    Stream<DynamicTest> everyTableIsDefined() throws IOException {
        try (Stream<Path> experiments = Files.list(FOLDER)) {
            return experiments
                    .filter(folder -> Files.isDirectory(folder) && !folder.endsWith("inversion"))
                    .sorted()
                    .toList()
                    .stream()
                    .map(folder -> DynamicTest.dynamicTest(folder.toString(), () -> {
                        assertThat(folder.resolve("report.yaml")).exists();
                        try (Stream<Path> files = Files.list(folder)) {
                            for (Path file : files.filter(
                                            f -> String.valueOf(f.getFileName()).startsWith("report"))
                                    .toList()) {
                                assertThat(ReportSpec.read(Files.readString(file))
                                                .runs()
                                                .sweep())
                                        .isEqualTo("this");
                            }
                        }
                    }));
        }
    }

    @Test
    void everyExperimentHasBothSizes() throws IOException {
        try (Stream<Path> experiments = Files.list(FOLDER)) {
            assertThat(experiments.filter(Files::isDirectory))
                    .hasSizeGreaterThanOrEqualTo(12)
                    .allSatisfy(folder -> {
                        assertThat(folder.resolve("paper.yaml")).exists();
                        assertThat(folder.resolve("small.yaml")).exists();
                    });
        }
    }
}
