package dev.runyard.cli.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.runyard.cli.StubLab;
import dev.runyard.cli.StubLab.Answer;
import dev.runyard.cli.terminal.Failure;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whatever stands at the lab's address, a person reads one line of cause and remedy. */
final class LabApiTest {
    private StubLab stub;
    private LabApi lab;

    @BeforeEach
    void start() throws IOException {
        stub = new StubLab();
        lab = LabApi.of(stub.url());
    }

    @AfterEach
    void stop() {
        stub.close();
    }

    @Test
    void eachRefusalSaysWhatToDo() {
        refused(Answer.json(401, "{\"code\":\"BAD_TOKEN\",\"detail\":\"No token.\"}"), 2, "BAD_TOKEN", "RUNYARD_HOME");
        refused(
                Answer.json(403, "{\"code\":\"FORBIDDEN\",\"detail\":\"Not one for this.\"}"),
                2,
                "FORBIDDEN",
                "the role that may");
        refused(Answer.json(426, "{\"code\":\"TOO_OLD\",\"detail\":\"Speak 3.\"}"), 1, "TOO_OLD", "install");
        refused(Answer.json(404, "{\"code\":\"NOT_FOUND\",\"detail\":\"No run.\"}"), 2, "NOT_FOUND: No run.");
        refused(Answer.json(409, "{\"code\":\"ILLEGAL_TRANSITION\",\"detail\":\"Is over.\"}"), 2, "Is over.");
        refused(Answer.json(500, "oops"), 1, "answers 500", "log");
        refused(
                new Answer(302, "text/html", "", Map.of("Location", "https://login.example/"), false),
                1,
                "https://login.example/",
                "RUNYARD_URL");
    }

    @Test
    void whatIsNoLabIsSaidToBeNone() {
        refused(new Answer(200, "text/html", "<!doctype html><p>hello", Map.of(), false), 1, "a web page");
        refused(Answer.json(200, "{\"items\": [1, 2"), 1, "cut off");
        refused(Answer.json(200, "7"), 1, "no JSON");
        stub.on("POST runs", Answer.json(201, "{}"));
        assertThatThrownBy(() -> lab.create("runs", Map.of())).hasMessageContaining("has no id");
    }

    @Test
    void whatIsCreatedIsCreatedOnceThoughItsAnswerWasLost() {
        stub.on("once POST runs", new Answer(201, "application/json", "{\"id\":", Map.of(), true));
        stub.on("POST runs", Answer.json(201, "{\"id\":\"a\"}"));
        assertThat(lab.create("runs", Map.of("x", 1)).path("id").asText()).isEqualTo("a");
        List<StubLab.Asked> asked = stub.asked();
        assertThat(asked).hasSize(2);
        assertThat(asked.get(0).key()).isNotBlank().isEqualTo(asked.get(1).key());
        lab.create("runs", Map.of("x", 1));
        assertThat(stub.asked().get(2).key()).isNotEqualTo(asked.get(0).key());
    }

    @Test
    void whatMayNotBeRepeatedIsAskedOnce() {
        stub.on("POST runs/a/pause", new Answer(200, "application/json", "{", Map.of(), true));
        assertThatThrownBy(() -> lab.post("runs/a/pause", null)).hasMessageContaining("broke off");
        assertThat(stub.asked()).hasSize(1);
    }

    @Test
    void whatTakesLongEndsWithItsResultOrItsRefusal() {
        String lines = "application/x-ndjson; charset=utf-8";
        stub.on("POST gc", new Answer(200, lines, "{}\n{}\n{\"files\":3}\n", Map.of(), false));
        assertThat(lab.lengthy("gc", Map.of()).path("files").asInt()).isEqualTo(3);
        String problem = "{\"problem\":{\"status\":409,\"code\":\"PROJECT_NOT_EMPTY\",\"detail\":\"Has runs.\"}}";
        stub.on("POST gc", new Answer(200, lines, "{}\n" + problem + "\n", Map.of(), false));
        says(catchThrowableOfType(Failure.class, () -> lab.lengthy("gc", Map.of())), 2, "PROJECT_NOT_EMPTY: Has runs.");
        stub.on("POST gc", new Answer(200, lines, "{}\n{}\n", Map.of(), false));
        says(catchThrowableOfType(Failure.class, () -> lab.lengthy("gc", Map.of())), 1, "broke off");
        stub.on("POST gc", Answer.json(200, "{\"files\":4}"));
        assertThat(lab.lengthy("gc", Map.of()).path("files").asInt()).isEqualTo(4);
    }

    @Test
    void aLabWithTooMuchToDoIsAskedAgain() {
        Map<String, String> later = Map.of("Retry-After", "1");
        stub.on("once GET runs", new Answer(503, "application/json", "{}", later, false));
        stub.on("GET runs", "{\"items\":[]}");
        long began = System.nanoTime();
        assertThat(lab.items("runs", 10)).isEmpty();
        assertThat(System.nanoTime() - began).isGreaterThan(900_000_000L);
        assertThat(stub.asked()).hasSize(2);
    }

    @Test
    void aListThatNeverEndsDoes() {
        stub.on("GET runs", "{\"items\":[],\"next\":\"again\"}");
        assertThat(lab.items("runs", 10)).isEmpty();
    }

    @Test
    void nobodyThereAndNoHttp() throws Exception {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        says(failure("http://127.0.0.1:" + free), 1, "connection refused", "runyard up");
        says(failure("http://no-such-host.invalid:8080"), 1, "nobody knows");
        try (ServerSocket talker = new ServerSocket(0, 9, InetAddress.getLoopbackAddress())) {
            Thread thread = new Thread(() -> {
                while (!talker.isClosed()) {
                    try (var socket = talker.accept()) {
                        socket.getOutputStream().write("SSH-2.0-OpenSSH_9\r\n".getBytes());
                    } catch (IOException e) {
                        return;
                    }
                }
            });
            thread.setDaemon(true);
            thread.start();
            says(failure("http://127.0.0.1:" + talker.getLocalPort()), 1, "speaks no HTTP");
            says(failure("https://127.0.0.1:" + talker.getLocalPort()), 1, "TLS");
        }
    }

    @Test
    void anAddressThatIsNoneIsShownBack() {
        for (String url : List.of(
                "ftp://x",
                "x",
                "",
                "http://",
                "http://h:99999",
                "http://h:0",
                "http://a b",
                "http://[::1",
                "http://u:p@h",
                "http://h?x=1",
                "file:///etc/passwd",
                "javascript:1",
                "http://h:-1",
                "\u0000",
                "http://" + "x".repeat(9_000) + " ")) {
            Failure failure = catchThrowableOfType(Failure.class, () -> LabApi.of(url));
            assertThat(failure).as(url).isNotNull();
            assertThat(failure.exit()).isEqualTo(2);
            assertThat(failure).hasMessageContaining("RUNYARD_URL is").hasMessageContaining("http://127.0.0.1:8080");
            assertThat(failure.getMessage()).hasSizeLessThan(400);
        }
        assertThat(LabApi.of("http://[::1]:8080/").url()).isEqualTo("http://[::1]:8080");
        assertThat(LabApi.of("https://lab.example.org").url()).isEqualTo("https://lab.example.org");
    }

    private void refused(Answer answer, int exit, String... parts) {
        stub.on("GET runs/a", answer);
        says(catchThrowableOfType(Failure.class, () -> lab.get("runs/a")), exit, parts);
    }

    private static Failure failure(String url) {
        return catchThrowableOfType(Failure.class, () -> LabApi.of(url).get("runs/a"));
    }

    private static void says(Failure failure, int exit, String... parts) {
        assertThat(failure).isNotNull().hasMessageNotContaining("Exception; ");
        assertThat(failure).hasMessageContainingAll(parts);
        assertThat(failure.exit()).as(failure.getMessage()).isEqualTo(exit);
    }
}
