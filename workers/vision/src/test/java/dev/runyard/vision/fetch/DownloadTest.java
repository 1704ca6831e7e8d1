package dev.runyard.vision.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DownloadTest {
    private static final Duration PAUSE = Duration.ofMillis(1);
    private static final Duration PATIENCE = Duration.ofMillis(700);

    @TempDir
    Path dir;

    private final byte[] content = new byte[300_000];
    private final List<String> ranges = Collections.synchronizedList(new ArrayList<>());
    private HttpServer server;

    /** Bytes sent before the connection is cut, for each request in turn; the last holds for all that follow. */
    private int[] cuts = {Integer.MAX_VALUE};

    private boolean knowsRanges = true;
    private boolean stalls;
    private String tag = "\"one\"";

    @BeforeEach
    void start() throws IOException {
        new Random(1).nextBytes(content);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/file", this::answer);
        server.createContext("/status", e -> {
            e.sendResponseHeaders(Integer.parseInt(e.getRequestURI().getQuery()), -1);
            e.close();
        });
        server.createContext("/redirect", e -> {
            e.getResponseHeaders().set("Location", "/file");
            e.getResponseHeaders().set("X-Linked-Etag", "\"" + e.getRequestURI().getQuery() + "\"");
            e.sendResponseHeaders(302, -1);
            e.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void answer(HttpExchange e) throws IOException {
        String range = e.getRequestHeaders().getFirst("Range");
        ranges.add(String.valueOf(range));
        String condition = e.getRequestHeaders().getFirst("If-Range");
        int from = 0;
        int status = 200;
        if (knowsRanges && range != null && (condition == null || condition.equals(tag))) {
            from = Integer.parseInt(range.replaceAll("[^0-9]", ""));
            status = 206;
        }
        e.getResponseHeaders().set("ETag", tag);
        if (from >= content.length) {
            e.getResponseHeaders().set("Content-Range", "bytes */" + content.length);
            e.sendResponseHeaders(416, -1);
            e.close();
            return;
        }
        if (status == 206) {
            e.getResponseHeaders()
                    .set("Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
        }
        int cut = cuts[Math.min(ranges.size(), cuts.length) - 1];
        e.sendResponseHeaders(status, content.length - from);
        OutputStream out = e.getResponseBody();
        out.write(content, from, Math.min(cut, content.length - from));
        out.flush();
        if (stalls && cut < content.length - from) {
            try {
                Thread.sleep(30_000);
            } catch (InterruptedException ignored) {
                Thread.currentThread().interrupt();
            }
        }
        // Closing with bytes missing cuts the connection.
        e.close();
    }

    private String address(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    private RemoteFile file(String path, @Nullable String sha256, @Nullable String md5) {
        String statedBy = sha256 == null && md5 == null ? null : "the publisher";
        return new RemoteFile("file.bin", address(path), null, sha256, md5, statedBy, null, null);
    }

    private Path fetch(RemoteFile remote) throws Exception {
        return Download.fetch(
                remote, dir, (name, done, of) -> assertThat(done).isLessThanOrEqualTo(of), PAUSE, PATIENCE);
    }

    private String hash(String algorithm) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
    }

    private void refused(RemoteFile remote, String code, String... words) {
        assertThatThrownBy(() -> fetch(remote)).isInstanceOfSatisfying(FetchException.class, e -> {
            assertThat(e.code()).as(e.getMessage()).isEqualTo(code);
            assertThat(e.getMessage()).contains(words).doesNotContain("\n");
        });
    }

    @Test
    void aWholeFileIsVerifiedAndItsHashRecorded() throws Exception {
        assertThat(fetch(file("/file", null, null))).hasBinaryContent(content);
        assertThat(dir.resolve("file.bin.sha256")).content().startsWith(hash("SHA-256"));
        assertThat(dir.toFile().list()).containsExactlyInAnyOrder("file.bin", "file.bin.sha256");
        fetch(file("/file", null, null));
        assertThat(ranges).as("what is there is not fetched again").hasSize(1);
        Files.delete(dir.resolve("file.bin"));
        content[5]++;
        refused(file("/file", null, null), "CHANGED", "file.bin.sha256");
        assertThat(dir.resolve("file.bin")).doesNotExist();
    }

    @Test
    void aFileThatChangedOnTheDiskIsNoticed() throws Exception {
        Path file = fetch(file("/file", null, null));
        byte[] other = content.clone();
        other[7]++;
        Files.write(file, other);
        refused(file("/file", null, null), "CHANGED", "first download");
        refused(file("/file", hash("SHA-256"), null), "WRONG_HASH", "the publisher");
    }

    @Test
    void statedHashesAreChecked() throws Exception {
        refused(file("/file", "0".repeat(64), null), "WRONG_HASH", "SHA-256", hash("SHA-256"));
        refused(file("/file", null, "0".repeat(32)), "WRONG_HASH", "MD5");
        assertThat(dir.toFile().list()).as("nothing of a wrong file stays").isEmpty();
        refused(
                new RemoteFile("file.bin", address("/file"), 300_001L, null, null, null, null, null),
                "WRONG_HASH",
                "300000 bytes",
                "300001");
        fetch(file("/file", hash("SHA-256"), hash("MD5")));
        assertThat(dir.resolve("file.bin.sha256"))
                .as("not recorded where it is stated")
                .doesNotExist();
    }

    @Test
    void aHashInTheRedirectIsChecked() throws Exception {
        refused(file("/redirect?" + "1".repeat(64), null, null), "WRONG_HASH", "127.0.0.1");
        assertThat(fetch(file("/redirect?" + hash("SHA-256"), null, null))).hasBinaryContent(content);
        assertThat(dir.resolve("file.bin")).exists();
    }

    @Test
    void aCutConnectionIsTakenUpWhereItEnded() throws Exception {
        cuts = new int[] {100_000, 50_000, Integer.MAX_VALUE};
        assertThat(fetch(file("/file", hash("SHA-256"), null))).hasBinaryContent(content);
        assertThat(ranges).hasSize(3).startsWith("null");
        assertThat(ranges.get(1)).matches("bytes=[1-9][0-9]*-");
    }

    @Test
    void aLaterCallGoesOn() throws Exception {
        Files.write(dir.resolve("file.bin.part"), Arrays.copyOf(content, 123_456));
        Files.writeString(dir.resolve("file.bin.part.tag"), tag);
        assertThat(fetch(file("/file", null, null))).hasBinaryContent(content);
        assertThat(ranges).containsExactly("bytes=123456-");
        assertThat(dir.resolve("file.bin.part.tag")).doesNotExist();
    }

    @Test
    void anotherFileUnderTheAddressIsNotGluedToTheOldOne() throws Exception {
        Files.write(dir.resolve("file.bin.part"), new byte[1000]);
        Files.writeString(dir.resolve("file.bin.part.tag"), "\"zero\"");
        assertThat(fetch(file("/file", null, null))).hasBinaryContent(content);
    }

    @Test
    void aServerWithoutRangesBeginsAgain() throws Exception {
        knowsRanges = false;
        cuts = new int[] {100_000, Integer.MAX_VALUE};
        assertThat(fetch(file("/file", null, null))).hasBinaryContent(content);
        assertThat(ranges).hasSize(2);
    }

    @Test
    void aConnectionThatNeverMovesIsCutOff() throws Exception {
        stalls = true;
        long start = System.nanoTime();
        cuts = new int[] {10_000, Integer.MAX_VALUE};
        assertThat(fetch(file("/file", null, null))).hasBinaryContent(content);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(25));
    }

    @Test
    void aServerThatKeepsCuttingIsGivenUp() throws Exception {
        cuts = new int[] {70_000, 0};
        refused(file("/file", null, null), "CUT_OFF", "are kept", "goes on from there");
        assertThat(dir.resolve("file.bin.part")).exists();
        assertThat(dir.resolve("file.bin")).doesNotExist();
    }

    @Test
    void aWholePartNeedsNoMore() throws Exception {
        Files.write(dir.resolve("file.bin.part"), content);
        assertThat(fetch(file("/file", hash("SHA-256"), null))).hasBinaryContent(content);
        assertThat(ranges).containsExactly("bytes=300000-");
    }

    @ParameterizedTest
    @CsvSource({"404, NOT_FOUND", "403, REFUSED", "401, REFUSED", "418, BAD_ANSWER", "503, CUT_OFF"})
    void refusalsAreNamed(int status, String code) {
        refused(file("/status?" + status, null, null), code, String.valueOf(status));
    }

    @Test
    void noNetworkSaysWhatToDo() throws Exception {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        RemoteFile gone =
                new RemoteFile("file.bin", "http://127.0.0.1:" + free + "/f", null, null, null, null, null, null);
        refused(gone, "NO_NETWORK", "cannot reach 127.0.0.1", "by hand", dir.toString());
        RemoteFile unknown = new RemoteFile("f", "http://no-such-host.invalid/f", null, null, null, null, null, null);
        refused(unknown, "NO_NETWORK", "no-such-host.invalid");
    }
}
