package dev.runyard.service.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A refusal that the caller can understand and act on. Features throw it, or extend it; it becomes an RFC 9457 body. */
public class Problem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private static final Map<Integer, String> TITLES = Map.ofEntries(
            Map.entry(400, "Bad Request"),
            Map.entry(401, "Unauthorized"),
            Map.entry(403, "Forbidden"),
            Map.entry(404, "Not Found"),
            Map.entry(405, "Method Not Allowed"),
            Map.entry(406, "Not Acceptable"),
            Map.entry(408, "Request Timeout"),
            Map.entry(409, "Conflict"),
            Map.entry(411, "Length Required"),
            Map.entry(412, "Precondition Failed"),
            Map.entry(413, "Content Too Large"),
            Map.entry(415, "Unsupported Media Type"),
            Map.entry(416, "Range Not Satisfiable"),
            Map.entry(421, "Misdirected Request"),
            Map.entry(422, "Unprocessable Content"),
            Map.entry(426, "Upgrade Required"),
            Map.entry(429, "Too Many Requests"),
            Map.entry(500, "Internal Server Error"),
            Map.entry(503, "Service Unavailable"),
            Map.entry(507, "Insufficient Storage"));

    private final transient Body body;

    public Problem(Body body) {
        super(body.detail());
        this.body = body;
    }

    /** A problem without a field. */
    public static Problem of(int status, String code, String detail) {
        return new Problem(Body.of(status, code, detail));
    }

    /** The thing asked for does not exist, or is not the caller's: both look alike. */
    public static Problem notFound(String what, Object id) {
        return of(404, "NOT_FOUND", "There is no " + what + " " + id + ".");
    }

    /** What a person is told whose role does not reach as far as what was asked; what may not even be seen is a 404. */
    public static Problem notAllowed() {
        return of(
                403,
                "NOT_ALLOWED",
                "Your role in this project does not allow that: viewers look, researchers queue and change what is their own,"
                        + " maintainers change everything; ask a maintainer of the project.");
    }

    /** A value in a query, header or body breaks a rule. */
    public static Problem invalid(
            String code, String field, @Nullable Object value, String rule, @Nullable String remedy) {
        return invalid(422, code, field, value, rule, remedy);
    }

    /** As above with another status, for example 400 for a query that cannot be parsed. */
    public static Problem invalid(
            int status, String code, String field, @Nullable Object value, String rule, @Nullable String remedy) {
        String shown = shown(value);
        return new Problem(new Body(
                "about:blank",
                title(status),
                status,
                field + ": " + shown + " " + rule + (remedy == null ? "." : "; " + remedy + "."),
                null,
                code,
                field,
                shown,
                rule,
                remedy,
                null,
                null));
    }

    /** Too much of something: names the limit. */
    public static Problem tooLarge(String detail, long limit) {
        return new Problem(new Body(
                "about:blank", title(413), 413, detail, null, "TOO_LARGE", null, null, null, null, limit, null));
    }

    /** The body of a request that must have one. */
    public static <T> T required(@Nullable T body) {
        if (body == null) {
            throw of(400, "BAD_JSON", "The request needs a JSON body.");
        }
        return body;
    }

    /** The same, with the place in the value that could not be read, from 0. */
    public Problem at(int position) {
        Body b = body;
        return new Problem(new Body(
                b.type(),
                b.title(),
                b.status(),
                b.detail(),
                b.instance(),
                b.code(),
                b.field(),
                b.value(),
                b.rule(),
                b.remedy(),
                b.limit(),
                position));
    }

    static String title(int status) {
        return TITLES.getOrDefault(status, "Error");
    }

    private static String shown(@Nullable Object value) {
        String text = value instanceof String s ? "\"" + s + "\"" : String.valueOf(value);
        return text.length() > 100 ? text.substring(0, 100) + "…" : text;
    }

    public Body body() {
        return body;
    }

    public int status() {
        return body.status();
    }

    /**
     * The body of every 4xx and 5xx answer.
     *
     * @param detail one sentence
     * @param code a stable upper-case word
     * @param field dotted path of the value at fault
     * @param limit the bound that was passed, where there is one
     * @param position where in the value, from 0, where it is a text that was read
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Body(
            String type,
            String title,
            int status,
            String detail,
            @Nullable String instance,
            String code,
            @Nullable String field,
            @Nullable String value,
            @Nullable String rule,
            @Nullable String remedy,
            @Nullable Long limit,
            @Nullable Integer position) {

        public static final String MEDIA_TYPE = "application/problem+json";

        public static Body of(int status, String code, String detail) {
            return new Body(
                    "about:blank",
                    Problem.title(status),
                    status,
                    detail,
                    null,
                    code,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null);
        }

        public static Body of(int status, String code, String detail, String remedy) {
            return new Body(
                    "about:blank",
                    Problem.title(status),
                    status,
                    detail + " (" + remedy + ")",
                    null,
                    code,
                    null,
                    null,
                    null,
                    remedy,
                    null,
                    null);
        }

        /** For a status that nothing more is known about. */
        static Body of(int status, String detail) {
            return of(status, Problem.title(status).toUpperCase(Locale.ROOT).replace(' ', '_'), detail);
        }

        /** The same, with what was asked for. */
        public Body at(@Nullable String path) {
            return new Body(type, title, status, detail, path, code, field, value, rule, remedy, limit, position);
        }
    }
}
