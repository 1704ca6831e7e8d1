package dev.runyard.service.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Set;

/** Ends a request that no route saw with a problem as its body. */
@Singleton
public class RefusalWriter {
    private static final Set<HttpMethod> WITHOUT_BODY = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

    private final ObjectMapper mapper;

    @Inject
    public RefusalWriter(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    /** Does nothing where an answer is under way. */
    public void end(RoutingContext context, Problem.Body body) {
        var response = context.response();
        if (response.ended() || response.headWritten()) {
            return;
        }
        String path = context.request().path();
        boolean mlflow = MlflowRefusal.at(path);
        response.setStatusCode(mlflow ? MlflowRefusal.status(body) : body.status());
        response.putHeader(HttpHeaders.CONTENT_TYPE, mlflow ? "application/json" : Problem.Body.MEDIA_TYPE);
        if (body.status() == 503) {
            response.putHeader(HttpHeaders.RETRY_AFTER, "2");
        }
        if (!WITHOUT_BODY.contains(context.request().method()) && body.status() != 404) {
            // What the request carries is not read, so the connection cannot carry another one.
            response.putHeader(HttpHeaders.CONNECTION, "close");
        }
        try {
            response.end(mapper.writeValueAsString(
                    mlflow ? MlflowRefusal.of(body) : body.at(path == null ? null : printable(path))));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a problem is plain text", e);
        }
    }

    private static String printable(String path) {
        String cut = path.length() > 200 ? path.substring(0, 200) + "…" : path;
        return cut.replaceAll("\\p{Cntrl}", "?");
    }
}
