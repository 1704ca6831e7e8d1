package dev.runyard.vision.serve;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.vision.tensor.SafetensorsException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Why a request was refused (RFC 9457).
 *
 * @param code a stable upper-case word
 * @param field what of the request is meant, where there is one
 * @param limit what was passed, where there is one
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Problem(
        String type,
        String title,
        int status,
        String detail,
        String code,
        @Nullable String field,
        @Nullable Long limit) {

    private static Problem of(int status, String title, String code, String detail) {
        return new Problem("about:blank", title, status, detail, code, null, null);
    }

    static Problem notFound(String path) {
        return of(404, "Not Found", "NO_SUCH_PATH", path + ": there is /v1/model, /v1/embeddings and /v1/gradients");
    }

    static Problem method(String allowed) {
        return of(405, "Method Not Allowed", "METHOD", "use " + allowed);
    }

    static Problem foreign(String what) {
        return of(403, "Forbidden", "FOREIGN", what + "; this server answers programs on its own machine");
    }

    static Problem type(String wanted) {
        return of(415, "Unsupported Media Type", "MEDIA_TYPE", "send safetensors, Content-Type: " + wanted);
    }

    static Problem tooLarge(String field, String detail, long limit) {
        return new Problem("about:blank", "Content Too Large", 413, detail, "TOO_LARGE", field, limit);
    }

    static Problem noGradients(String what) {
        return of(
                403,
                "Forbidden",
                "NO_GRADIENTS",
                what + " needs a server that gives gradients; start it with --gradients");
    }

    static Problem of(SafetensorsException e) {
        return of(400, "Bad Request", e.code(), Objects.toString(e.getMessage(), "not safetensors"));
    }

    static Problem of(InvalidSpec e) {
        return new Problem(
                "about:blank",
                "Unprocessable Content",
                422,
                Objects.toString(e.getMessage(), e.rule()),
                e.code(),
                e.field(),
                null);
    }

    static Problem internal() {
        return of(500, "Internal Server Error", "INTERNAL", "the model could not answer; see the server's own output");
    }

    /** A problem on its way out of a handler. */
    static final class Refusal extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final transient Problem problem;

        Refusal(Problem problem) {
            super(problem.detail());
            this.problem = problem;
        }

        Problem problem() {
            return problem;
        }
    }
}
