package dev.runyard.service.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.service.auth.SignedIn;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Clients that send, or read, as slowly as they like cost sockets; everybody else is served meanwhile. */
@QuarkusTest
@TestProfile(SlowClientsTest.ShortPatience.class)
final class SlowClientsTest {
    private static final int SOCKETS = 500;
    private static final Duration PATIENCE = Duration.ofSeconds(8);

    /** The product waits 15 s for a body. */
    public static final class ShortPatience implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("runyard.http.body-timeout", PATIENCE.toSeconds() + "s");
        }
    }

    @TestHTTPResource
    URI base;

    @Test
    void bodiesThatDoNotEndStopNobodyAndAreGivenUp() throws Exception {
        // The first requests of a JVM load classes, which is not what is asked here.
        given().get("/q/health/live").then().statusCode(200);
        given().get("/api/v1/runs?limit=1");
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < SOCKETS; i++) {
                slow.add(unfinished("POST", i % 2 == 0 ? "/api/v1/runs" : "/api/v1/sweeps"));
            }
            long end = System.nanoTime() + Duration.ofSeconds(2).toNanos();
            Duration slowest = Duration.ZERO;
            int asked = 0;
            while (System.nanoTime() < end) {
                long from = System.nanoTime();
                assertThat(given().get("/q/health/live").statusCode()).isEqualTo(200);
                assertThat(given().get("/api/v1/runs?limit=1").statusCode()).isLessThan(500);
                Duration took = Duration.ofNanos(System.nanoTime() - from);
                slowest = took.compareTo(slowest) > 0 ? took : slowest;
                asked++;
            }
            assertThat(asked).isPositive();
            // The figure is the bench's; here a machine may be busy. Waiting for the bodies would take their time and
            // more.
            assertThat(slowest).isLessThan(PATIENCE.minusSeconds(1));
            assertThat(answer(slow.get(0))).startsWith("HTTP/1.1 408").contains("BODY_TOO_SLOW");
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    @Test
    void aBodyWithoutALengthIsCountedAsItComes() throws IOException {
        try (Socket socket = new Socket(base.getHost(), base.getPort())) {
            write(
                    socket,
                    "POST /api/v1/runs HTTP/1.1\r\nHost: " + host() + "\r\n" + SignedIn.header()
                            + "\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n");
            assertThat(answer(socket)).startsWith("HTTP/1.1 411");
        }
    }

    private Socket unfinished(String method, String path) throws IOException {
        Socket socket = new Socket(base.getHost(), base.getPort());
        write(
                socket,
                method + " " + path + " HTTP/1.1\r\nHost: " + host()
                        + "\r\n" + SignedIn.header()
                        + "\r\nContent-Type: application/json\r\nContent-Length: 100\r\nIdempotency-Key: "
                        + UUID.randomUUID()
                        + "\r\n\r\n{");
        return socket;
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
    }

    private static String answer(Socket socket) throws IOException {
        socket.setSoTimeout(10_000);
        byte[] read = new byte[4096];
        int n = socket.getInputStream().read(read);
        return n < 0 ? "" : new String(read, 0, n, StandardCharsets.UTF_8);
    }

    private String host() {
        return base.getHost() + ":" + base.getPort();
    }
}
