package dev.runyard.vision.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class GateTest {
    @TempDir
    Path dir;

    private static final class Refused extends IOException {
        private static final long serialVersionUID = 1L;

        Refused(String code, String message) {
            super(code + " " + message);
        }
    }

    private final Gate gate = new Gate(Refused::new);

    private Path text(String name, String content) throws IOException {
        Path file = dir.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    private static Path fifo(Path at) throws Exception {
        Process made = new ProcessBuilder("mkfifo", at.toString()).start();
        assumeTrue(made.waitFor() == 0, "skipped: no mkfifo");
        return at;
    }

    private void refused(Path file, String... words) {
        for (Opening opening :
                List.<Opening>of(gate::file, p -> gate.whole(p, 100), gate::stream, gate::channel, gate::find)) {
            assertThatThrownBy(() -> opening.of(file))
                    .isInstanceOf(Refused.class)
                    .satisfies(e -> {
                        assertThat(e.getMessage()).contains(words).contains(file.toString());
                    });
        }
    }

    private interface Opening {
        Object of(Path path) throws IOException;
    }

    @Test
    void whatMayBlockIsNeverOpened() throws Exception {
        refused(fifo(dir.resolve("pipe")), "NOT_A_FILE", "regular");
        Path link = Files.createSymbolicLink(dir.resolve("innocent.json"), dir.resolve("pipe"));
        refused(link, "NOT_A_FILE", "regular");
        refused(Path.of("/dev/zero"), "NOT_A_FILE", "device");
        Path socket = dir.resolve("s");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            refused(socket, "NOT_A_FILE", "socket");
        }
        refused(Files.createDirectory(dir.resolve("folder")), "NOT_A_FILE", "folder");
        Path loop = dir.resolve("loop");
        refused(Files.createSymbolicLink(loop, loop), "NOT_A_FILE", "itself");
    }

    @Test
    void readsWhatIsThereAndSaysWhatIsNot() throws IOException {
        Path file = text("a.txt", "hello");
        Path link = Files.createSymbolicLink(dir.resolve("b.txt"), file);
        assertThat(gate.whole(link, 5)).isEqualTo("hello".getBytes(UTF_8));
        try (var in = gate.stream(link)) {
            assertThat(in.readAllBytes()).isEqualTo("hello".getBytes(UTF_8));
        }
        try (var channel = gate.channel(file)) {
            assertThat(channel.size()).isEqualTo(5);
        }
        assertThat(gate.find(dir.resolve("none"))).isEmpty();
        assertThatThrownBy(() -> gate.whole(file, 4)).hasMessageContaining("FILE_TOO_LARGE");
        assertThatThrownBy(() -> gate.file(dir.resolve("none"))).hasMessageContaining("NO_SUCH_FILE");
        assertThatThrownBy(() -> gate.file(file.resolve("below"))).hasMessageContaining("NO_SUCH_FILE");
        assertThatThrownBy(() -> gate.folder(file)).hasMessageContaining("NOT_A_FOLDER");
        assertThat(gate.folder(dir)).isEqualTo(dir.toRealPath());
    }

    /** The kernel's files call themselves empty. */
    @Test
    void whatIsMadeUpOnDemandIsRefused() {
        assumeTrue(Files.exists(Path.of("/proc/self/environ")), "skipped: no /proc");
        assertThatThrownBy(() -> gate.whole(Path.of("/proc/self/environ"), 1 << 20))
                .hasMessageContaining("FILE_CHANGED");
    }

    @Test
    void linksStayBelowTheRoot() throws IOException {
        text("home/postgres.secret", "s3cret");
        text("disk/cat/1.jpg", "pixels");
        Path data = Files.createDirectories(dir.resolve("data"));
        text("data/real/list.txt", "list");
        Files.createSymbolicLink(data.resolve("list.txt"), data.resolve("real/list.txt"));
        Files.createSymbolicLink(data.resolve("trainval.txt"), dir.resolve("home/postgres.secret"));
        Files.createSymbolicLink(data.resolve("cat"), dir.resolve("disk/cat"));
        Gate below = gate.below(data, List.of());
        assertThat(below.whole(data.resolve("list.txt"), 9)).hasSize(4);
        for (String name : List.of("trainval.txt", "cat/1.jpg", "../home/postgres.secret")) {
            assertThatThrownBy(() -> below.whole(data.resolve(name), 9))
                    .hasMessageContaining("OUTSIDE_ROOT")
                    .hasMessageContaining("RUNYARD_ROOTS")
                    .hasMessageNotContaining("s3cret");
        }
        Gate wider = gate.below(data, List.of(dir.resolve("disk"), dir.resolve("unmounted")));
        assertThat(wider.whole(data.resolve("cat/1.jpg"), 9)).hasSize(6);
        assertThatThrownBy(() -> wider.whole(data.resolve("trainval.txt"), 9)).hasMessageContaining("OUTSIDE_ROOT");
    }

    /** A dead mount: whoever waits leaves after the time, or when interrupted. */
    @Test
    void waitingEnds() throws Exception {
        Gate hasty = new Gate(Refused::new, Duration.ofMillis(200));
        CountDownLatch never = new CountDownLatch(1);
        long start = System.nanoTime();
        assertThatThrownBy(() -> hasty.patiently(dir, () -> {
                    never.await();
                    return 1;
                }))
                .hasMessageContaining("NO_ANSWER")
                .hasMessageContaining("mount");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));

        AtomicReference<Throwable> seen = new AtomicReference<>();
        Thread waiting = new Thread(() -> {
            try {
                gate.patiently(dir, () -> {
                    never.await();
                    return 1;
                });
            } catch (Throwable e) {
                seen.set(e);
            }
        });
        waiting.start();
        waiting.interrupt();
        waiting.join(TimeUnit.SECONDS.toMillis(20));
        assertThat(seen.get()).isInstanceOf(InterruptedIOException.class);
        never.countDown();
    }

    /** A FIFO that no check sees, opened without a writer, hangs in the kernel. */
    @Test
    void aRealOpenThatHangsIsLeftBehind() throws Exception {
        Path pipe = fifo(dir.resolve("swapped"));
        Gate hasty = new Gate(Refused::new, Duration.ofMillis(200));
        assertThatThrownBy(() -> hasty.patiently(pipe, () -> Files.newInputStream(pipe)))
                .hasMessageContaining("NO_ANSWER");
        // The writer lets the reader's open return; what it opened is closed again, so the writer meets a broken pipe.
        try (var out = Files.newOutputStream(pipe)) {
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 1_000; i++) {
                            out.write(new byte[1 << 16]);
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void flawsHaveAPlaceAndARuleAndNoContent() {
        String secret = "hunter2-Tr0ub4dor";
        assertThatThrownBy(() -> new ObjectMapper().readTree("{\"a\":\n " + secret + "}"))
                .isInstanceOfSatisfying(JsonProcessingException.class, e -> {
                    assertThat(e.getMessage()).contains("hunter2");
                    Flaw flaw = Flaw.json("split.json", e, "save it again");
                    assertThat(flaw.message())
                            .startsWith("split.json, line 2, column ")
                            .endsWith("is not JSON; save it again")
                            .doesNotContain("hunter2");
                });
        assertThat(Flaw.line("a.txt", 3, "is not two words", "write two").message())
                .isEqualTo("a.txt, line 3: is not two words; write two");
        assertThat(Flaw.whole("a.txt", "is empty", "").message()).isEqualTo("a.txt is empty");
    }
}
