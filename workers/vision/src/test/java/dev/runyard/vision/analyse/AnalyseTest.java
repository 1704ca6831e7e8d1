package dev.runyard.vision.analyse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.vision.analyse.AnalyseRequest.Kind;
import dev.runyard.vision.analyse.AnalysisReport.Finding;
import dev.runyard.vision.analyse.AnalysisReport.Skipped;
import dev.runyard.vision.place.Places;
import dev.runyard.vision.tensor.Safetensors;
import dev.runyard.vision.train.Training;
import dev.runyard.vision.train.input.TrainingOptions;
import dev.runyard.vision.train.report.TrainingListener;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole analyses of runs trained for a moment on rendered images. */
class AnalyseTest {
    private static final int K = 3;
    private static final int N = 8;

    @TempDir
    static Path shared;

    @TempDir
    Path dir;

    @BeforeAll
    static void train() {
        train("pgn", "{kind: pgn, prompts: " + K + ", librarySize: " + N + ", resolution: 64}");
        train("iip", "{kind: iip, prompts: 2}");
        train("linear", "{kind: linear}");
    }

    private static void train(String name, String method) {
        RunSpec spec = Json.read(
                Json.yaml("dataset: {id: shapes, train: 20, test: 40}\nmethod: " + method
                        + "\nclassifier: {kind: linear}\nbatchSize: 10\nschedule: {epochs: 1, warmupEpochs: 0}"),
                RunSpec.class);
        new Training(spec, shared.resolve(name), TrainingOptions.cpu(shared.resolve("cache")))
                .run(new TrainingListener() {});
    }

    private AnalyseRequest request(
            String run, List<DatasetSpec> datasets, @Nullable Path images, Set<Kind> only, @Nullable Integer slot) {
        Path out = dir.resolve("out-" + run);
        return new AnalyseRequest(
                shared.resolve(run), datasets, images, out, only, 30, 1, 2, Nmi.Mean.ARITHMETIC, 5, 25, slot, 3);
    }

    private AnalysisReport run(AnalyseRequest request) throws IOException {
        return new Analyse(request, shared.resolve("cache"), Places.none()).run((fraction, doing) -> {});
    }

    @Test
    void everyAnalysisOfAPgnLeavesNumbersPicturesAndData() throws IOException {
        AnalyseRequest request = request("pgn", List.of(), null, Set.of(), null);
        List<Double> heard = new ArrayList<>();
        AnalysisReport report = new Analyse(request, shared.resolve("cache"), Places.none())
                .run((fraction, doing) -> heard.add(fraction));

        assertThat(heard).isSorted().endsWith(1.0);
        assertThat(report.analyses().stream().map(Finding::kind))
                .containsExactly("nmi", "tsne", "tokens", "library", "attention");
        assertThat(report.skipped()).isEmpty();
        assertThat(report.images()).isEqualTo(30);
        Path out = request.out();
        assertThat(Json.tree(Files.readString(out.resolve(AnalysisReport.FILE))))
                .isEqualTo(Json.tree(Json.mapper().writeValueAsString(report)));
        for (Finding finding : report.analyses()) {
            assertThat(finding.files().stream().map(f -> f.replaceAll(".*\\.", "")))
                    .contains("png", "svg")
                    .containsAnyOf("csv", "safetensors");
            for (String file : finding.files()) {
                assertThat(out.resolve(file)).isNotEmptyFile();
            }
        }
        try (Stream<Path> files = Files.list(out)) {
            long listed =
                    report.analyses().stream().mapToLong(f -> f.files().size()).sum();
            assertThat(files.count()).isEqualTo(listed + 1);
        }
        assertThat(Files.readAllLines(out.resolve("tsne.csv"))).hasSize(1 + 25);
        assertThat(Files.readAllLines(out.resolve("tokens.csv"))).hasSize(1 + 4 * N);
        assertThat(Files.readAllLines(out.resolve("nmi-clusters.csv"))).hasSize(1 + 30);
        attentionIsWhatTheBackboneSays(out);
    }

    private static void attentionIsWhatTheBackboneSays(Path out) throws IOException {
        try (Safetensors in = Safetensors.open(out.resolve("attention.safetensors"))) {
            int tokens = in.info("without_prompts").axis(1);
            assertThat(in.info("with_prompts").shape()).containsExactly(30L, (long) tokens + K);
            float[] with = in.floats("with_prompts");
            for (int i = 0; i < 30; i++) {
                double sum = 0;
                for (int t = 0; t < tokens + K; t++) {
                    sum += with[i * (tokens + K) + t];
                }
                assertThat(sum).isCloseTo(1, within(1e-5));
            }
        }
    }

    @Test
    void theSameSeedFindsTheSame() throws IOException {
        AnalyseRequest request = request("pgn", List.of(), null, Set.of(Kind.NMI, Kind.TSNE), null);
        AnalysisReport first = run(request);
        byte[] map = Files.readAllBytes(request.out().resolve("tsne.png"));
        assertThat(run(request)).isEqualTo(first);
        assertThat(Files.readAllBytes(request.out().resolve("tsne.png"))).isEqualTo(map);
    }

    @Test
    void severalDataSetsAreToldApart() throws IOException {
        List<DatasetSpec> two = List.of(
                new DatasetSpec("shapes", null, null, 20, 20),
                new DatasetSpec("folder", folder(dir.resolve("noise")).toString(), null, null, null));
        AnalyseRequest request = request("pgn", two, null, Set.of(Kind.NMI, Kind.TSNE), null);
        AnalysisReport report = run(request);
        assertThat(report.datasets().stream().map(AnalysisReport.Source::name)).containsExactly("shapes", "folder");
        assertThat(report.analyses().get(0).numbers()).containsKey("nmi(data sets, PGN)");
        assertThat(Files.readString(request.out().resolve("tsne.csv"))).contains(",folder,folder: b,");
    }

    /** A data set of two classes in own layout, 20 images in all. */
    private static Path folder(Path root) throws IOException {
        for (int i = 0; i < 20; i++) {
            Path at = Files.createDirectories(root.resolve(i % 2 == 0 ? "a" : "b"))
                    .resolve(i + ".png");
            BufferedImage image = new BufferedImage(20, 20, BufferedImage.TYPE_INT_RGB);
            for (int p = 0; p < 400; p++) {
                image.setRGB(p % 20, p / 20, 0x010203 * (i * 7 + p % 13));
            }
            ImageIO.write(image, "png", at.toFile());
        }
        return root;
    }

    @Test
    void imagesWithoutLabelsGetTheirClasses() throws IOException {
        AnalyseRequest request =
                request("linear", List.of(), folder(dir.resolve("mixed")), Set.of(Kind.PREDICTIONS), null);
        AnalysisReport report = run(request);
        assertThat(report.datasets()).isEmpty();
        List<String> rows = Files.readAllLines(request.out().resolve("predictions.csv"));
        assertThat(rows).hasSize(21);
        assertThat(rows.get(1)).startsWith("a/0.png,");
        double first = Double.parseDouble(rows.get(1).split(",")[2]);
        double second = Double.parseDouble(rows.get(1).split(",")[4]);
        assertThat(first).isBetween(second, 1.0);
        assertThat(request.out().resolve("predictions.svg")).isNotEmptyFile();
    }

    @Test
    void whatARunDoesNotAllowIsSkippedOrRefusedByName() throws IOException {
        AnalysisReport iip = run(request("iip", List.of(), null, Set.of(), null));
        assertThat(iip.analyses().stream().map(Finding::kind)).containsExactly("attention");
        assertThat(iip.skipped())
                .contains(new Skipped("nmi", "method iip gives every image the same prompts; use a run of method pgn"));
        AnalysisReport linear = run(request("linear", List.of(), null, Set.of(), null));
        assertThat(linear.analyses().stream().map(Finding::kind)).containsExactly("attention");
        assertThat(linear.analyses().get(0).files()).doesNotContain("attention-prompts.csv");

        assertThatThrownBy(() -> run(request("linear", List.of(), null, Set.of(Kind.TOKENS), null)))
                .isInstanceOf(InvalidSpec.class)
                .hasMessageContaining("only: \"tokens\" is not possible: method linear has no token library");
        assertThatThrownBy(() -> run(request("pgn", List.of(), null, Set.of(Kind.TOKENS), K + 1)))
                .hasMessageContaining("slot 4 is beyond the 3 prompts");
        assertThatThrownBy(() -> request("pgn", List.of(), null, Set.of(Kind.PREDICTIONS), null))
                .hasMessageContaining("images: null is required for predictions");
        assertThatThrownBy(() -> request("pgn", List.of(), null, Set.of(), 0))
                .hasMessageContaining("slot: 0 must be 1");
    }
}
