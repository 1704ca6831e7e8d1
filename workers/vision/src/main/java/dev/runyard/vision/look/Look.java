package dev.runyard.vision.look;

import dev.runyard.spec.dataset.DatasetPart;
import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.metric.MetricPoint;
import dev.runyard.spec.report.ArtifactKind;
import dev.runyard.spec.report.Order;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.FailureReason;
import dev.runyard.spec.run.LookSpec;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.spec.run.SpecDocument;
import dev.runyard.vision.analyse.Analyse;
import dev.runyard.vision.analyse.AnalyseRequest;
import dev.runyard.vision.analyse.AnalysisReport;
import dev.runyard.vision.analyse.Nmi;
import dev.runyard.vision.backbone.PositionPolicy;
import dev.runyard.vision.data.Dataset;
import dev.runyard.vision.data.Datasets;
import dev.runyard.vision.evaluate.Evaluation;
import dev.runyard.vision.evaluate.Further;
import dev.runyard.vision.evaluate.JudgedSets;
import dev.runyard.vision.invert.InversionReport;
import dev.runyard.vision.invert.Invert;
import dev.runyard.vision.invert.InvertRequest;
import dev.runyard.vision.invert.PixelsAdded;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.place.Places;
import dev.runyard.vision.train.TrainedRun;
import dev.runyard.vision.train.input.TrainingOptions;
import dev.runyard.vision.train.report.TrainingFailure;
import dev.runyard.vision.train.report.TrainingListener;
import dev.runyard.vision.train.score.Robustness;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One task on a finished run, whose weights lie in {@value #INPUT} of the task's folder. It is short beside a training: told to stop, it
 * begins anew the next time. Numbers are metrics of the task, files its artifacts.
 */
public final class Look {
    /** Folder with the files of the run that is looked at. */
    public static final String INPUT = "input";

    private static final int ALL = Integer.MAX_VALUE;
    private static final int SHOWN = 6;
    private static final int MAPPED = 2_000;
    private static final int ANALYSED = 10_000;
    private static final int STARTS = 10;
    private static final double PERPLEXITY = 30;

    /** Steps of what tells how far it is as a share. */
    private static final int SHARES = 1_000;

    private final RunSpec spec;
    private final Path dir;
    private final TrainingOptions options;
    private final TrainingListener listener;

    private Order ordered = Order.CONTINUE;

    /**
     * @param document of task evaluate, analyse or invert
     * @throws Places.Absent when this machine has not what it names
     */
    public Look(SpecDocument document, Path dir, TrainingOptions options, TrainingListener listener) {
        this.spec = options.places().here(document).spec();
        this.dir = dir;
        this.options = options;
        this.listener = listener;
    }

    /** Ends what cannot be asked to stop in another way. */
    private static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /**
     * Looks, until the end or until the listener orders otherwise. Uses the calling thread.
     *
     * @return finished, or given back
     * @throws TrainingFailure when it cannot be done
     */
    public Outcome run() {
        try {
            Torch.use(options.device());
            Torch.enter();
            Torch.threads(options.threads());
            Path weights = dir.resolve(INPUT).resolve(TrainedRun.FILE);
            if (!Files.exists(weights)) {
                throw new TrainingFailure(
                        FailureReason.WEIGHTS,
                        "of: run " + spec.of() + " left no " + TrainedRun.FILE + "; name one that trained to its end");
            }
            listener.resumed(0);
            long step =
                    switch (spec.task()) {
                        case EVALUATE -> evaluate(weights);
                        case ANALYSE -> analyse(weights);
                        case INVERT -> invert(weights);
                        case TRAIN, PRETRAIN, COMMAND ->
                            throw new IllegalArgumentException(spec.task() + " looks at no run");
                    };
            return ordered == Order.CONTINUE ? new Outcome.Finished(step) : back();
        } catch (Stopped e) {
            return back();
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            throw TrainingFailure.of(e, spec.batchSize());
        } finally {
            Torch.giveBack();
        }
    }

    private Outcome back() {
        return new Outcome.GivenBack(
                0,
                switch (ordered) {
                    case CONTINUE, PAUSE -> Outcome.Cause.PAUSE;
                    case CANCEL -> Outcome.Cause.CANCEL;
                    case STALE -> Outcome.Cause.STALE;
                });
    }

    private boolean goesOn(long done, long of) {
        listener.progress(done, Math.max(1, of), 0, 1);
        ordered = listener.order();
        return ordered == Order.CONTINUE;
    }

    private void opens(String what, long done, long of) {
        listener.preparing(what, done, of);
        ordered = listener.order();
        if (ordered != Order.CONTINUE) {
            throw new Stopped();
        }
    }

    private void share(double done) {
        if (!goesOn(Math.round(done * SHARES), SHARES)) {
            throw new Stopped();
        }
    }

    private long evaluate(Path weights) throws IOException {
        List<Further> others = new ArrayList<>();
        Path out = Files.createDirectories(dir.resolve("evaluation"));
        try (TrainedRun run = TrainedRun.open(weights, options.places())) {
            run.backbone().assumption().ifPresent(listener::log);
            for (DatasetPart part : parts()) {
                Dataset other = Datasets.openForEvaluation(
                        part.spec(DatasetSpec.BadImage.FAIL), options.dataCache(), 0, this::opens);
                others.add(Further.of(part, run.seen(other)));
                other.notes().forEach(note -> listener.log(other.id() + ": " + note));
            }
            Dataset own = run.ownData(options.dataCache());
            try (JudgedSets kept = new JudgedSets(out, run.classNames(), run.specHash(), own, others)) {
                List<Evaluation> table =
                        run.evaluate(own, others, this::goesOn, kept::add).orElse(List.of());
                if (table.isEmpty()) {
                    return 0;
                }
                long images = table.stream().mapToLong(Evaluation::images).sum();
                listener.judged(images);
                for (JudgedSets.Written written : kept.finish()) {
                    listener.artifact(ArtifactKind.PREDICTIONS, written.name(), written.file());
                }
                told(table, out, images);
                return images;
            }
        } finally {
            for (Further other : others) {
                other.data().close();
            }
        }
    }

    /** The run's own test was measured when it trained; a second value of it would count it twice. */
    private void told(List<Evaluation> table, Path out, long step) throws IOException {
        StringBuilder csv = new StringBuilder("data set,images,left out,classes,top-1,top-5,masked top-1,drop\n");
        for (Evaluation e : table) {
            csv.append(e.id()).append(',').append(e.images()).append(',').append(e.leftOut());
            csv.append(',').append(e.classes());
            cell(csv, e.all().top1Percent());
            cell(csv, e.all().top5Percent());
            cell(csv, e.masked().top1Percent());
            cell(csv, e == table.get(0) ? OptionalDouble.empty() : e.drop());
            csv.append('\n');
            if (e.leftOut() > 0) {
                listener.log(e.id() + ": " + e.leftOut() + " images of classes without an output are left out ("
                        + String.join(", ", e.missing()) + ")");
            }
        }
        Path file = out.resolve("evaluation.csv");
        Files.writeString(file, csv);
        listener.artifact(ArtifactKind.TABLE, "evaluation.csv", file);
        points(Robustness.metrics(table), step);
    }

    private static void cell(StringBuilder csv, OptionalDouble value) {
        csv.append(',');
        value.ifPresent(csv::append);
    }

    private void points(Map<String, Double> metrics, long step) {
        long now = System.currentTimeMillis() * 1_000;
        if (!metrics.isEmpty()) {
            listener.points(metrics.entrySet().stream()
                    .map(e -> new MetricPoint(e.getKey(), step, 1.0, e.getValue(), now))
                    .toList());
        }
    }

    private long analyse(Path weights) throws IOException {
        LookSpec look = spec.look();
        Path out = dir.resolve("analysis");
        AnalysisReport report = new Analyse(
                        new AnalyseRequest(
                                weights,
                                sets(),
                                null,
                                out,
                                kinds(look),
                                look == null || look.images() == null ? ANALYSED : look.images(),
                                0,
                                STARTS,
                                Nmi.Mean.ARITHMETIC,
                                PERPLEXITY,
                                MAPPED,
                                null,
                                SHOWN),
                        options.dataCache(),
                        options.places())
                .run((done, doing) -> share(done));
        report.skipped().forEach(skipped -> listener.log("skipped " + skipped.kind() + ": " + skipped.reason()));
        Map<String, Double> metrics = new LinkedHashMap<>();
        for (AnalysisReport.Finding finding : report.analyses()) {
            finding.numbers().forEach((name, value) -> {
                if (value instanceof Number number) {
                    metrics.put("analysis/" + finding.kind() + "/" + word(name), number.doubleValue());
                }
            });
        }
        offer(out, "");
        points(metrics, SHARES);
        return SHARES;
    }

    private static String word(String name) {
        return name.replaceAll("[^A-Za-z0-9._-]+", "-");
    }

    private static Set<AnalyseRequest.Kind> kinds(@Nullable LookSpec look) {
        Set<AnalyseRequest.Kind> out = EnumSet.noneOf(AnalyseRequest.Kind.class);
        if (look != null && look.only() != null) {
            look.only().forEach(one -> out.add(AnalyseRequest.Kind.valueOf(one.name())));
        }
        return out;
    }

    private long invert(Path weights) throws IOException {
        LookSpec look = spec.look();
        Path bundle = dir.resolve("bundle");
        Path out = Files.createDirectories(dir.resolve("inversion"));
        PositionPolicy policy = look == null || look.policy() == null
                ? PositionPolicy.APPEND
                : PositionPolicy.valueOf(look.policy().name());
        InvertRequest request = new InvertRequest(
                weights,
                bundle,
                policy,
                look == null || look.images() == null ? ALL : look.images(),
                options.dataCache().resolveSibling("inverses"),
                options.dataCache());
        Invert invert = new Invert(request, options.places());
        InversionReport made = invert.run(this::share);
        Files.writeString(
                out.resolve("inversion.json"),
                Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(made) + "\n");
        Files.writeString(out.resolve("inversion.txt"), String.join("\n", made.lines()) + "\n");
        invert.picture(out.resolve("patches.png"));
        PixelsAdded.of(made).write(out);
        offer(out, "");
        offer(bundle, "bundle-");
        return SHARES;
    }

    private List<DatasetPart> parts() {
        return spec.evaluations() == null ? List.of() : spec.evaluations();
    }

    private List<DatasetSpec> sets() {
        return parts().stream()
                .map(part -> part.spec(DatasetSpec.BadImage.FAIL))
                .toList();
    }

    /** Every file of a folder as an artifact. */
    private void offer(Path folder, String prefix) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                String name = prefix + folder.relativize(file).toString().replace('\\', '/');
                listener.artifact(prefix.isEmpty() ? kind(name) : ArtifactKind.BUNDLE, name, file);
            }
        }
    }

    private static ArtifactKind kind(String name) {
        boolean images = name.endsWith(".png") && (name.startsWith("tokens") || name.startsWith("attention"));
        return images ? ArtifactKind.GALLERY : ArtifactKind.of(name);
    }
}
