package dev.runyard.vision.analyse;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.dataset.DatasetPart;
import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.vision.analyse.AnalyseRequest.Kind;
import dev.runyard.vision.analyse.AnalysisReport.Finding;
import dev.runyard.vision.analyse.AnalysisReport.Skipped;
import dev.runyard.vision.analyse.AnalysisReport.Source;
import dev.runyard.vision.data.Dataset;
import dev.runyard.vision.data.Datasets;
import dev.runyard.vision.data.source.DataException;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.place.Places;
import dev.runyard.vision.train.TrainedRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a trained run with the eyes of the paper's analyses. Each gives numbers, a picture as PNG and SVG, and the data behind it as CSV
 * or safetensors; {@link AnalysisReport#FILE} lists all of them and says what they were made from.
 */
public final class Analyse {
    /** Own splits are the same everywhere: see the data set's notes. */
    private static final long SPLIT_SEED = 0;

    private static final double READING = 0.4;

    private final AnalyseRequest request;
    private final Path cache;
    private final Places places;

    /**
     * @param cache folder for decoded pixels
     * @param places where data sets and weights are that the run names
     */
    public Analyse(AnalyseRequest request, Path cache, Places places) {
        this.request = request;
        this.cache = cache;
        this.places = places;
    }

    /** Hears how far it is. */
    public interface Listener {
        /** @param fraction 0 to 1, never falling */
        void at(double fraction, String doing);
    }

    /**
     * @throws InvalidSpec when an analysis that was asked for by name is not possible with this run or these images
     * @throws IOException when the run or an image cannot be read
     */
    public AnalysisReport run(Listener listener) throws IOException {
        Torch.enter();
        List<Dataset> datasets = new ArrayList<>();
        try (TrainedRun run = TrainedRun.open(request.run(), places)) {
            Files.createDirectories(request.out());
            List<Finding> findings = new ArrayList<>();
            List<Skipped> skipped = new ArrayList<>();
            List<Source> sources = new ArrayList<>();
            int images = 0;
            if (request.images() != null) {
                Output out = new Output(request.out());
                new Predictions(run).run(request.images(), out, done -> listener.at(0.2 * done, "predicting"));
                findings.add(finding(Kind.PREDICTIONS, out));
            }
            if (!request.only().equals(Set.of(Kind.PREDICTIONS))) {
                List<DatasetSpec> specs = specs(run);
                List<String> names = names(specs);
                for (int i = 0; i < specs.size(); i++) {
                    datasets.add(run.seen(open(specs.get(i))));
                    Dataset opened = datasets.get(i);
                    sources.add(new Source(
                            names.get(i),
                            opened.id(),
                            opened.hash(),
                            opened.test().size()));
                }
                Sample sample = new SampleReader(run, datasets, names)
                        .read(request.limit(), request.seed(), done -> listener.at(0.2 + 0.2 * done, "reading images"));
                images = sample.n();
                look(run, sample, findings, skipped, listener);
            }
            AnalysisReport report = new AnalysisReport(
                    String.valueOf(request.run().getFileName()),
                    kind(run),
                    run.specHash(),
                    run.backbone().sha256(),
                    request.seed(),
                    images,
                    sources,
                    findings,
                    skipped,
                    run.backbone().assumption().orElse(null));
            Files.writeString(
                    request.out().resolve(AnalysisReport.FILE),
                    Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(report) + "\n");
            listener.at(1, "done");
            return report;
        } finally {
            for (Dataset dataset : datasets) {
                dataset.close();
            }
        }
    }

    private void look(TrainedRun run, Sample sample, List<Finding> findings, List<Skipped> skipped, Listener listener)
            throws IOException {
        List<Kind> wanted = List.of(Kind.NMI, Kind.TSNE, Kind.TOKENS, Kind.LIBRARY, Kind.ATTENTION).stream()
                .filter(kind -> request.only().isEmpty() || request.only().contains(kind))
                .toList();
        for (int i = 0; i < wanted.size(); i++) {
            Kind kind = wanted.get(i);
            String reason = obstacle(kind, run, sample);
            if (reason != null && request.only().contains(kind)) {
                throw new InvalidSpec("NOT_APPLICABLE", "only", kind.word(), "is not possible: " + reason, null);
            }
            if (reason != null) {
                skipped.add(new Skipped(kind.word(), reason));
                continue;
            }
            Output out = new Output(request.out());
            double from = READING + (1 - READING) * i / wanted.size();
            double part = (1 - READING) / wanted.size();
            listener.at(from, kind.word());
            one(kind, sample, out, done -> listener.at(from + part * done, kind.word()));
            findings.add(finding(kind, out));
        }
    }

    private void one(Kind kind, Sample sample, Output out, DoubleConsumer progress) throws IOException {
        switch (kind) {
            case NMI -> new SharedInformation(request).run(sample, out);
            case TSNE -> new PromptMap(request).run(sample, out, progress);
            case TOKENS -> new TokenGallery(request.slot()).run(sample, out);
            case LIBRARY -> new LibraryUse().run(Objects.requireNonNull(sample.mixtures()), sample.n(), out);
            case ATTENTION -> new AttentionMaps(request.shown()).run(sample, out);
            case PREDICTIONS -> throw new IllegalStateException("predictions need no labelled images");
        }
    }

    /** Why an analysis cannot be done; null when it can. */
    private @Nullable String obstacle(Kind kind, TrainedRun run, Sample sample) {
        String method = kind(run);
        Points prompts = sample.prompts();
        return switch (kind) {
            case NMI, TSNE -> {
                if (prompts == null) {
                    yield "method " + method + " gives no prompts; use a run of method pgn";
                }
                if (sample.n() > 1 && prompts.constant()) {
                    yield "method " + method + " gives every image the same prompts; use a run of method pgn";
                }
                if (kind == Kind.NMI && sample.classesPresent() < 2) {
                    yield "all images are of one class, and there is nothing to tell apart";
                }
                yield sample.n() < 4 ? sample.n() + " images are too few; raise limit" : null;
            }
            case TOKENS, LIBRARY -> {
                Sample.Mixtures mixtures = sample.mixtures();
                if (mixtures == null) {
                    yield "method " + method + " has no token library; use a run of method pgn with a library";
                }
                boolean beyond = kind == Kind.TOKENS && request.slot() != null && request.slot() > mixtures.k();
                yield beyond ? "slot " + request.slot() + " is beyond the " + mixtures.k() + " prompts" : null;
            }
            case ATTENTION ->
                prompts != null || run.model().takesEmbedding()
                        ? null
                        : "method " + method + " does not only put prompts before the frozen backbone";
            case PREDICTIONS -> null;
        };
    }

    private static Finding finding(Kind kind, Output out) {
        return new Finding(kind.word(), what(kind), out.numbers(), out.files());
    }

    private static String what(Kind kind) {
        return switch (kind) {
            case NMI -> "normalised mutual information of k-means clusters and labels, every pair";
            case TSNE -> "t-SNE map of the prompts";
            case TOKENS -> "images and classes that use each token most";
            case LIBRARY -> "use of the token library and likeness of its tokens";
            case ATTENTION -> "attention of the class token in the last block, without and with prompts";
            case PREDICTIONS -> "predicted classes of images without labels";
        };
    }

    private static String kind(TrainedRun run) {
        JsonNode method = Json.mapper().valueToTree(run.spec().method());
        return method.path("kind").asText();
    }

    /** Those asked for, or the run's own; a union is its data sets, which the pictures then tell apart. */
    private List<DatasetSpec> specs(TrainedRun run) {
        DatasetSpec own = run.data();
        List<DatasetPart> parts = own.parts();
        if (!request.datasets().isEmpty() || parts == null) {
            return request.datasets().isEmpty() ? List.of(own) : request.datasets();
        }
        return parts.stream().map(part -> part.spec(own.onBadImage())).toList();
    }

    private Dataset open(DatasetSpec spec) throws IOException {
        Dataset dataset = Datasets.openForEvaluation(spec, cache, SPLIT_SEED);
        if (dataset.test().size() == 0) {
            dataset.close();
            throw new DataException("MISSING_SPLIT", spec + " has no test images to look at");
        }
        return dataset;
    }

    /** Ids, or file names where two have the same id, or numbers where even those are the same. */
    private static List<String> names(List<DatasetSpec> specs) {
        Set<String> used = new HashSet<>();
        List<String> out = new ArrayList<>();
        for (DatasetSpec spec : specs) {
            boolean alone = specs.stream().filter(s -> s.id().equals(spec.id())).count() == 1;
            Path file = spec.root() == null ? null : Path.of(spec.root()).getFileName();
            String name = alone || file == null ? spec.id() : file.toString().replaceAll("\\.zip$", "");
            for (int i = 2; !used.add(name); i++) {
                name = name.replaceAll(" \\(\\d+\\)$", "") + " (" + i + ")";
            }
            out.add(name);
        }
        return out;
    }
}
