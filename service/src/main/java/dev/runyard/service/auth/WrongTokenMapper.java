package dev.runyard.service.auth;

import dev.runyard.service.http.MlflowRefusal;
import dev.runyard.service.http.Problem;
import io.quarkus.security.AuthenticationFailedException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/**
 * What a wrong token is told where a route would answer: there the failure comes as an exception, which is by itself a 401 without a
 * body. Where no route would, the {@link TokenMechanism} ends the request.
 */
class WrongTokenMapper {
    WrongTokenMapper() {}

    @ServerExceptionMapper
    Response wrong(AuthenticationFailedException e, UriInfo uri, Request request) {
        Problem.Body refusal = TokenMechanism.refusal(true);
        boolean mlflow = MlflowRefusal.at(uri.getPath());
        Response.ResponseBuilder answer = Response.status(401)
                .type(mlflow ? MediaType.APPLICATION_JSON : Problem.Body.MEDIA_TYPE)
                .header(HttpHeaders.WWW_AUTHENTICATE, TokenMechanism.CHALLENGE)
                .entity(mlflow ? MlflowRefusal.of(refusal) : refusal.at(uri.getPath()));
        if (!request.getMethod().equals("GET") && !request.getMethod().equals("HEAD")) {
            // What the request carries is not read, so the connection cannot carry another one.
            answer.header("Connection", "close");
        }
        return answer.build();
    }
}
