package dev.runyard.service.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.service.embedded.WithLab;
import dev.runyard.service.http.RawHttp;
import dev.runyard.service.http.Route;
import dev.runyard.service.metric.Lab;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What is stolen or forged: cookies that another site makes a browser send, sessions and tokens after they end, forwarded addresses. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class ThievesTest {
    @TestHTTPResource
    URI base;

    @Inject
    Lab lab;

    @Inject
    People people;

    @Inject
    Tokens tokens;

    private int ask(String method, String path, String... headers) throws IOException {
        List<String> all = new ArrayList<>(List.of(headers));
        all.add("Content-Type: application/json");
        all.add("Content-Length: 2");
        return RawHttp.exchange(base, method, path, base.getAuthority(), "{}", all)
                .status();
    }

    @Test
    void noOtherSiteMakesASignedInBrowserChangeAnything() throws IOException {
        UUID account = people.account("csrf-" + UUID.randomUUID());
        people.member("default", account, "MAINTAINER");
        String cookie = "Cookie: " + people.session(account);
        assertThat(ask("GET", "/api/v1/me", cookie)).isEqualTo(200);
        int walked = 0;
        for (Route route : Route.documented()) {
            if (List.of("GET", "HEAD").contains(route.method()) || route.path().startsWith("/api/v1/sign-in")) {
                continue;
            }
            String path = route.path().replaceAll("\\{[^}]+}", UUID.randomUUID().toString());
            for (List<String> from : List.of(
                    List.of(cookie),
                    List.of(cookie, "Sec-Fetch-Site: none"),
                    List.of(cookie, "Sec-Fetch-Site: cross-site"),
                    List.of(cookie, "Sec-Fetch-Site: same-site"),
                    List.of(cookie, "Origin: https://evil.example"),
                    List.of(cookie, "Origin: null"),
                    List.of(cookie, "Referer: http://" + base.getAuthority() + "/"))) {
                assertThat(ask(route.method(), path, from.toArray(String[]::new)))
                        .as(route + " " + from.subList(1, from.size()))
                        .isIn(401, 403);
                walked++;
            }
        }
        assertThat(walked).isGreaterThan(200);
        // From our own page it is let through, to whatever the role allows.
        assertThat(ask("POST", "/api/v1/specs/check", cookie, "Sec-Fetch-Site: same-origin"))
                .isNotIn(401, 403);
    }

    @Test
    void whatEndsIsWorthNothingAtOnce() throws IOException {
        UUID account = people.account("stolen-" + UUID.randomUUID());
        people.member("default", account, "RESEARCHER");
        String cookie = "Cookie: " + people.session(account);
        String token = people.token(account, "WRITE");
        String bearer = "Authorization: Bearer " + token;
        assertThat(ask("GET", "/api/v1/me", bearer)).isEqualTo(200);
        lab.sql("update api_token set expires_at = now() - interval '1 s' where account_id = ?", account);
        assertThat(ask("GET", "/api/v1/me", bearer)).isEqualTo(401);
        lab.sql("update api_token set expires_at = null, revoked_at = now() where account_id = ?", account);
        assertThat(ask("GET", "/api/v1/me", bearer)).isEqualTo(401);
        assertThat(ask("GET", "/api/v1/me", cookie)).isEqualTo(200);
        lab.sql("update session set expires_at = now() where account_id = ?", account);
        assertThat(ask("GET", "/api/v1/me", cookie)).isEqualTo(401);
        // What lies in the database opens nothing.
        for (String hash : lab.column("select hash from api_token union all select hash from session limit 50")) {
            assertThat(ask("GET", "/api/v1/me", "Authorization: Bearer " + hash))
                    .isEqualTo(401);
            assertThat(ask("GET", "/api/v1/me", "Authorization: Bearer runyard_" + hash))
                    .isEqualTo(401);
            assertThat(ask("GET", "/api/v1/me", "Cookie: " + tokens.cookie() + "=s_" + hash))
                    .isEqualTo(401);
        }
        assertThat(lab.number("select count(*) from api_token where hash = ? or name = ?", token, token))
                .isZero();
    }

    /** The home's token is for the lab's own machine: by way of a proxy nobody comes in with it. */
    @Test
    void theHomesTokenDoesNotComeThroughAProxy() throws IOException {
        String home = "Authorization: Bearer " + tokens.person();
        assertThat(ask("GET", "/api/v1/me", home)).isEqualTo(200);
        for (String forwarded :
                List.of("X-Forwarded-For: 127.0.0.1", "Forwarded: for=127.0.0.1", "X-Forwarded-Proto: https")) {
            assertThat(ask("GET", "/api/v1/me", home, forwarded)).as(forwarded).isEqualTo(401);
        }
    }

    /** No proxy is trusted here, so what a request says of its origin is its own invention. */
    @Test
    void whereARequestSaysItComesFromIsNotBelieved() throws IOException {
        UUID account = people.account("forwarded-" + UUID.randomUUID());
        people.member("default", account, "MAINTAINER");
        String bearer = "Authorization: Bearer " + people.token(account, "WRITE");
        String invented = "203.0.113." + (int) (Math.random() * 200);
        ask("POST", "/api/v1/me/tokens", bearer, "X-Forwarded-For: " + invented, "X-Forwarded-Host: evil.example");
        RawHttp.exchange(
                base,
                "POST",
                "/api/v1/me/tokens",
                base.getAuthority(),
                "{\"name\":\"x\"}",
                List.of(
                        bearer,
                        "Content-Type: application/json",
                        "Content-Length: 12",
                        "X-Forwarded-For: " + invented));
        assertThat(lab.column("select address from audit where account_id = ? and kind = 'api_token'", account))
                .isNotEmpty()
                .doesNotContain(invented);
    }
}
