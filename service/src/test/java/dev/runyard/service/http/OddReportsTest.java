package dev.runyard.service.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.runyard.service.auth.SignedIn;
import dev.runyard.service.metric.Lab;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies that no client of ours sends: each is refused for what it is, or kept within bounds. */
@QuarkusTest
final class OddReportsTest {
    private static final byte[] NO_UTF8 = {(byte) 0xc3, (byte) 0x28};

    @TestHTTPResource
    URI base;

    @Inject
    Lab lab;

    private ValidatableResponse told(UUID run, String what, byte[] body) {
        return given().header("Authorization", lab.bearer(run, 1))
                .contentType("application/json")
                .body(body)
                .post("/api/v1/runs/" + run + "/attempts/1/" + what)
                .then();
    }

    private static byte[] broken(String before, String after) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(before.getBytes(StandardCharsets.UTF_8));
        out.writeBytes(NO_UTF8);
        out.writeBytes(after.getBytes(StandardCharsets.UTF_8));
        return out.toByteArray();
    }

    /** It was stored as U+FFFD, which is another text than was sent. */
    @Test
    void whatIsNoUtf8IsRefusedAndNothingIsStored() {
        long before = lab.number("select count(*) from run");
        UUID run = lab.run("RUNNING");
        given().contentType("application/json")
                .body(broken("{\"experiment\":\"a", "\",\"spec\":{\"dataset\":{\"id\":\"shapes\"}}}"))
                .post("/api/v1/runs")
                .then()
                .statusCode(400)
                .body("detail", containsString("UTF-8"));
        told(run, "logs", broken("{\"from\":0,\"lines\":[{\"time\":\"2026-01-01T00:00:00Z\",\"line\":\"", "\"}]}"))
                .statusCode(400);
        told(run, "notices", broken("{\"kind\":\"DISK_FULL\",\"why\":\"", "\"}"))
                .statusCode(400);
        told(run, "end", broken("{\"kind\":\"failed\",\"step\":1,\"reason\":\"SPEC\",\"message\":\"", "\"}"))
                .statusCode(400);
        given().header("Authorization", lab.bearer(run, 1))
                .contentType("application/json")
                .body(broken("{\"attempt\":1,\"points\":[{\"step\":1,\"time\":1,\"value\":1,\"key\":\"", "\"}]}"))
                .post("/api/v1/runs/" + run + "/metrics")
                .then()
                .statusCode(400);
        assertThat(lab.number("select count(*) from run")).isEqualTo(before + 1);
        assertThat(lab.column("select state from run where id = ?", run)).containsExactly("RUNNING");
        assertThat(lab.number("select count(*) from event where run_id = ?", run))
                .isZero();
    }

    @Test
    void aStepBeyondTheLastIsNone() {
        UUID run = lab.run("RUNNING");
        told(
                        run,
                        "heartbeat",
                        "{\"step\":1000000000000000,\"epoch\":0,\"steps\":1,\"epochs\":1}"
                                .getBytes(StandardCharsets.UTF_8))
                .statusCode(422)
                .body("field", equalTo("step"));
        told(run, "heartbeat", "{\"step\":-1,\"epoch\":0}".getBytes(StandardCharsets.UTF_8))
                .statusCode(422);
        told(run, "end", "{\"kind\":\"finished\",\"step\":9007199254740993}".getBytes(StandardCharsets.UTF_8))
                .statusCode(422);
        assertThat(lab.column("select state || coalesce(step, 0) from run where id = ?", run))
                .containsExactly("RUNNING0");
    }

    @Test
    void aRootThatIsLongerThanAnyPathIsRefused() {
        given().contentType("application/json")
                .body("{\"experiment\":\"a\",\"spec\":{\"dataset\":{\"id\":\"folder\",\"root\":\"/"
                        + "x".repeat(100_000) + "\"}}}")
                .post("/api/v1/runs")
                .then()
                .statusCode(422)
                .body("code", equalTo("BAD_PATH"))
                .body("field", containsString("dataset.root"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "127.0.0.1", "evil.com"})
    void aRequestNamesOneHost(String other) throws Exception {
        RawHttp.Answer answer = RawHttp.exchange(
                base, "GET", "/api/v1/runs", base.getAuthority(), "", List.of("Host: " + other, SignedIn.header()));
        assertThat(answer.status()).isEqualTo(400);
    }
}
