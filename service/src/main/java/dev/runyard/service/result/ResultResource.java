package dev.runyard.service.result;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.runyard.service.auth.Role;
import dev.runyard.service.blob.Artifacts;
import dev.runyard.service.http.Given;
import dev.runyard.service.http.Problem;
import dev.runyard.spec.judging.About;
import dev.runyard.spec.judging.Confusion;
import dev.runyard.spec.judging.Judgement;
import dev.runyard.spec.judging.McNemar;
import dev.runyard.spec.judging.PredictionFile;
import dev.runyard.spec.judging.Predictions;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** What a run answered to each image of the sets it was judged on, and all that follows from it. */
@Path("/api/v1/runs/{id}")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
@Tag(name = "results")
@RolesAllowed(Role.PERSON)
public class ResultResource {
    private static final int MOST_CELLS = 5_000;
    private static final int MOST_ROWS = 5_000;
    private static final int MOST_IMAGES = 500;

    private final KeptPredictions kept;

    ResultResource(KeptPredictions kept) {
        this.kept = kept;
    }

    /**
     * One judged set.
     *
     * @param run that judged it: this one, or a task that looked at it
     * @param leftOut images of classes that the run has no output for
     * @param allowed how many classes the set has where these are fewer than the outputs; null when all
     * @param meanPerClass whether the benchmark's own number is the mean of the classes' shares
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record JudgedView(
            String sha256,
            String name,
            UUID run,
            String set,
            String part,
            String data,
            int classes,
            @Nullable Integer allowed,
            int leftOut,
            boolean meanPerClass,
            Instant createdAt) {}

    /**
     * @param classNames by class
     * @param judgement its confusion and rows may be cut; see {@code cellsLeftOut} and {@code rowsLeftOut}
     */
    public record ResultView(
            String set, List<String> classNames, Judgement judgement, int cellsLeftOut, int rowsLeftOut) {}

    /**
     * One image.
     *
     * @param answer the class with the highest score; -1 where the scores are no numbers
     * @param confidence softmax of the answer
     * @param rank classes before the right one
     * @param picture path of a small picture of it; left out where none was kept
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record ImageView(
            String item,
            int label,
            int answer,
            double confidence,
            int rank,
            @Nullable String picture) {}

    /** @param total images that match */
    public record ImagesView(int total, List<String> classNames, List<ImageView> images) {}

    /**
     * One image as two runs answered it.
     *
     * @param picture path of a small picture of it; left out where neither run kept one
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record PairView(
            String item,
            int label,
            int first,
            int second,
            @Nullable String picture) {}

    /**
     * Two runs on the same images.
     *
     * @param both images that both have right
     * @param neither images that neither has right
     * @param test whether the difference can be chance; its {@code first} and {@code second} are the images that one alone has right
     * @param total images that match what was asked
     */
    public record DisagreementView(
            String set,
            int images,
            int both,
            int neither,
            McNemar test,
            int total,
            List<String> classNames,
            List<PairView> pairs) {}

    @GET
    @Path("/results")
    @Operation(
            summary = "The sets that a run was judged on",
            description = "By its own test and by tasks evaluate that looked at it; at most 100.")
    public List<JudgedView> results(@PathParam("id") String id) {
        return kept.of(Given.id("run", id)).stream()
                .map(judged -> {
                    About about = judged.about();
                    return new JudgedView(
                            judged.artifact().sha256(),
                            judged.artifact().name(),
                            judged.artifact().run(),
                            about.set(),
                            about.part(),
                            about.data(),
                            about.classes().size(),
                            about.allowed() == null ? null : about.allowed().size(),
                            about.leftOut(),
                            about.meanPerClass(),
                            judged.artifact().createdAt());
                })
                .toList();
    }

    @GET
    @Path("/results/{sha256}")
    @Operation(
            summary = "All that follows from the answers to a set's images",
            description = "Top-1, top-5, mean per class, NLL, Brier score, calibration, classes, confusion, with 95 %"
                    + " intervals: Wilson's for top-1 and classes, else bootstrap over the images. masked=true lets only the set's own"
                    + " classes be answered.")
    public ResultView result(
            @PathParam("id") String id,
            @PathParam("sha256") String sha256,
            @QueryParam("masked") @Nullable String masked) {
        UUID run = Given.id("run", id);
        PredictionFile file = kept.file(run, sha256);
        Judgement judged = kept.judgement(run, sha256, "true".equals(masked));
        List<Confusion.Cell> cells = judged.confusion();
        List<Judgement.ClassRow> rows = judged.rows();
        Judgement shown = new Judgement(
                judged.images(),
                judged.notFinite(),
                judged.top1(),
                judged.top5(),
                judged.meanPerClass(),
                judged.nll(),
                judged.brier(),
                judged.calibrationError(),
                judged.bins(),
                first(rows, MOST_ROWS),
                first(cells, MOST_CELLS),
                judged.draws(),
                judged.seed());
        return new ResultView(
                file.about().set(),
                file.about().classes(),
                shown,
                Math.max(0, cells.size() - MOST_CELLS),
                Math.max(0, rows.size() - MOST_ROWS));
    }

    private static <T> List<T> first(List<T> all, int most) {
        return all.subList(0, Math.min(most, all.size()));
    }

    @GET
    @Path("/results/{sha256}/images")
    @Operation(
            summary = "Images of a judged set with their answers",
            description =
                    "The surest wrong ones first; of one cell with label and answer, by a part of the name with search.")
    public ImagesView images(
            @PathParam("id") String id,
            @PathParam("sha256") String sha256,
            @QueryParam("masked") @Nullable String masked,
            @QueryParam("wrong") @Nullable String wrong,
            @QueryParam("label") @Nullable String label,
            @QueryParam("answer") @Nullable String answer,
            @QueryParam("search") @Nullable String search,
            @QueryParam("offset") @Nullable String offset,
            @QueryParam("limit") @Nullable String limit) {
        UUID run = Given.id("run", id);
        PredictionFile file = kept.file(run, sha256);
        Predictions all = KeptPredictions.predictions(file, "true".equals(masked));
        long wantedLabel = Given.number("label", label, -2, -1, Integer.MAX_VALUE);
        long wantedAnswer = Given.number("answer", answer, -2, -1, Integer.MAX_VALUE);
        IntPredicate wanted = i -> (!"true".equals(wrong) || !all.right(i))
                && (wantedLabel == -2 || all.labels()[i] == wantedLabel)
                && (wantedAnswer == -2 || all.answers()[i] == wantedAnswer)
                && named(file, i, search);
        List<Integer> found = new ArrayList<>(
                IntStream.range(0, all.size()).filter(wanted).boxed().toList());
        found.sort((a, b) -> {
            int byFault = Boolean.compare(all.right(a), all.right(b));
            return byFault != 0 ? byFault : Double.compare(all.confidences()[b], all.confidences()[a]);
        });
        KeptPredictions.Pictures pictures = kept.pictures(run, sha256);
        List<ImageView> images = page(found, offset, limit).stream()
                .map(i -> new ImageView(
                        file.items().get(i),
                        all.labels()[i],
                        all.answers()[i],
                        all.confidences()[i],
                        all.ranks()[i],
                        pictures.of(i)))
                .toList();
        return new ImagesView(found.size(), file.about().classes(), images);
    }

    @GET
    @Path("/disagreements")
    @Operation(
            summary = "Two runs on the same images",
            description =
                    "Counts, McNemar's test, and the images: those that they answer differently, or with only=first or"
                            + " second those that one alone has right, with only=neither those that both have wrong.")
    public DisagreementView disagreements(
            @PathParam("id") String id,
            @QueryParam("with") @Nullable String with,
            @QueryParam("set") @Nullable String set,
            @QueryParam("only") @Nullable String only,
            @QueryParam("search") @Nullable String search,
            @QueryParam("offset") @Nullable String offset,
            @QueryParam("limit") @Nullable String limit) {
        UUID run = Given.id("run", id);
        UUID against = Given.id("with", with == null ? "" : with);
        String sha256 = newest(run, set);
        PredictionFile one = kept.file(run, sha256);
        KeptPredictions.Pictures pictures = kept.pictures(run, sha256);
        String others = newest(against, one.about().set());
        PredictionFile other = kept.file(against, others);
        KeptPredictions.Pictures otherPictures = kept.pictures(against, others);
        if (!one.about().sameImages(other.about())
                || !one.items().equals(other.items())
                || !one.about().classes().equals(other.about().classes())) {
            throw Problem.invalid(
                    "DIFFERENT_IMAGES",
                    "with",
                    with,
                    "was judged on other images or classes of " + one.about().set() + " ("
                            + one.items().size() + " here, " + other.items().size()
                            + " there, or of another content)",
                    "judge both on the same data set");
        }
        Predictions first = one.all();
        Predictions second = other.all();
        int[] counts = new int[4];
        for (int i = 0; i < first.size(); i++) {
            counts[(first.right(i) ? 2 : 0) + (second.right(i) ? 1 : 0)]++;
        }
        IntPredicate wanted =
                switch (only == null ? "different" : only) {
                    case "different" -> i -> first.answers()[i] != second.answers()[i];
                    case "first" -> i -> first.right(i) && !second.right(i);
                    case "second" -> i -> second.right(i) && !first.right(i);
                    case "neither" -> i -> !first.right(i) && !second.right(i);
                    default ->
                        throw Problem.invalid(
                                "UNKNOWN_VALUE", "only", only, "is none of different, first, second, neither", null);
                };
        List<Integer> found = IntStream.range(0, first.size())
                .filter(wanted)
                .filter(i -> named(one, i, search))
                .boxed()
                .toList();
        List<PairView> pairs = page(found, offset, limit).stream()
                .map(i -> {
                    String picture = pictures.of(i);
                    return new PairView(
                            one.items().get(i),
                            first.labels()[i],
                            first.answers()[i],
                            second.answers()[i],
                            picture == null ? otherPictures.of(i) : picture);
                })
                .toList();
        return new DisagreementView(
                one.about().set(),
                first.size(),
                counts[3],
                counts[0],
                McNemar.of(counts[2], counts[1]),
                found.size(),
                one.about().classes(),
                pairs);
    }

    /** @param set as metrics name it; null for the run's own test */
    private String newest(UUID run, @Nullable String set) {
        return kept.newest(run, set)
                .map(Artifacts.View::sha256)
                .orElseThrow(() -> Problem.invalid(
                        "NO_PREDICTIONS",
                        "set",
                        set,
                        "is nothing that run " + run + " was judged on, or its answers were not kept",
                        "judge it: task: evaluate, of: " + run));
    }

    private static boolean named(PredictionFile file, int i, @Nullable String search) {
        return search == null || file.items().get(i).toLowerCase(Locale.ROOT).contains(search.toLowerCase(Locale.ROOT));
    }

    private static List<Integer> page(List<Integer> found, @Nullable String offset, @Nullable String limit) {
        long from = Given.number("offset", offset, 0, 0, Integer.MAX_VALUE);
        long most = Given.number("limit", limit, 100, 1, MOST_IMAGES);
        int begin = (int) Math.min(found.size(), from);
        return found.subList(begin, (int) Math.min(found.size(), begin + most));
    }
}
