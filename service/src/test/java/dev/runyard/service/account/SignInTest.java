package dev.runyard.service.account;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runyard.service.auth.Tokens;
import dev.runyard.service.embedded.WithLab;
import dev.runyard.service.http.RawHttp;
import dev.runyard.service.metric.Lab;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** From an invitation to a signed-in browser and a token, and what ends them. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class SignInTest {
    private static final String PASSWORD = "four words of my own";

    @TestHTTPResource
    URI base;

    @Inject
    Tokens tokens;

    @Inject
    Lab lab;

    private final HttpClient http = HttpClient.newHttpClient();
    private final String name = "p-" + UUID.randomUUID();

    private HttpResponse<String> send(String method, String path, String body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path))
                .header("Content-Type", "application/json")
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private String invitation() throws Exception {
        HttpResponse<String> made = send(
                "POST",
                "/api/v1/accounts",
                "{\"name\":\"" + name + "\"}",
                "Authorization",
                "Bearer " + tokens.person());
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        return json(made).path("invitation").asText();
    }

    private static JsonNode json(HttpResponse<String> answer) throws IOException {
        return new ObjectMapper().readTree(answer.body());
    }

    private HttpResponse<String> take(String invitation, String password) throws Exception {
        return send(
                "POST",
                "/api/v1/sign-in/invitation",
                "{\"invitation\":\"" + invitation + "\",\"password\":\"" + password + "\"}");
    }

    private HttpResponse<String> signIn(String who, String password) throws Exception {
        return send("POST", "/api/v1/sign-in", "{\"name\":\"" + who + "\",\"password\":\"" + password + "\"}");
    }

    private static String cookie(HttpResponse<String> answer) {
        String set = answer.headers().firstValue("set-cookie").orElseThrow();
        assertThat(set.toLowerCase(java.util.Locale.ROOT)).contains("httponly", "samesite=strict", "path=/");
        return set.replaceFirst(";.*", "");
    }

    @Test
    void anInvitationIsGoodOnceAndForAPasswordThatIsOne() throws Exception {
        String invitation = invitation();
        for (String bad : List.of("short", "aaaaaaaaaaaaaaaa", "x".repeat(201))) {
            assertThat(take(invitation, bad).statusCode()).as(bad).isEqualTo(422);
        }
        HttpResponse<String> taken = take(invitation, PASSWORD);
        assertThat(taken.statusCode()).as(taken.body()).isEqualTo(200);
        assertThat(send("GET", "/api/v1/me", "", "Cookie", cookie(taken)).body())
                .contains(name);
        assertThat(take(invitation, PASSWORD).statusCode()).isEqualTo(404);
        assertThat(signIn(name, PASSWORD).statusCode()).isEqualTo(200);
        String stored =
                lab.column("select password from account where name = ?", name).get(0);
        assertThat(stored).startsWith("$argon2id$").doesNotContain(PASSWORD);
        assertThat(lab.number("select count(*) from invitation where hash = ?", invitation))
                .isZero();
        assertThat(lab.number(
                        "select count(*) from audit where who = ? and kind = 'account' and action = 'UPDATE'", name))
                .isEqualTo(1);
    }

    @Test
    void aWrongNameAndAWrongPasswordLookAlikeAndTakeAsLong() throws Exception {
        take(invitation(), PASSWORD);
        signIn("warm-" + UUID.randomUUID(), PASSWORD);
        long wrong = Long.MAX_VALUE;
        long unknown = Long.MAX_VALUE;
        // In turns, and the shortest of each: what else the machine does makes some longer, and none shorter.
        for (int i = 0; i < 4; i++) {
            long start = System.nanoTime();
            HttpResponse<String> one = signIn(name, "not the words of mine");
            wrong = Math.min(wrong, System.nanoTime() - start);
            start = System.nanoTime();
            HttpResponse<String> other = signIn("nobody-" + UUID.randomUUID(), "not the words of mine");
            unknown = Math.min(unknown, System.nanoTime() - start);
            assertThat(one.statusCode()).isEqualTo(401);
            assertThat(other.statusCode()).isEqualTo(401);
            assertThat(one.body()).isEqualTo(other.body());
        }
        // Without the comparison that stands in for the missing one, the second takes a hundredth.
        assertThat((double) unknown / wrong).isBetween(0.4, 2.5);
    }

    @Test
    void whoIsWrongTooOftenWaitsAndNobodyElseDoes() throws Exception {
        take(invitation(), PASSWORD);
        int refused = 0;
        for (int i = 0; i < 12; i++) {
            HttpResponse<String> answer = signIn(name, "guess number " + i);
            refused += answer.statusCode() == 429 ? 1 : 0;
            if (answer.statusCode() == 429) {
                assertThat(answer.headers().firstValue("retry-after")).isPresent();
            }
        }
        assertThat(refused).isEqualTo(12 - Throttle.WRONG.ofBoth());
        // The right one neither: or the limit would be none.
        assertThat(signIn(name, PASSWORD).statusCode()).isEqualTo(429);
        assertThat(send("GET", "/api/v1/me", "", "Authorization", "Bearer " + tokens.person())
                        .statusCode())
                .isEqualTo(200);
    }

    /** Fifty a second, each from another address and at another name, so that no count of one of them stops it. */
    @Test
    void guessesFromEverywhereKeepNobodyElseOut() throws Exception {
        take(invitation(), PASSWORD);
        Map<Integer, AtomicInteger> answers = new ConcurrentHashMap<>();
        ExecutorService threads = Executors.newCachedThreadPool();
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        AtomicInteger number = new AtomicInteger();
        List<Long> millis = new ArrayList<>();
        try {
            clock.scheduleAtFixedRate(
                    () -> threads.execute(() -> guess(number.incrementAndGet(), answers)),
                    0,
                    20,
                    TimeUnit.MILLISECONDS);
            while (number.get() < 250) {
                long begin = System.nanoTime();
                assertThat(send("GET", "/api/v1/runs?limit=5", "", "Authorization", "Bearer " + tokens.person())
                                .statusCode())
                        .isEqualTo(200);
                millis.add((System.nanoTime() - begin) / 1_000_000);
                Thread.sleep(20);
            }
            // The right one gets in between: whoever is told to come again does so.
            int status = 503;
            for (int i = 0; status == 503 && i < 100; i++) {
                status = signIn(name, PASSWORD).statusCode();
                Thread.sleep(status == 503 ? 100 : 0);
            }
            assertThat(status).isEqualTo(200);
        } finally {
            clock.shutdownNow();
            threads.shutdown();
            assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(answers.keySet()).isSubsetOf(401, 503);
        Collections.sort(millis);
        System.out.printf(
                "under 50 wrong tries/s: others %d requests, median %d ms, worst %d ms; tries by answer %s%n",
                millis.size(), millis.get(millis.size() / 2), millis.get(millis.size() - 1), answers);
        assertThat(millis.get(millis.size() / 2))
                .as("others do not wait for passwords: five seconds would be their turn")
                .isLessThan(2_000);
    }

    private void guess(int number, Map<Integer, AtomicInteger> answers) {
        String body = "{\"name\":\"nobody-" + number + "\",\"password\":\"a guess of mine " + number + "\"}";
        try {
            int status = RawHttp.exchange(
                            "127.1." + number / 250 + "." + (1 + number % 250),
                            base,
                            "POST",
                            "/api/v1/sign-in",
                            base.getAuthority(),
                            body,
                            List.of("Content-Type: application/json", "Content-Length: " + body.length()))
                    .status();
            answers.computeIfAbsent(status, s -> new AtomicInteger()).incrementAndGet();
        } catch (IOException e) {
            answers.computeIfAbsent(0, s -> new AtomicInteger()).incrementAndGet();
        }
    }

    @Test
    void whatIsTakenBackIsNobodysFromTheNextRequestOn() throws Exception {
        String mine = cookie(take(invitation(), PASSWORD));
        String copied = mine;
        HttpResponse<String> made = send(
                "POST",
                "/api/v1/me/tokens",
                "{\"name\":\"ci\",\"days\":1}",
                "Cookie",
                mine,
                "Sec-Fetch-Site",
                "same-origin");
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        String secret = json(made).path("secret").asText();
        assertThat(secret).startsWith("runyard_").hasSizeGreaterThan(45);
        String id = json(made).path("token").path("id").asText();
        assertThat(send("GET", "/api/v1/me", "", "Authorization", "Bearer " + secret)
                        .statusCode())
                .isEqualTo(200);
        assertThat(json(send("GET", "/api/v1/me/tokens", "", "Cookie", mine))
                        .get(0)
                        .path("lastUsedAt")
                        .asText())
                .isNotEmpty();
        // It may not become what outlives it.
        assertThat(send("POST", "/api/v1/session", "", "Authorization", "Bearer " + secret)
                        .statusCode())
                .isEqualTo(403);
        assertThat(send(
                                "PUT",
                                "/api/v1/me/password",
                                "{\"old\":\"" + PASSWORD + "\",\"password\":\"other words of my own\"}",
                                "Authorization",
                                "Bearer " + secret)
                        .statusCode())
                .isEqualTo(403);
        assertThat(send("DELETE", "/api/v1/me/tokens/" + id, "", "Cookie", mine, "Sec-Fetch-Site", "same-origin")
                        .statusCode())
                .isEqualTo(204);
        assertThat(send("GET", "/api/v1/me", "", "Authorization", "Bearer " + secret)
                        .statusCode())
                .isEqualTo(401);
        assertThat(send("DELETE", "/api/v1/session", "", "Cookie", mine, "Sec-Fetch-Site", "same-origin")
                        .statusCode())
                .isEqualTo(204);
        assertThat(send("GET", "/api/v1/me", "", "Cookie", copied).statusCode()).isEqualTo(401);
    }

    @Test
    void aNewPasswordAndADisabledAccountEndWhatWasOpen() throws Exception {
        String first = cookie(take(invitation(), PASSWORD));
        String second = cookie(signIn(name, PASSWORD));
        HttpResponse<String> changed = send(
                "PUT",
                "/api/v1/me/password",
                "{\"old\":\"" + PASSWORD + "\",\"password\":\"other words of my own\"}",
                "Cookie",
                second,
                "Sec-Fetch-Site",
                "same-origin");
        assertThat(changed.statusCode()).as(changed.body()).isEqualTo(204);
        assertThat(send("GET", "/api/v1/me", "", "Cookie", first).statusCode()).isEqualTo(401);
        assertThat(send("GET", "/api/v1/me", "", "Cookie", second).statusCode()).isEqualTo(200);
        assertThat(signIn(name, PASSWORD).statusCode()).isEqualTo(401);
        String id = lab.column("select id from account where name = ?", name).get(0);
        assertThat(send(
                                "PATCH",
                                "/api/v1/accounts/" + id,
                                "{\"disabled\":true}",
                                "Authorization",
                                "Bearer " + tokens.person())
                        .statusCode())
                .isEqualTo(200);
        assertThat(send("GET", "/api/v1/me", "", "Cookie", second).statusCode()).isEqualTo(401);
        assertThat(signIn(name, "other words of my own").statusCode()).isEqualTo(401);
    }

    @Test
    void whoeverRunsTheLabStaysItsAdministrator() throws Exception {
        String id = lab.column("select id from account where local").get(0);
        assertThat(send(
                                "PATCH",
                                "/api/v1/accounts/" + id,
                                "{\"disabled\":true}",
                                "Authorization",
                                "Bearer " + tokens.person())
                        .statusCode())
                .isEqualTo(409);
    }
}
