package dev.runyard.service.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.service.auth.SignedIn;
import dev.runyard.service.embedded.WithLab;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** One token that asks without end keeps a place free for everybody else. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class CallersTest {
    private static final int MOST = Callers.most(Admission.Kind.PEOPLE);

    @TestHTTPResource
    URI base;

    @Inject
    DataSource database;

    @Test
    void oneTokenCannotFillTheQueueOfAll() throws Exception {
        String other = given().contentType("application/json")
                .body(Map.of("name", "another"))
                .post("/api/v1/me/tokens")
                .then()
                .statusCode(201)
                .extract()
                .path("secret");
        assertThat(given().get("/api/v1/projects").statusCode()).isEqualTo(200);
        String mine = SignedIn.header().replaceFirst("Authorization: ", "");
        HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        List<CompletableFuture<HttpResponse<String>>> greedy = new ArrayList<>();
        CompletableFuture<HttpResponse<String>> modest;
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("lock table project in access exclusive mode");
            for (int i = 0; i <= MOST; i++) {
                greedy.add(ask(http, i % 2 == 0 ? mine : asPassword("name-" + i, mine)));
            }
            CompletableFuture.anyOf(greedy.toArray(CompletableFuture[]::new)).get(20, TimeUnit.SECONDS);
            CompletableFuture<HttpResponse<String>> tooMany = greedy.stream()
                    .filter(CompletableFuture::isDone)
                    .findFirst()
                    .orElseThrow();
            HttpResponse<String> refused = tooMany.join();
            assertThat(refused.statusCode()).as(refused.body()).isEqualTo(429);
            assertThat(refused.body()).contains("TOO_MANY_REQUESTS");
            assertThat(refused.headers().firstValue("RateLimit-Limit")).contains(Integer.toString(MOST));
            assertThat(refused.headers().firstValue("Retry-After")).contains("1");
            greedy.remove(tooMany);
            modest = ask(http, "Bearer " + other);
            Thread.sleep(500);
            assertThat(modest).as("waits for its turn").isNotDone();
            connection.rollback();
        }
        assertThat(modest.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        for (CompletableFuture<HttpResponse<String>> one : greedy) {
            assertThat(one.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        }
        assertThat(ask(http, mine).get(20, TimeUnit.SECONDS).statusCode())
                .as("what was answered counts no more")
                .isEqualTo(200);
    }

    /** As programs send it that know names and passwords only. */
    private static String asPassword(String name, String bearer) {
        byte[] pair = (name + ":" + bearer.replaceFirst("Bearer ", "")).getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(pair);
    }

    private CompletableFuture<HttpResponse<String>> ask(HttpClient http, String authorization) {
        return http.sendAsync(
                HttpRequest.newBuilder(base.resolve("/api/v1/projects"))
                        .header("Authorization", authorization)
                        .timeout(Duration.ofSeconds(30))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
