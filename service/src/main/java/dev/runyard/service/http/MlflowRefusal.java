package dev.runyard.service.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * A refusal as clients of MLflow's protocol read it. {@code code}, {@code field} and {@code position} are ours, and ignored there.
 *
 * @param errorCode of MLflow's words
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record MlflowRefusal(
        @JsonProperty("error_code") String errorCode,
        String message,
        @Nullable String code,
        @Nullable String field,
        @Nullable Integer position) {
    /** As MLflow's own server says it, to the letter. */
    private static final MlflowRefusal BAD_PATH =
            new MlflowRefusal("INVALID_PARAMETER_VALUE", "Invalid path", null, null, null);

    /** Whether who asks there speaks MLflow's protocol. */
    public static boolean at(@Nullable String path) {
        return path != null
                && (path.equals("/get-artifact")
                        || path.endsWith("/model-versions/get-artifact")
                        || (path.startsWith("/api/") || path.startsWith("/ajax-api/")) && path.contains(".0/mlflow"));
    }

    /** What answers there: MLflow has no 422. */
    static int status(Problem.Body body) {
        return body.status() == 422 ? 400 : body.status();
    }

    public static MlflowRefusal of(Problem.Body body) {
        return body.code().equals("BAD_PATH")
                ? BAD_PATH
                : new MlflowRefusal(word(body), body.detail(), body.code(), body.field(), body.position());
    }

    private static String word(Problem.Body body) {
        return switch (body.code()) {
            case "INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST", "RESOURCE_ALREADY_EXISTS", "INVALID_STATE" ->
                body.code();
            default ->
                switch (body.status()) {
                    case 401 -> "UNAUTHENTICATED";
                    case 403 -> "PERMISSION_DENIED";
                    case 404 ->
                        body.detail().startsWith("There is nothing at ")
                                ? "ENDPOINT_NOT_FOUND"
                                : "RESOURCE_DOES_NOT_EXIST";
                    case 409 -> "RESOURCE_CONFLICT";
                    case 429 -> "REQUEST_LIMIT_EXCEEDED";
                    case 500 -> "INTERNAL_ERROR";
                    case 503, 507 -> "TEMPORARILY_UNAVAILABLE";
                    case 405, 406, 408, 411, 415, 421, 426 -> "BAD_REQUEST";
                    default -> "INVALID_PARAMETER_VALUE";
                };
        };
    }
}
