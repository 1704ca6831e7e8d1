package dev.runyard.cli.science;

import dev.runyard.cli.lab.LabHome;
import dev.runyard.cli.remote.FinishedRun;
import dev.runyard.cli.terminal.Failure;
import dev.runyard.cli.terminal.GivenPath;
import dev.runyard.cli.terminal.Progress;
import dev.runyard.cli.terminal.Table;
import dev.runyard.spec.dataset.DatasetPart;
import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.vision.data.Dataset;
import dev.runyard.vision.data.Datasets;
import dev.runyard.vision.evaluate.Answers;
import dev.runyard.vision.evaluate.Evaluation;
import dev.runyard.vision.evaluate.Evaluator;
import dev.runyard.vision.evaluate.Further;
import dev.runyard.vision.evaluate.JudgedSets;
import dev.runyard.vision.train.TrainedRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code runyard evaluate}: how a finished run does on other images, with and without a mask of their classes. */
@Command(
        name = "evaluate",
        description = "Judge a finished run on its own test images and on other data sets; classes are bound by name.")
public final class EvaluateCommand implements Callable<Integer> {
    @Option(
            names = "--run",
            required = true,
            paramLabel = "DIR_OR_ID",
            description =
                    "The --out folder of a finished training, or the id of a finished run of the lab; a beginning that is"
                            + " unique is enough.")
    String run;

    @Option(
            names = "--dataset",
            required = true,
            arity = "1",
            paramLabel = "ID=PATH",
            description =
                    "A data set to judge on, for example imagenet-a=data/imagenet-a; a path alone is a folder in any"
                            + " layout; may be given several times.")
    List<String> datasets;

    @Option(
            names = "--allow-missing",
            description = "Leave out images of classes that the run has no output for; else they are an error.")
    boolean allowMissing;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description =
                    "Also the answers to each image, a predictions file for each data set, as a training leaves them.")
    @Nullable
    Path out;

    @Option(names = "--json", description = "Print JSON.")
    boolean json;

    @Mixin
    DeviceOption device;

    @Override
    public Integer call() throws IOException {
        List<DatasetSpec> specs = new ArrayList<>();
        for (String dataset : datasets) {
            specs.add(part(dataset).spec(DatasetSpec.BadImage.FAIL));
        }
        Path weights = FinishedRun.weights(run);
        LabHome home = LabHome.ofEnvironment();
        device.open(home);
        List<Dataset> others = new ArrayList<>();
        try (TrainedRun trained = TrainedRun.open(weights);
                Progress progress = new Progress(System.err)) {
            Path cache = LocalEngine.dataCache(home);
            for (DatasetSpec spec : specs) {
                Dataset other = trained.seen(Datasets.openForEvaluation(spec, cache, 0));
                others.add(other);
                refuseMissing(trained, other);
            }
            Dataset own = trained.ownData(cache);
            Evaluator.Pace pace = (done, of) -> {
                progress.show(of == 0 ? 1 : (double) done / of, done + " of " + of + " images");
                return true;
            };
            List<Evaluation> table = table(trained, own, others, pace);
            progress.close();
            LocalEngine.tell(trained.backbone().assumption().orElse(null));
            others.forEach(other -> other.notes().forEach(note -> System.err.println(other.id() + ": " + note)));
            print(table);
            trained.spec().mark().ifPresent(mark -> System.err.println("note: the run " + mark));
        } finally {
            for (Dataset other : others) {
                other.close();
            }
        }
        return 0;
    }

    private List<Evaluation> table(TrainedRun trained, Dataset own, List<Dataset> others, Evaluator.Pace pace)
            throws IOException {
        if (out == null) {
            return trained.evaluate(own, Further.of(others), pace, (set, from, scores, outputs) -> {})
                    .orElseThrow();
        }
        Files.createDirectories(out);
        try (JudgedSets kept = new JudgedSets(out, trained.classNames(), trained.specHash(), own, Further.of(others))) {
            List<Evaluation> table =
                    trained.evaluate(own, Further.of(others), pace, kept::add).orElseThrow();
            kept.finish();
            return table;
        }
    }

    static DatasetPart part(String given) {
        int at = given.indexOf('=');
        String id = at < 0 ? "folder" : given.substring(0, at);
        String root = given.substring(at + 1);
        if (!root.isEmpty()) {
            root = absolute(root);
        }
        return Json.read(Json.mapper().createObjectNode().put("id", id).put("root", root), DatasetPart.class);
    }

    private static String absolute(String root) {
        try {
            return GivenPath.absolute(root).toString();
        } catch (IllegalArgumentException e) {
            throw Failure.badInput("--dataset names \"" + root + "\", which " + e.getMessage(), null);
        }
    }

    /** Before anything is computed. */
    private void refuseMissing(TrainedRun trained, Dataset other) {
        List<String> missing = Answers.of(trained.classNames(), other).missing();
        if (!missing.isEmpty() && !allowMissing) {
            throw Failure.badInput(
                    other.id() + ": " + missing.size() + " classes have no output in the run ("
                            + String.join(", ", missing.stream().limit(5).toList()) + (missing.size() > 5 ? ", …" : "")
                            + ")",
                    "give a data set with the run's classes, or --allow-missing to leave their images out");
        }
    }

    private void print(List<Evaluation> table) throws IOException {
        if (json) {
            System.out.println(Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(table));
            return;
        }
        Table out = new Table("DATA SET", "IMAGES", "LEFT OUT", "CLASSES", "TOP-1", "TOP-5", "MASKED TOP-1", "DROP");
        for (Evaluation e : table) {
            out.row(
                    e.id(),
                    e.images(),
                    e.leftOut(),
                    e.classes() + " of " + e.outputs(),
                    percent(e.all().top1Percent()),
                    percent(e.all().top5Percent()),
                    percent(e.masked().top1Percent()),
                    e == table.get(0) ? "" : percent(e.drop()));
        }
        out.lines().forEach(System.out::println);
        System.out.println(
                "Percent of the images. Masked: only the set's own classes may be answered. Drop: points of top-1 lost"
                        + " against the run's own test images of the same classes.");
    }

    private static String percent(OptionalDouble value) {
        return value.isPresent() ? String.format(Locale.ROOT, "%.1f", value.getAsDouble()) : "–";
    }
}
