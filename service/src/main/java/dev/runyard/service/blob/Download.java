package dev.runyard.service.blob;

import dev.runyard.service.http.Problem;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.resteasy.reactive.PathPart;
import org.jspecify.annotations.Nullable;

/** A blob as the answer to a request: all of it, or the one range that was asked for (RFC 9110, section 14); of several, all of it. */
public final class Download {
    private static final Pattern RANGE = Pattern.compile("bytes=(\\d{0,15})-(\\d{0,15})");

    private Download() {}

    /** @return without what says how it may be shown */
    public static Response.ResponseBuilder of(Stored stored, HttpHeaders asked) throws IOException {
        String tag = "\"" + stored.hash() + "\"";
        Matcher range = range(asked.getHeaderString("Range"), asked.getHeaderString("If-Range"), tag);
        if (range == null) {
            return answer(200, stored, tag, 0, stored.size());
        }
        long from;
        long to = stored.size() - 1;
        if (range.group(1).isEmpty()) {
            from = Math.max(0, stored.size() - Long.parseLong(range.group(2)));
        } else {
            from = Long.parseLong(range.group(1));
            to = range.group(2).isEmpty() ? to : Math.min(to, Long.parseLong(range.group(2)));
        }
        if (from > to) {
            return Response.status(416)
                    .header("Content-Range", "bytes */" + stored.size())
                    .type(Problem.Body.MEDIA_TYPE)
                    .entity(Problem.invalid(
                                    416,
                                    "BAD_RANGE",
                                    "Range",
                                    range.group(),
                                    "names no byte of the " + stored.size() + " there are",
                                    null)
                            .body());
        }
        return answer(206, stored, tag, from, to - from + 1)
                .header("Content-Range", "bytes " + from + "-" + to + "/" + stored.size());
    }

    /** A range of a file that is another one by now, or that cannot be read, is not asked for. */
    private static @Nullable Matcher range(@Nullable String range, @Nullable String ifRange, String tag) {
        if (range == null || ifRange != null && !ifRange.equals(tag)) {
            return null;
        }
        Matcher matcher = RANGE.matcher(range.strip());
        boolean sound = matcher.matches()
                && !(matcher.group(1).isEmpty() && matcher.group(2).isEmpty())
                && (matcher.group(1).isEmpty()
                        || matcher.group(2).isEmpty()
                        || Long.parseLong(matcher.group(1)) <= Long.parseLong(matcher.group(2)));
        return sound ? matcher : null;
    }

    private static Response.ResponseBuilder answer(int status, Stored stored, String tag, long from, long count)
            throws IOException {
        Optional<Path> file = stored.store().file(stored.hash());
        // A file goes out past the heap.
        Object bytes = file.isPresent()
                ? new PathPart(file.get(), from, count)
                : stored.store().open(stored.hash(), from, count);
        return Response.status(status)
                .entity(bytes)
                .type(MediaType.APPLICATION_OCTET_STREAM)
                .header(HttpHeaders.CONTENT_LENGTH, count)
                .header("Accept-Ranges", "bytes")
                .header(HttpHeaders.ETAG, tag);
    }
}
