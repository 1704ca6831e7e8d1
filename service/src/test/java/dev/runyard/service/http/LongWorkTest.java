package dev.runyard.service.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

final class LongWorkTest {
    private static List<String> lines(Supplier<?> work, OutputStream out) throws IOException {
        Response response = LongWork.answer("text/html, " + LongWork.LINES, Duration.ofMillis(20), work);
        assertThat(response.getMediaType()).hasToString(LongWork.LINES);
        ((StreamingOutput) response.getEntity()).write(out);
        return out.toString().lines().toList();
    }

    @Test
    void signsOfLifeComeBeforeTheResult() throws IOException {
        CountDownLatch three = new CountDownLatch(3);
        ByteArrayOutputStream out = new ByteArrayOutputStream() {
            @Override
            public void flush() {
                three.countDown();
            }
        };
        List<String> lines = lines(
                () -> {
                    await(three);
                    return Map.of("files", 3);
                },
                out);
        assertThat(lines)
                .hasSizeGreaterThanOrEqualTo(4)
                .startsWith("{}", "{}", "{}")
                .endsWith("{\"files\":3}");
    }

    @Test
    void aRefusalIsTheLastLineAndWithoutLinesAStatus() throws IOException {
        Supplier<?> refuses = () -> {
            throw Problem.of(409, "PROJECT_BUSY", "Wait.");
        };
        assertThat(lines(refuses, new ByteArrayOutputStream()))
                .last()
                .asString()
                .startsWith("{\"problem\":{")
                .contains("\"status\":409", "\"code\":\"PROJECT_BUSY\"");
        Supplier<?> breaks = () -> {
            throw new IllegalStateException("secret");
        };
        assertThat(lines(breaks, new ByteArrayOutputStream()))
                .last()
                .asString()
                .contains("\"status\":500", "the service's log has it under")
                .doesNotContain("secret");
        assertThatThrownBy(() -> LongWork.answer("application/json", refuses)).isInstanceOf(Problem.class);
        assertThat(LongWork.answer(null, () -> Map.of("files", 3)).getEntity()).isEqualTo(Map.of("files", 3));
    }

    @Test
    void whoeverLeavesStopsNothing() {
        CountDownLatch broken = new CountDownLatch(1);
        OutputStream gone = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                broken.countDown();
                throw new IOException("closed");
            }
        };
        boolean[] done = new boolean[1];
        assertThatThrownBy(() -> lines(
                        () -> {
                            await(broken);
                            done[0] = true;
                            return Map.of("files", 3);
                        },
                        gone))
                .isInstanceOf(IOException.class);
        assertThat(done[0]).isTrue();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
