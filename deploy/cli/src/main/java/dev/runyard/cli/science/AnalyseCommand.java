package dev.runyard.cli.science;

import dev.runyard.cli.lab.LabHome;
import dev.runyard.cli.remote.FinishedRun;
import dev.runyard.cli.terminal.Failure;
import dev.runyard.cli.terminal.GivenPath;
import dev.runyard.cli.terminal.Progress;
import dev.runyard.cli.terminal.Table;
import dev.runyard.spec.Nearest;
import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.vision.analyse.Analyse;
import dev.runyard.vision.analyse.AnalyseRequest;
import dev.runyard.vision.analyse.AnalyseRequest.Kind;
import dev.runyard.vision.analyse.AnalysisReport;
import dev.runyard.vision.analyse.Nmi;
import dev.runyard.vision.place.Places;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code runyard analyse}. */
@Command(name = "analyse", description = "What a trained run has learned, as numbers and pictures.")
public final class AnalyseCommand implements Callable<Integer> {
    @Option(
            names = "--run",
            required = true,
            paramLabel = "DIR_OR_ID",
            description =
                    "A finished run's folder or its weights.safetensors, or its id in the lab (a unique beginning is"
                            + " enough).")
    String run;

    @Option(
            names = "--dataset",
            paramLabel = "ID",
            description = "Data set whose test images are looked at; several may be named, each with its --root;"
                    + " default: the run's own.")
    List<String> datasets = new ArrayList<>();

    @Option(
            names = "--root",
            paramLabel = "PATH",
            description = "Folder or zip of the data set named at the same place; shapes has none.")
    List<Path> roots = new ArrayList<>();

    @Option(
            names = "--images",
            paramLabel = "DIR",
            description = "Images without labels, in any folders: their predicted classes.")
    @Nullable
    Path images;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Gets pictures, data and index.json.")
    Path out;

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "KIND",
            description = "Of nmi, tsne, tokens, library, attention, predictions; default all that the run allows.")
    List<String> only = new ArrayList<>();

    @Option(
            names = "--limit",
            defaultValue = "10000",
            paramLabel = "N",
            description = "Images at most, drawn by the seed; default ${DEFAULT-VALUE}.")
    int limit;

    @Option(names = "--seed", defaultValue = "0", description = "Of every draw; default ${DEFAULT-VALUE}.")
    long seed;

    @Option(names = "--starts", defaultValue = "10", description = "Of k-means; default ${DEFAULT-VALUE}.")
    int starts;

    @Option(
            names = "--nmi-mean",
            defaultValue = "arithmetic",
            description = "arithmetic, geometric, min or max; default ${DEFAULT-VALUE}.")
    Nmi.Mean mean;

    @Option(names = "--perplexity", defaultValue = "30", description = "Of t-SNE; default ${DEFAULT-VALUE}.")
    double perplexity;

    @Option(
            names = "--mapped",
            defaultValue = "2000",
            description = "Images on the t-SNE map; default ${DEFAULT-VALUE}.")
    int mapped;

    @Option(
            names = "--slot",
            paramLabel = "K",
            description = "Rank a token's images by this prompt, from 1; default: the largest of all prompts.")
    @Nullable
    Integer slot;

    @Option(
            names = "--shown",
            defaultValue = "6",
            description = "Images of the attention gallery; default ${DEFAULT-VALUE}.")
    int shown;

    @Option(names = "--json", description = "Print the index as JSON.")
    boolean json;

    @Mixin
    DeviceOption device;

    @Override
    public Integer call() throws IOException {
        request(Path.of("")); // what else was typed is checked before anything is fetched
        AnalyseRequest request = request(FinishedRun.weights(run));
        LabHome home = LabHome.ofEnvironment();
        device.open(home);
        AnalysisReport report;
        try (Progress progress = new Progress(System.err)) {
            report = new Analyse(request, LocalEngine.dataCache(home), Places.of(System.getenv())).run(progress::show);
        }
        LocalEngine.tell(report.assumed());
        if (json) {
            System.out.println(Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(report));
        } else {
            print(report);
        }
        return 0;
    }

    private AnalyseRequest request(Path weights) {
        return new AnalyseRequest(
                weights, specs(), images, out, kinds(), limit, seed, starts, mean, perplexity, mapped, slot, shown);
    }

    /** Each data set with the root at its place; {@code shapes}, which has none, takes none. */
    private List<DatasetSpec> specs() {
        List<DatasetSpec> out = new ArrayList<>();
        int next = 0;
        for (String id : datasets) {
            var tree = Json.mapper().createObjectNode().put("id", id);
            if (!id.equals("shapes")) {
                if (next == roots.size()) {
                    throw Failure.badInput(
                            "--dataset " + id + " has no --root",
                            "give each data set its folder or zip, in the same order");
                }
                tree.put(
                        "root", GivenPath.absolute(roots.get(next++).toString()).toString());
            }
            out.add(Json.read(tree, DatasetSpec.class));
        }
        if (next < roots.size()) {
            throw Failure.badInput(
                    "--root " + roots.get(next) + " belongs to no --dataset",
                    "name its data set, for example --dataset folder");
        }
        return out;
    }

    private Set<Kind> kinds() {
        Set<Kind> out = EnumSet.noneOf(Kind.class);
        List<String> words = Arrays.stream(Kind.values()).map(Kind::word).toList();
        for (String word : only) {
            if (!words.contains(word.strip())) {
                throw Nearest.unknown("only", word, words, "UNKNOWN_VALUE");
            }
            out.add(Kind.valueOf(word.strip().toUpperCase(Locale.ROOT)));
        }
        return out;
    }

    private void print(AnalysisReport report) {
        Table table = new Table("ANALYSIS", "NUMBER", "VALUE");
        for (AnalysisReport.Finding finding : report.analyses()) {
            finding.numbers().forEach((name, value) -> table.row(finding.kind(), name, shown(value)));
        }
        table.lines().forEach(System.out::println);
        report.skipped().forEach(s -> System.out.println("skipped " + s.kind() + ": " + Table.printable(s.reason())));
        System.out.println("written: " + out.resolve(AnalysisReport.FILE));
    }

    private static String shown(Object value) {
        return value instanceof Double number ? String.format(Locale.ROOT, "%.4g", number) : String.valueOf(value);
    }
}
