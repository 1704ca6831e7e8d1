package dev.runyard.service.auth;

import io.quarkus.arc.Arc;
import io.quarkus.test.junit.callback.QuarkusTestBeforeEachCallback;
import io.quarkus.test.junit.callback.QuarkusTestMethodContext;
import io.restassured.RestAssured;
import io.restassured.filter.Filter;

/** Every request of a test is a person's unless it carries a token of its own. */
public final class SignedIn implements QuarkusTestBeforeEachCallback {
    /** The header of a person, for requests that are written by hand. */
    public static String header() {
        return "Authorization: Bearer " + token();
    }

    private static String token() {
        return Arc.container().instance(Tokens.class).get().person();
    }

    @Override
    public void beforeEach(QuarkusTestMethodContext context) {
        String token = token();
        Filter asPerson = (request, response, rest) -> {
            if (!request.getHeaders().hasHeaderWithName("Authorization")) {
                request.header("Authorization", "Bearer " + token);
            }
            return rest.next(request, response);
        };
        RestAssured.replaceFiltersWith(asPerson);
    }
}
