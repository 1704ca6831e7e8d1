package dev.runyard.service.event;

import static dev.runyard.service.metric.Lab.point;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.service.auth.SignedIn;
import dev.runyard.service.embedded.WithLab;
import dev.runyard.service.metric.Lab;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class EventStreamTest {
    @Inject
    Lab lab;

    @Inject
    EventFeed feed;

    @Inject
    AgroalDataSource dataSource;

    @TestHTTPResource
    URL url;

    @Test
    void aRowIsToldOnceItIsCommittedAndAgainToWhoComesBack() throws Exception {
        UUID run = lab.run("RUNNING");
        String first;
        try (Stream stream = new Stream(url, null)) {
            stream.await(m -> m.type().equals("ping"));
            event(run, "one");
            Message one = stream.await(m -> m.data().contains("\"one\""));
            first = one.id();
            assertThat(one.type()).isEqualTo("run");
            assertThat(one.data()).contains(run.toString()).contains("\"state\":\"RUNNING\"");
        }
        event(run, "two");
        event(run, "three");
        try (Stream stream = new Stream(url, first)) {
            stream.await(m -> m.data().contains("\"three\""));
            assertThat(stream.heard().stream()
                            .filter(m -> m.data().contains(run.toString()))
                            .map(m -> m.data().replaceAll(".*\"kind\":\"(\\w+)\".*", "$1")))
                    .containsExactly("two", "three");
        }
        try (Stream stream = new Stream(url, "999999999")) {
            stream.await(m -> m.type().equals("resync"));
        }
        RestAssured.given()
                .header("Last-Event-ID", "x")
                .get("/api/v1/events")
                .then()
                .statusCode(422);
    }

    @Test
    void aCommitThatComesLateIsNotJumpedOver() throws Exception {
        UUID run = lab.run("RUNNING");
        try (Stream stream = new Stream(url, null);
                Connection slow = dataSource.getConnection()) {
            stream.await(m -> m.type().equals("ping"));
            slow.setAutoCommit(false);
            try (var s = slow.prepareStatement(
                    "insert into event (run_id, who, kind, to_state) values (?, 'test', 'late', 'RUNNING')")) {
                s.setObject(1, run);
                s.executeUpdate();
            }
            event(run, "early");
            // It does not wait for the one that may still be undone.
            stream.await(m -> m.data().contains("\"early\""));
            assertThat(stream.heard()).noneMatch(m -> m.data().contains("\"late\""));
            slow.commit();
            slow.setAutoCommit(true);
            stream.await(m -> m.data().contains("\"late\""));
        }
    }

    @Test
    void pointsAreToldAtMostOnceASecond() throws Exception {
        UUID run = lab.run("RUNNING");
        try (Stream stream = new Stream(url, null)) {
            stream.await(m -> m.type().equals("ping"));
            Instant begin = Instant.now();
            for (int i = 0; i < 30; i++) {
                lab.send(run, 1, point("train/loss", i, 1)).statusCode(200);
                Thread.sleep(50);
            }
            Message told =
                    stream.await(m -> m.type().equals("metric") && m.data().contains("\"step\":29"));
            long seconds = Duration.between(begin, Instant.now()).toSeconds() + 2;
            assertThat(stream.heard().stream()
                            .filter(m -> m.type().equals("metric") && m.data().contains(run.toString())))
                    .hasSizeLessThanOrEqualTo((int) seconds);
            assertThat(told.data()).contains("\"keys\":[\"train/loss\"]");
        }
    }

    /** A tenth of the browsers read, the others do not; neither kind costs a thread, and what waits for the others is bounded. */
    @Test
    void fiveHundredBrowsersCostNoThreadsAndBoundedMemory() throws Exception {
        UUID run = lab.run("RUNNING");
        List<Stream> reading = new ArrayList<>();
        List<Socket> silent = new ArrayList<>();
        long serviceThreads = threads();
        try {
            for (int i = 0; i < 50; i++) {
                for (int other = 0; other < 9; other++) {
                    Socket socket = Stream.open(url, null);
                    socket.setReceiveBufferSize(1_024);
                    silent.add(socket);
                }
                reading.add(new Stream(url, null));
            }
            for (Stream stream : reading) {
                stream.await(m -> m.type().equals("ping"));
            }
            until(() -> feed.clients() >= 500);
            long before = heap();
            for (int burst = 0; burst < 100; burst++) {
                lab.sql(
                        "insert into event (run_id, who, kind, to_state, why) select ?, 'test', 'burst', 'RUNNING', 'x'"
                                + " from generate_series(1, 150)",
                        run);
                feed.kick();
                Thread.sleep(10);
            }
            event(run, "end");
            for (Stream stream : reading) {
                stream.await(m -> m.data().contains("\"end\"") || m.type().equals("resync"));
            }
            // What the burst needed for a moment is given back while the streams stay; what a stream costs is not.
            until(() -> heap() - before < 64L << 20);
            until(() -> threads() - serviceThreads < 30);
        } finally {
            for (Stream stream : reading) {
                stream.close();
            }
            for (Socket socket : silent) {
                socket.close();
            }
        }
        until(() -> {
            event(run, "bye");
            return feed.clients() == 0;
        });
    }

    private void event(UUID run, String kind) {
        lab.sql("insert into event (run_id, who, kind, to_state) values (?, 'test', ?, 'RUNNING')", run, kind);
        feed.kick();
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(t -> !t.getName().startsWith("reader"))
                .count();
    }

    private static long heap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static void until(BooleanSupplier condition) throws InterruptedException {
        Instant end = Instant.now().plusSeconds(90);
        while (!condition.getAsBoolean()) {
            assertThat(Instant.now()).isBefore(end);
            Thread.sleep(100);
        }
    }

    /** One message as it came over the wire. */
    record Message(String type, String id, String data) {}

    /** A browser's end of the stream: its own socket and thread. */
    static final class Stream implements AutoCloseable {
        private final Socket socket;
        private final List<Message> heard = new ArrayList<>();

        Stream(URL url, String lastEventId) throws IOException {
            socket = open(url, lastEventId);
            Thread reader = new Thread(this::read, "reader-" + socket.getLocalPort());
            reader.setDaemon(true);
            reader.start();
        }

        static Socket open(URL url, String lastEventId) throws IOException {
            Socket socket = new Socket("127.0.0.1", url.getPort());
            socket.getOutputStream()
                    .write(("GET /api/v1/events HTTP/1.1\r\nHost: localhost:" + url.getPort()
                                    + "\r\nAccept: text/event-stream\r\n"
                                    + SignedIn.header() + "\r\n"
                                    + (lastEventId == null ? "" : "Last-Event-ID: " + lastEventId + "\r\n") + "\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return socket;
        }

        private void read() {
            try (BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
                String type = "";
                String id = "";
                String data = "";
                for (String line = in.readLine(); line != null; line = in.readLine()) {
                    if (line.startsWith("event:")) {
                        type = line.substring(6).strip();
                    } else if (line.startsWith("id:")) {
                        id = line.substring(3).strip();
                    } else if (line.startsWith("data:")) {
                        data = line.substring(5).strip();
                    } else if (line.isEmpty() && !type.isEmpty()) {
                        synchronized (heard) {
                            heard.add(new Message(type, id, data));
                            heard.notifyAll();
                        }
                        type = "";
                        id = "";
                        data = "";
                    }
                }
            } catch (IOException e) {
                // closed by the test
            }
        }

        Message await(Predicate<Message> wanted) throws InterruptedException {
            long end = System.nanoTime() + 60_000_000_000L;
            synchronized (heard) {
                while (true) {
                    for (Message m : heard) {
                        if (wanted.test(m)) {
                            return m;
                        }
                    }
                    long left = (end - System.nanoTime()) / 1_000_000;
                    assertThat(left).as("still waiting after " + heard).isPositive();
                    heard.wait(left);
                }
            }
        }

        List<Message> heard() {
            synchronized (heard) {
                return List.copyOf(heard);
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
