package dev.runyard.service.metric.history;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.service.auth.SignedIn;
import dev.runyard.service.metric.Lab;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Whoever downloads points as slowly as he likes holds no connection of the database meanwhile. */
@QuarkusTest
final class SlowReadersTest {
    /** As many as there are connections. */
    private static final int READERS = 32;

    private static final int POINTS = 300_000;

    @TestHTTPResource
    URI base;

    @Inject
    Lab lab;

    @Test
    void aCsvThatNobodyReadsHoldsNoConnection() throws Exception {
        UUID run = lab.run("RUNNING");
        lab.send(run, 1, Lab.point("slow/x", 0, 0.5)).statusCode(200);
        lab.sql("""
                insert into metric_point (run_id, step, time, value, key_id, attempt)
                select ?, s, s, s / 7.0, k.id, 1 from metric_key k, generate_series(1, ?) s where k.key = 'slow/x'""", run, POINTS);
        List<Socket> readers = new ArrayList<>();
        try {
            for (int i = 0; i < READERS; i++) {
                readers.add(asked(run));
            }
            long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
            for (int quiet = 0; quiet < 10; ) {
                assertThat(System.nanoTime())
                        .as("connections that are busy for them")
                        .isLessThan(end);
                quiet = held() == 0 ? quiet + 1 : 0;
                Thread.sleep(100);
            }
            long from = System.nanoTime();
            given().get("/api/v1/runs?limit=1").then().statusCode(200);
            lab.send(run, 1, Lab.point("slow/y", 1, 0.5)).statusCode(200);
            assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(Duration.ofSeconds(20));
            // They were in the middle of it, and the first still gets everything.
            assertThat(rest(readers.get(0))).isGreaterThan(30L * POINTS);
        } finally {
            for (Socket reader : readers) {
                reader.close();
            }
        }
    }

    private long held() {
        return lab.number("select count(*) from pg_stat_activity where datname = current_database()"
                + " and pid <> pg_backend_pid() and state <> 'idle' and query like '%metric_point%'");
    }

    private Socket asked(UUID run) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4_096);
        socket.connect(new InetSocketAddress(base.getHost(), base.getPort()));
        socket.getOutputStream()
                .write(("GET /api/v1/runs/" + run + "/metrics.csv?key=slow/x HTTP/1.1\r\nHost: " + base.getAuthority()
                                + "\r\n" + SignedIn.header() + "\r\nConnection: close\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static long rest(Socket socket) throws IOException {
        socket.setSoTimeout(60_000);
        InputStream in = socket.getInputStream();
        byte[] chunk = new byte[1 << 16];
        long bytes = 0;
        for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
            bytes += n;
        }
        return bytes;
    }
}
