package dev.runyard.service.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.json.MalformedJson;
import io.quarkus.security.ForbiddenException;
import io.vertx.core.http.HttpClosedException;
import jakarta.inject.Inject;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Every way a request can fail, as one kind of body. What nobody foresaw is a 500 with an id, logged once under that id. */
class ProblemMapper {
    private static final Logger LOG = Logger.getLogger(ProblemMapper.class);
    private static final String RETRY_SECONDS = "2";

    @Inject
    ProblemMapper() {}

    @ServerExceptionMapper
    Response problem(Problem problem, UriInfo uri) {
        return answer(problem.body(), uri);
    }

    @ServerExceptionMapper
    Response invalidSpec(InvalidSpec e, UriInfo uri) {
        return answer(body(e), uri);
    }

    @ServerExceptionMapper
    Response json(JsonProcessingException e, UriInfo uri) {
        return answer(body(e), uri);
    }

    @ServerExceptionMapper
    Response malformed(MalformedJson e, UriInfo uri) {
        return answer(body(e), uri);
    }

    /** Known, but not one that the route answers. */
    @ServerExceptionMapper
    Response forbidden(ForbiddenException e, UriInfo uri) {
        return answer(Problem.Body.of(403, "FORBIDDEN", "The token that came with this is not one for this."), uri);
    }

    @ServerExceptionMapper
    Response web(WebApplicationException e, UriInfo uri) {
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof JsonProcessingException json) {
                return answer(body(json), uri);
            }
        }
        int status = e.getResponse().getStatus();
        if (status < 400) {
            return e.getResponse();
        }
        Response.ResponseBuilder answer = Response.fromResponse(answer(body(status, e, uri), uri));
        String allow = e.getResponse().getHeaderString(HttpHeaders.ALLOW);
        return allow == null
                ? answer.build()
                : answer.header(HttpHeaders.ALLOW, allow).build();
    }

    @ServerExceptionMapper
    Response other(Throwable e, UriInfo uri) {
        return answer(body(e, uri.getPath()), uri);
    }

    /**
     * What is said of anything that was thrown.
     *
     * @param where for the log, of what nobody foresaw
     */
    static Problem.Body body(Throwable e, String where) {
        for (Throwable cause : behind(e)) {
            if (cause instanceof Problem problem) {
                return problem.body();
            }
            if (cause instanceof InvalidSpec spec) {
                return body(spec);
            }
            if (cause instanceof MalformedJson malformed) {
                return body(malformed);
            }
            if (cause instanceof HttpClosedException) {
                LOG.debugf("whoever asked for %s went away", where);
                return Problem.Body.of(400, "CLIENT_GONE", "The client closed the connection.");
            }
            if (cause instanceof SQLException sql && "42501".equals(sql.getSQLState())) {
                return Problem.notAllowed().body();
            }
            if (cause instanceof SQLException sql && databaseAway(sql)) {
                LOG.warnf("the database does not answer: %s", sql.getMessage());
                return Problem.Body.of(503, "UNAVAILABLE", "The database does not answer; try again shortly.");
            }
        }
        String id = UUID.randomUUID().toString();
        LOG.errorf(e, "error %s at %s", id, where);
        return Problem.Body.of(
                500, "INTERNAL", "Something unexpected happened; the service's log has it under " + id + ".");
    }

    /** The causes, and what a transaction that could not commit has only noted beside them: why it could not. */
    private static Set<Throwable> behind(Throwable e) {
        Set<Throwable> found = new LinkedHashSet<>();
        Deque<Throwable> open = new ArrayDeque<>(List.of(e));
        while (!open.isEmpty()) {
            Throwable next = open.remove();
            if (found.add(next)) {
                Optional.ofNullable(next.getCause()).ifPresent(open::add);
                open.addAll(List.of(next.getSuppressed()));
            }
        }
        return found;
    }

    /** Connection lost or refused (class 08), server shutting down or starting (57P), too many connections, pool empty. */
    private static boolean databaseAway(SQLException e) {
        String state = e.getSQLState();
        if (state == null) {
            String message = Objects.toString(e.getMessage(), "");
            return message.contains("timeout") || message.contains("connection") || message.contains("closed");
        }
        return state.startsWith("08") || state.startsWith("57P") || state.equals("53300");
    }

    private static Problem.Body body(InvalidSpec e) {
        return new Problem.Body(
                "about:blank",
                Problem.title(422),
                422,
                Objects.requireNonNullElse(e.getMessage(), e.rule()),
                null,
                e.code(),
                e.field(),
                e.value(),
                e.rule(),
                e.remedy(),
                null,
                null);
    }

    private static Problem.Body body(int status, WebApplicationException e, UriInfo uri) {
        return switch (status) {
            case 404 -> Problem.Body.of(404, "NOT_FOUND", "There is nothing at " + uri.getPath() + ".");
            case 405 -> Problem.Body.of(405, "METHOD_NOT_ALLOWED", "This path does not know that method.");
            case 406 -> Problem.Body.of(406, "NOT_ACCEPTABLE", "This path cannot answer in a type that Accept names.");
            case 413 ->
                Problem.tooLarge("The body is too large.", HttpRules.BODY_LIMIT).body();
            case 415 ->
                Problem.Body.of(
                        415,
                        "UNSUPPORTED_MEDIA_TYPE",
                        "This path does not take that Content-Type; send application/json.");
            default -> Problem.Body.of(status, Objects.requireNonNullElse(e.getMessage(), Problem.title(status)));
        };
    }

    /** A body's record may refuse its own values with a problem; Jackson wraps what its constructor throws. */
    private static Problem.Body body(JsonProcessingException e) {
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof Problem problem) {
                return problem.body();
            }
        }
        RuntimeException refusal = Json.refusal(e);
        if (refusal instanceof InvalidSpec spec) {
            return body(spec);
        }
        if (refusal instanceof MalformedJson malformed) {
            return body(malformed);
        }
        throw refusal;
    }

    private static Problem.Body body(MalformedJson e) {
        return Problem.Body.of(400, "BAD_JSON", Objects.requireNonNullElse(e.getMessage(), "The body is not JSON."));
    }

    private static Response answer(Problem.Body body, UriInfo uri) {
        Response.ResponseBuilder answer = MlflowRefusal.at(uri.getPath())
                ? Response.status(MlflowRefusal.status(body))
                        .type(MediaType.APPLICATION_JSON)
                        .entity(MlflowRefusal.of(body))
                : Response.status(body.status()).type(Problem.Body.MEDIA_TYPE).entity(body.at(uri.getPath()));
        if (body.status() == 503 || body.status() == 429) {
            answer.header(HttpHeaders.RETRY_AFTER, RETRY_SECONDS);
        }
        return answer.build();
    }
}
