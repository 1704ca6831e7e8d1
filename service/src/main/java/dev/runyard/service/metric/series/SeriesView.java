package dev.runyard.service.metric.series;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Many curves at once, as columns. NaN and infinities are written as the strings "NaN", "Infinity", "-Infinity".
 *
 * @param series in the order asked for
 * @param cursor asks for what came since, as {@code since} of the same request
 */
public record SeriesView(List<Series> series, String cursor) {
    /**
     * One metric of one run: every point where there are few, else buckets, in order of step. A bucket stands at its last step, with
     * its last value and its extremes; its values have the precision of a float. Columns are empty for a run or metric that is not
     * there, and where nothing came since.
     *
     * @param points that the whole curve has, in the range
     * @param nonFinite how many of the curve's are NaN or infinite
     * @param exact whether these are all points
     * @param epochs absent where no point has one
     * @param times microseconds since 1970, by the client's clock; of buckets in whole milliseconds
     * @param min least finite value of each bucket; absent where exact
     * @param max greatest finite value of each bucket; absent where exact
     * @param device seconds that the run's attempts had taken until then, waits left out; absent where no attempt tells
     * @param resumes steps from which a further attempt went on
     * @param ghosts what overtaken attempts measured; only where asked for
     * @param reset whether these columns are all there is, and take the place of what came before
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(name = "Series")
    public record Series(
            UUID run,
            String key,
            long points,
            long nonFinite,
            boolean exact,
            List<Long> steps,
            @Nullable List<@Nullable Double> epochs,
            List<Long> times,
            List<Number> last,
            @Nullable List<@Nullable Number> min,
            @Nullable List<@Nullable Number> max,
            @Nullable List<Double> device,
            List<Long> resumes,
            @Nullable List<Ghost> ghosts,
            boolean reset) {}

    /** What an overtaken attempt measured beyond the step at which a newer one resumed. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(name = "SeriesGhost")
    public record Ghost(
            long attempt,
            List<Long> steps,
            @Nullable List<@Nullable Double> epochs,
            List<Long> times,
            List<Number> last) {}
}
