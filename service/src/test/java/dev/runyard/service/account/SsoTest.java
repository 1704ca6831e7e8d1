package dev.runyard.service.account;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.runyard.service.auth.People;
import dev.runyard.service.embedded.WithLab;
import dev.runyard.service.http.RawHttp;
import dev.runyard.service.metric.Lab;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sign-in through an institution, whose issuer is a server of this test: what it vouches for, and what it does not. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
@QuarkusTestResource(value = SsoTest.StubIssuer.class, restrictToAnnotatedClass = true)
final class SsoTest {
    /** An issuer that says what a test tells it to. */
    public static final class StubIssuer implements QuarkusTestResourceLifecycleManager {
        static final Map<String, Object> CLAIMS = new ConcurrentHashMap<>();
        static volatile Map<String, String> asked = Map.of();
        static volatile boolean away;
        private static String url = "";
        private HttpServer server;

        @Override
        public Map<String, String> start() {
            try {
                server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
            url = "http://127.0.0.1:" + server.getAddress().getPort();
            server.createContext("/", exchange -> {
                String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
                String answer;
                if (away) {
                    exchange.close();
                    return;
                } else if (exchange.getRequestURI().getPath().equals("/token")) {
                    asked = fields(body);
                    answer = "{\"id_token\":\"" + token() + "\"}";
                } else {
                    answer = "{\"issuer\":\"" + url + "\",\"authorization_endpoint\":\"" + url
                            + "/authorize\",\"token_endpoint\":\"" + url + "/token\"}";
                }
                byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, bytes.length);
                exchange.getResponseBody().write(bytes);
                exchange.close();
            });
            server.start();
            System.setProperty("runyard.oidc.issuer", url);
            System.setProperty("runyard.oidc.client", "runyard");
            System.setProperty(
                    "runyard.oidc.groups",
                    "vision=sso-birds:researcher, keepers=sso-birds:maintainer, root=administrator");
            return Map.of();
        }

        private static String token() throws IOException {
            String claims = new ObjectMapper().writeValueAsString(CLAIMS);
            return "e30."
                    + Base64.getUrlEncoder().withoutPadding().encodeToString(claims.getBytes(StandardCharsets.UTF_8))
                    + ".x";
        }

        @Override
        public void stop() {
            for (String name : List.of("issuer", "client", "groups")) {
                System.clearProperty("runyard.oidc." + name);
            }
            server.stop(0);
        }
    }

    @TestHTTPResource
    URI base;

    @Inject
    Lab lab;

    @Inject
    People people;

    private final HttpClient http = HttpClient.newHttpClient();
    private final String name = "sso-" + UUID.randomUUID();

    @BeforeEach
    void issuer() {
        if (lab.number("select count(*) from project where name = 'sso-birds'") == 0) {
            people.project("sso-birds");
        }
        StubIssuer.away = false;
        StubIssuer.CLAIMS.clear();
        StubIssuer.CLAIMS.putAll(Map.of(
                "iss",
                StubIssuer.url,
                "aud",
                "runyard",
                "sub",
                name,
                "preferred_username",
                name + "@example.org",
                "exp",
                Instant.now().getEpochSecond() + 60,
                "groups",
                List.of("vision")));
    }

    private static Map<String, String> fields(String query) {
        return Arrays.stream(query.split("&"))
                .map(field -> field.split("=", 2))
                .collect(Collectors.toMap(
                        f -> f[0], f -> URLDecoder.decode(f[1], StandardCharsets.UTF_8), (a, b) -> b, TreeMap::new));
    }

    private HttpResponse<String> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private record Begun(Map<String, String> query, String cookie) {}

    private Begun begin() throws Exception {
        HttpResponse<String> sent = get("/api/v1/sign-in/sso");
        assertThat(sent.statusCode()).as(sent.body()).isEqualTo(303);
        URI to = URI.create(sent.headers().firstValue("location").orElseThrow());
        assertThat(to.toString()).startsWith(StubIssuer.url + "/authorize?");
        Map<String, String> query = fields(to.getRawQuery());
        assertThat(query).containsEntry("code_challenge_method", "S256").containsEntry("response_type", "code");
        StubIssuer.CLAIMS.putIfAbsent("nonce", query.get("nonce"));
        return new Begun(
                query, sent.headers().firstValue("set-cookie").orElseThrow().replaceFirst(";.*", ""));
    }

    private HttpResponse<String> come(Begun begun) throws Exception {
        return get(
                "/api/v1/sign-in/sso/callback?code=c&state=" + begun.query().get("state"),
                "Cookie",
                begun.cookie(),
                "Sec-Fetch-Site",
                "cross-site");
    }

    private static String session(HttpResponse<String> answer) {
        return answer.headers().allValues("set-cookie").stream()
                .filter(cookie -> !cookie.startsWith("runyard-sso"))
                .findFirst()
                .orElseThrow()
                .replaceFirst(";.*", "");
    }

    @Test
    void whomTheIssuerVouchesForIsSignedInWithTheRolesOfTheirGroups() throws Exception {
        Begun begun = begin();
        HttpResponse<String> come = come(begun);
        assertThat(come.statusCode()).as(come.body()).isEqualTo(303);
        byte[] hash = MessageDigest.getInstance("SHA-256")
                .digest(StubIssuer.asked.get("code_verifier").getBytes(StandardCharsets.US_ASCII));
        assertThat(Base64.getUrlEncoder().withoutPadding().encodeToString(hash))
                .isEqualTo(begun.query().get("code_challenge"));
        String me = get("/api/v1/me", "Cookie", session(come)).body();
        assertThat(me)
                .contains(name)
                .contains("sso-birds")
                .contains("RESEARCHER")
                .contains("\"administrator\":false");
        assertThat(lab.number(
                        "select count(*) from audit where who = ? and kind = 'member' and action = 'INSERT'", name))
                .isEqualTo(1);
        // Good once.
        assertThat(come(begun).statusCode()).isEqualTo(401);
        // The groups of the day hold: one more, then none.
        StubIssuer.CLAIMS.put("groups", List.of("keepers", "root"));
        StubIssuer.CLAIMS.remove("nonce");
        assertThat(get("/api/v1/me", "Cookie", session(come(begin()))).body()).contains("\"administrator\":true");
        assertThat(lab.column("select role from member m join account a on a.id = m.account_id where a.name = ?", name))
                .containsExactly("MAINTAINER");
        StubIssuer.CLAIMS.put("groups", List.of());
        StubIssuer.CLAIMS.remove("nonce");
        assertThat(get("/api/v1/me", "Cookie", session(come(begin()))).body())
                .contains("\"administrator\":false")
                .doesNotContain("sso-birds");
        assertThat(lab.number("select count(*) from account where name = ?", name))
                .isEqualTo(1);
    }

    @Test
    void whatIsNotVouchedForSignsNobodyIn() throws Exception {
        Map<String, Object> wrong = new LinkedHashMap<>();
        wrong.put("iss", "https://evil.example");
        wrong.put("aud", "another");
        wrong.put("exp", Instant.now().getEpochSecond() - 600);
        wrong.put("nonce", "another");
        wrong.put("sub", "");
        for (Map.Entry<String, Object> one : wrong.entrySet()) {
            issuer();
            Begun begun = begin();
            StubIssuer.CLAIMS.put(one.getKey(), one.getValue());
            HttpResponse<String> come = come(begun);
            assertThat(come.statusCode()).as(one.getKey() + come.body()).isEqualTo(401);
            assertThat(come.body()).contains("NOT_VOUCHED_FOR");
        }
        issuer();
        Begun begun = begin();
        // Begun in another browser, or nowhere.
        assertThat(get("/api/v1/sign-in/sso/callback?code=c&state="
                                + begun.query().get("state"))
                        .statusCode())
                .isEqualTo(401);
        assertThat(get("/api/v1/sign-in/sso/callback?code=c&state=x", "Cookie", "runyard-sso=x")
                        .statusCode())
                .isEqualTo(401);
        assertThat(lab.number("select count(*) from account where name = ?", name))
                .isZero();
    }

    @Test
    void aBrowserWhoseSignInFailsStandsOnAPageThatSaysWhy() throws Exception {
        HttpResponse<String> sent =
                get("/api/v1/sign-in/sso/callback?error=access_denied&state=x", "Accept", "text/html,*/*;q=0.8");
        assertThat(sent.statusCode()).as(sent.body()).isEqualTo(303);
        assertThat(sent.headers().firstValue("location").orElseThrow()).endsWith("/#refused=NOT_BEGUN_HERE");
        assertThat(sent.headers().allValues("set-cookie")).noneMatch(cookie -> cookie.startsWith("runyard-session"));
    }

    @Test
    void whoBeginsAgainAndAgainKeepsNoMoreRowsThanAMinuteAllows() throws Exception {
        long before = lab.number("select count(*) from sso_attempt");
        List<Integer> answers = new ArrayList<>();
        for (int i = 0; i < 80; i++) {
            answers.add(RawHttp.exchange(
                            "127.0.0.77", base, "GET", "/api/v1/sign-in/sso", base.getAuthority(), "", List.of())
                    .status());
        }
        assertThat(answers).filteredOn(status -> status == 429).hasSize(20);
        assertThat(lab.number("select count(*) from sso_attempt") - before).isLessThanOrEqualTo(60);
        // By another way it goes on.
        begin();
    }

    @Test
    void anAccountOfAPasswordIsNotTakenOver() throws Exception {
        people.account(name);
        assertThat(come(begin()).statusCode()).isEqualTo(409);
    }

    @Test
    void anIssuerThatIsAwayKeepsNobodyElseOut() throws Exception {
        Begun begun = begin();
        StubIssuer.away = true;
        HttpResponse<String> come = come(begun);
        assertThat(come.statusCode()).isEqualTo(503);
        assertThat(come.body()).contains("ISSUER_AWAY");
        UUID account = people.account("local-" + UUID.randomUUID());
        assertThat(get("/api/v1/me", "Cookie", people.session(account)).statusCode())
                .isEqualTo(200);
    }
}
