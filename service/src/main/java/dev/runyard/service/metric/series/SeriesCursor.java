package dev.runyard.service.metric.series;

import dev.runyard.service.http.Problem;
import dev.runyard.spec.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How far an answer went. Whatever it says, nothing wrong is told for it: a curve that does not go on from there comes whole.
 *
 * @param query what was asked
 * @param marks of each curve, in order
 */
record SeriesCursor(int query, List<Mark> marks) {
    /**
     * @param attempt of the run; where a newer one resumed, the curve may have changed
     * @param rebuilt when points within the curve last became ghosts, or count again; 0: never
     * @param whole points of the whole curve
     * @param lastStep of the newest, with its time
     * @param width of a bucket; 0: exact
     * @param before points that were told, without those of the last bucket, which may not be full
     */
    record Mark(long attempt, long rebuilt, long whole, long lastStep, long lastTime, long width, long before) {
        static final Mark NONE = new Mark(0, 0, 0, 0, 0, 0, 0);
    }

    static int query(SeriesAsk ask) {
        return Objects.hash(ask.series(), ask.from(), ask.to(), ask.buckets(), ask.ghosts());
    }

    String text() {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(Json.canonical(this).getBytes(StandardCharsets.UTF_8));
    }

    /** Null for one of another request, which is the same as none. */
    static @Nullable SeriesCursor parse(@Nullable String text, SeriesAsk ask) {
        if (text == null || text.isEmpty()) {
            return null;
        }
        try {
            SeriesCursor cursor = Json.read(Base64.getUrlDecoder().decode(text), SeriesCursor.class);
            return cursor.query == query(ask)
                            && cursor.marks.size() == ask.series().size()
                    ? cursor
                    : null;
        } catch (RuntimeException e) {
            throw Problem.invalid("BAD_CURSOR", "since", text, "is no cursor of this route", "leave it out");
        }
    }
}
