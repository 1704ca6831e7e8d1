package dev.runyard.service.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.runyard.service.embedded.WithLab;
import dev.runyard.service.http.RawHttp;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Ways in that are none. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class StrangersTest {
    private static final String PATH = "/api/v1/experiments";
    private static final Pattern COOKIE = Pattern.compile("(?im)^set-cookie: ([^=]+=([^;]+)); ?(.*)$");

    @TestHTTPResource
    URI base;

    @Inject
    Tokens tokens;

    @Test
    void nobodyGetsInAndIsToldHowTo() throws IOException {
        RawHttp.Answer answer = ask("GET", PATH);
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.head().toLowerCase(Locale.ROOT))
                .contains("application/problem+json", "www-authenticate: bearer", "cache-control: no-store");
        assertThat(answer.problem().path("code").asText()).isEqualTo("NOT_SIGNED_IN");
        assertThat(answer.problem().path("remedy").asText()).contains("runyard up", "runyard token");
        assertThat(ask("GET", "/api/v1/events", "Accept: text/event-stream").status())
                .isEqualTo(401);
    }

    @Test
    void onlyTheWholeTokenAsBearerCounts() throws IOException {
        String token = tokens.person();
        assertThat(ask("GET", PATH, "Authorization: Bearer " + token).status()).isEqualTo(200);
        assertThat(ask("GET", PATH, "authorization: bearer " + token).status()).isEqualTo(200);
        for (String header : List.of(
                "Authorization: " + token,
                "Authorization: Basic " + token,
                "Authorization: Bearer",
                "Authorization: Bearer ",
                "Authorization: Bearer " + token.substring(0, token.length() - 1),
                "Authorization: Bearer " + token + "x",
                "Authorization: Bearer " + token + " " + token,
                "Authorization: Bearer " + token.toUpperCase(Locale.ROOT),
                "Authorization: Bearer x" + "y".repeat(12_000),
                "X-Authorization: Bearer " + token,
                "Cookie: " + tokens.cookie() + "=" + token,
                "Cookie: token=" + token)) {
            RawHttp.Answer answer = ask("GET", PATH, header);
            assertThat(answer.status())
                    .as(header.substring(0, Math.min(90, header.length())))
                    .isEqualTo(401);
            assertThat(answer.body()).doesNotContain(token);
            assertThat(answer.problem().path("code").asText())
                    .as(header.substring(0, Math.min(90, header.length())))
                    .isEqualTo(header.startsWith("Authorization") ? "BAD_TOKEN" : "NOT_SIGNED_IN");
        }
        for (String method : List.of("GET", "POST", "DELETE")) {
            RawHttp.Answer answer = ask(
                    method, "/api/v1/session", "Authorization: Bearer runyard_wrong", "Sec-Fetch-Site: same-origin");
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.head().toLowerCase(Locale.ROOT)).contains("application/problem+json");
            assertThat(answer.problem().path("code").asText()).as(method).isEqualTo("BAD_TOKEN");
        }
        for (String query : List.of("token", "access_token", "Authorization", "bearer", "api_key")) {
            assertThat(ask("GET", PATH + "?" + query + "=" + token).status()).isEqualTo(401);
        }
        assertThat(ask("GET", PATH, "Authorization: Bearer " + "y".repeat(20_000))
                        .status())
                .isBetween(400, 499);
    }

    @Test
    void aTokenBecomesACookieThatNoScriptReadsAndNoOtherSiteSends() throws IOException {
        RawHttp.Answer answer = signIn();
        assertThat(answer.status()).isEqualTo(200);
        Matcher cookie = COOKIE.matcher(answer.head());
        assertThat(cookie.find()).as(answer.head()).isTrue();
        assertThat(List.of(cookie.group(3).split("; *"))).contains("Path=/", "HTTPOnly", "SameSite=Strict");
        assertThat(answer.head() + answer.body()).doesNotContain(tokens.person());
        String sent = "Cookie: " + cookie.group(1);
        assertThat(ask("GET", PATH, sent).status()).isEqualTo(200);
        assertThat(ask("GET", PATH, sent, "Sec-Fetch-Site: same-origin").status())
                .isEqualTo(200);
        assertThat(ask("GET", PATH, sent, "Sec-Fetch-Site: none").status()).isEqualTo(200);
        assertThat(ask("GET", PATH, sent, SignedIn.header()).status()).isEqualTo(200);
        assertThat(ask("GET", PATH, sent + "x", SignedIn.header()).status()).isEqualTo(200);
        // What changes something has to come from the page itself.
        String change = "/api/v1/specs/check";
        assertThat(ask("POST", change, sent, "Origin: http://" + base.getAuthority())
                        .status())
                .isNotIn(401, 403);
        assertThat(ask("POST", change, sent, "Sec-Fetch-Site: same-origin").status())
                .isNotIn(401, 403);
        for (String from : List.of("X: y", "Sec-Fetch-Site: none", "Referer: http://" + base.getAuthority() + "/")) {
            assertThat(ask("POST", change, sent, from).status()).as(from).isEqualTo(401);
        }
        for (String site : List.of("same-site", "cross-site", "Same-Origin", "")) {
            assertThat(ask("GET", PATH, sent, "Sec-Fetch-Site: " + site).status())
                    .as(site)
                    .isEqualTo(401);
            assertThat(ask("POST", change, sent, "Sec-Fetch-Site: " + site).status())
                    .as(site)
                    .isIn(401, 403);
        }
        assertThat(ask("GET", PATH, sent, "Authorization: Bearer wrong").status())
                .isEqualTo(401);
    }

    @Test
    void aCookieThatIsNotOurs() throws IOException {
        Matcher cookie = COOKIE.matcher(signIn().head());
        assertThat(cookie.find()).isTrue();
        String name = tokens.cookie();
        String value = cookie.group(2);
        Optional<Integer> account = Optional.of(Integer.valueOf(value.split("\\.")[1]));
        for (String other : List.of(
                "",
                "x",
                value + "x",
                value.substring(1),
                "9" + value,
                tokens.session(Instant.now().minusSeconds(1), account),
                tokens.session(Instant.now().plusSeconds(60), account.map(uid -> uid + 1)),
                tokens.session(Instant.now().plusSeconds(60), Optional.empty()),
                new Tokens("other", "enrol", tokens.person())
                        .session(Instant.now().plusSeconds(60), account),
                "z".repeat(10_000))) {
            assertThat(ask("GET", PATH, "Cookie: " + name + "=" + other).status())
                    .as(other.substring(0, Math.min(80, other.length())))
                    .isEqualTo(401);
        }
        // A page that does not know who asks still comes up, and says so.
        assertThat(ask("GET", "/q/health/live", "Cookie: " + name + "=x").status())
                .isEqualTo(200);
    }

    @Test
    void aBrowserIsSignedOut() throws IOException {
        Matcher signedIn = COOKIE.matcher(signIn().head());
        assertThat(signedIn.find()).isTrue();
        RawHttp.Answer out =
                ask("DELETE", "/api/v1/session", "Cookie: " + signedIn.group(1), "Sec-Fetch-Site: same-origin");
        assertThat(out.status()).isEqualTo(204);
        Matcher cookie = Pattern.compile("(?im)^set-cookie: ([^=]+)=; ?(.*)$").matcher(out.head());
        assertThat(cookie.find()).as(out.head()).isTrue();
        assertThat(signedIn.group(1)).startsWith(cookie.group(1) + "=");
        assertThat(cookie.group(2)).contains("Max-Age=0").contains("Path=/");
        assertThat(ask("DELETE", "/api/v1/session").status()).isEqualTo(401);
    }

    @Test
    void nobodySignsABrowserInFromElsewhere() throws IOException {
        for (String from : List.of("Origin: http://evil.com", "Origin: null", "Sec-Fetch-Site: cross-site")) {
            RawHttp.Answer answer = ask("POST", "/api/v1/session", SignedIn.header(), from);
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.head().toLowerCase(Locale.ROOT)).doesNotContain("set-cookie");
        }
        assertThat(ask("GET", "/api/v1/session", SignedIn.header()).status()).isEqualTo(405);
        assertThat(ask("POST", "/api/v1/session", "Authorization: Bearer " + tokens.worker(java.util.UUID.randomUUID()))
                        .status())
                .isEqualTo(403);
    }

    /** A browser sends its cookies to every port of 127.0.0.1, also to one of another account's. */
    @Test
    void aCookieServesNoOtherAccountOfTheMachine() throws Exception {
        assumeTrue(
                System.getProperty("user.name").equals("root")
                        && Files.isExecutable(Path.of("/usr/bin/setpriv"))
                        && Files.isExecutable(Path.of("/usr/bin/curl")),
                "skipped: only root can be another account, by setpriv and curl");
        Matcher cookie = COOKIE.matcher(signIn().head());
        assertThat(cookie.find()).isTrue();
        assertThat(status(0, "Cookie: " + cookie.group(1))).isEqualTo(200);
        assertThat(status(65_534, "Cookie: " + cookie.group(1))).isEqualTo(401);
        assertThat(status(65_534, "X: y")).isEqualTo(401);
        // The token itself is whoever's has it.
        assertThat(status(65_534, SignedIn.header())).isEqualTo(200);
    }

    private int status(int account, String header) throws IOException, InterruptedException {
        Process curl = new ProcessBuilder(
                        "/usr/bin/setpriv",
                        "--reuid=" + account,
                        "--regid=" + account,
                        "--clear-groups",
                        "/usr/bin/curl",
                        "--silent",
                        "--noproxy",
                        "*",
                        "--header",
                        "@-",
                        "--output",
                        "/dev/null",
                        "--write-out",
                        "%{http_code}",
                        "http://" + base.getAuthority() + PATH)
                .start();
        curl.getOutputStream().write((header + "\n").getBytes(StandardCharsets.UTF_8));
        curl.getOutputStream().close();
        String said = new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(curl.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return Integer.parseInt(said.strip());
    }

    private RawHttp.Answer signIn() throws IOException {
        return ask("POST", "/api/v1/session", SignedIn.header(), "Sec-Fetch-Site: same-origin");
    }

    private RawHttp.Answer ask(String method, String path, String... headers) throws IOException {
        List<String> all = new ArrayList<>(List.of(headers));
        if (method.equals("POST")) {
            all.add("Content-Length: 0");
        }
        return RawHttp.exchange(base, method, path, base.getAuthority(), "", all);
    }
}
