package dev.runyard.service.result;

import dev.runyard.service.blob.Artifacts;
import dev.runyard.service.http.Problem;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.judging.About;
import dev.runyard.spec.judging.Answered;
import dev.runyard.spec.judging.Judgement;
import dev.runyard.spec.judging.PredictionFile;
import dev.runyard.spec.judging.Predictions;
import dev.runyard.spec.judging.Thumbnails;
import dev.runyard.spec.report.ArtifactKind;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The files of predictions that runs left. What follows from a file follows from its bytes, so the last ones that were asked for are kept
 * by their hash. One is judged at a time: it takes a core for as long as it lasts.
 */
@ApplicationScoped
public class KeptPredictions {
    /** Images of all files that are kept. */
    private static final long MOST_IMAGES = 400_000;

    /** Of the bootstrap; the same everywhere, so that two who look see the same intervals. */
    private static final long SEED = 0;

    private static final int MOST_SETS = 100;

    /** Files of which it is kept who was right: a bit an image. */
    private static final int MOST_ANSWERED = 2_000;

    private final Artifacts artifacts;
    private final Map<String, Kept> kept = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<String, Answered> answered = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Answered> eldest) {
            return size() > MOST_ANSWERED;
        }
    };

    KeptPredictions(Artifacts artifacts) {
        this.artifacts = artifacts;
    }

    /** A file that was read, and what followed from it. */
    private record Kept(PredictionFile file, Thumbnails thumbnails, Map<Boolean, Judgement> judged) {}

    /** One judged set of a run, or of a task that looked at it. */
    public record Judged(Artifacts.View artifact, About about) {}

    /** Newest last; a file that cannot be read is left out. */
    public List<Judged> of(UUID run) {
        return artifacts.with(run).stream()
                .filter(a -> a.kind().equals(ArtifactKind.PREDICTIONS.word()))
                .limit(MOST_SETS)
                .flatMap(a -> judged(a).stream())
                .toList();
    }

    private Optional<Judged> judged(Artifacts.View artifact) {
        try (InputStream in = new BufferedInputStream(artifacts.open(artifact.sha256()))) {
            return Optional.of(new Judged(artifact, PredictionFile.about(in, artifact.name())));
        } catch (IOException | InvalidSpec e) { // asked for by itself, it says why
            return Optional.empty();
        }
    }

    /**
     * @param sha256 of one of the run's files
     * @throws Problem 404, 422 NOT_PREDICTIONS
     */
    public PredictionFile file(UUID run, String sha256) {
        return kept(artifacts.one(run, sha256)).file;
    }

    /**
     * Which images a run has right; empty where its answers were not kept, or are damaged.
     *
     * @param set as metrics name it; null for the run's own test
     */
    public Optional<Answered> answered(UUID run, @Nullable String set) {
        return newest(run, set).flatMap(artifact -> {
            synchronized (answered) {
                Answered known = answered.get(artifact.sha256());
                if (known != null) {
                    return Optional.of(known);
                }
            }
            Answered made;
            try (InputStream in = new BufferedInputStream(artifacts.open(artifact.sha256()), 1 << 16)) {
                made = Answered.of(PredictionFile.read(in, artifact.name()));
            } catch (IOException | InvalidSpec e) { // asked for by itself, it says why
                return Optional.empty();
            }
            synchronized (answered) {
                answered.put(artifact.sha256(), made);
            }
            return Optional.of(made);
        });
    }

    /** @param set as metrics name it; null for the run's own test */
    Optional<Artifacts.View> newest(UUID run, @Nullable String set) {
        return of(run).stream()
                .filter(judged -> set == null
                        ? judged.artifact().name().equals("predictions.safetensors")
                        : judged.about().set().equals(set))
                .reduce((older, newer) -> newer)
                .map(Judged::artifact);
    }

    /** @param allowed whether only the set's own classes may be answered */
    public Judgement judgement(UUID run, String sha256, boolean allowed) {
        Kept found = kept(artifacts.one(run, sha256));
        Predictions predictions = predictions(found.file, allowed);
        if (predictions.size() == 0) {
            throw Problem.invalid(
                    "NO_IMAGES", "sha256", sha256, "holds no image whose class the run has an output for", null);
        }
        synchronized (found.judged) {
            return found.judged.computeIfAbsent(allowed, a -> Judgement.of(predictions, SEED));
        }
    }

    static Predictions predictions(PredictionFile file, boolean allowed) {
        return allowed && file.allowed() != null ? file.allowed() : file.all();
    }

    private synchronized Kept kept(Artifacts.View artifact) {
        Kept known = kept.get(artifact.sha256());
        if (known == null) {
            known = new Kept(read(artifact), index(artifact), new LinkedHashMap<>());
            kept.put(artifact.sha256(), known);
            spare();
        }
        return known;
    }

    private PredictionFile read(Artifacts.View artifact) {
        try (InputStream in = new BufferedInputStream(artifacts.open(artifact.sha256()), 1 << 16)) {
            return PredictionFile.read(in, artifact.name());
        } catch (IOException e) {
            throw gone(artifact.name());
        } catch (InvalidSpec e) {
            throw unreadable(e);
        }
    }

    private Thumbnails index(Artifacts.View artifact) {
        try (InputStream in = new BufferedInputStream(artifacts.open(artifact.sha256()))) {
            return Thumbnails.read(in, artifact.name());
        } catch (IOException | InvalidSpec e) { // the answers themselves were read
            return Thumbnails.NONE;
        }
    }

    /** Which small pictures one of the run's files has: asked for once, whatever the number of images, as it takes queries. */
    Pictures pictures(UUID run, String sha256) {
        return new Pictures(
                "/api/v1/runs/" + run + "/results/" + sha256 + "/pictures/",
                kept(artifacts.one(run, sha256)).thumbnails);
    }

    /** @param path that a place in the file is written behind */
    record Pictures(String path, Thumbnails thumbnails) {
        /** Path of the picture of the image at this place; null where none was kept. */
        @Nullable
        String of(int item) {
            return thumbnails.has(item) ? path + item : null;
        }
    }

    /**
     * The small picture of an image as the file has it; nothing where there is none.
     *
     * @param item place of the image in the file
     */
    Optional<byte[]> thumbnail(UUID run, String sha256, int item) {
        Artifacts.View artifact = artifacts.one(run, sha256);
        Thumbnails known = kept(artifact).thumbnails;
        if (!known.has(item)) {
            return Optional.empty();
        }
        // Opened where the pictures begin: the scores before them may be 100 MB, all of which a bucket would send.
        try (InputStream in = new BufferedInputStream(artifacts.open(artifact.sha256(), known.begin()), 1 << 16)) {
            return new Thumbnails(known.items(), known.ends(), 0).of(item, in);
        } catch (IOException e) {
            throw gone(artifact.name());
        }
    }

    private static Problem gone(String name) {
        return Problem.invalid(
                "UNREADABLE_FILE", "sha256", name, "cannot be read to its end", "judge the run again (task: evaluate)");
    }

    private static Problem unreadable(InvalidSpec e) {
        return Problem.invalid(e.code(), "sha256", e.value(), e.rule(), e.remedy());
    }

    /** The longest unasked ones go; the newest stays however large. */
    private void spare() {
        long images =
                kept.values().stream().mapToLong(k -> k.file.items().size()).sum();
        Iterator<Kept> oldest = kept.values().iterator();
        while (images > MOST_IMAGES && kept.size() > 1) {
            images -= oldest.next().file.items().size();
            oldest.remove();
        }
    }
}
