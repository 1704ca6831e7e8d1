package dev.runyard.vision.paper;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.spec.run.RunSpec;
import dev.runyard.spec.sweep.Points;
import dev.runyard.spec.sweep.SpecFile;
import dev.runyard.spec.table.ReportSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The ready specs of the paper's experiments are whole and can be queued as they are. */
class PaperSpecsTest {
    private static final Path FOLDER = Path.of("paper");

    @TestFactory
    Stream<DynamicTest> everySpecIsTaken() throws IOException {
        try (Stream<Path> files = Files.walk(FOLDER)) {
            List<Path> specs = files.filter(f -> f.toString().endsWith(".yaml") && !f.endsWith("report.yaml"))
                    .sorted()
                    .toList();
            return specs.stream()
                    .map(file -> DynamicTest.dynamicTest(file.toString(), () -> {
                        SpecFile spec = SpecFile.read(Files.readString(file));
                        if (spec instanceof SpecFile.Sweep sweep) {
                            for (int i = 0; i < sweep.runs(); i++) {
                                RunSpec run = Points.at(sweep.spec(), i).spec();
                                assertThat(run.dataset()).isNotNull();
                            }
                            assertThat(sweep.runs()).isGreaterThan(1);
                        }
                    }));
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
                    .map(folder -> DynamicTest.dynamicTest(folder.toString(), () -> assertThat(
                                    ReportSpec.read(Files.readString(folder.resolve("report.yaml")))
                                            .runs()
                                            .sweep())
                            .isEqualTo("this")));
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
