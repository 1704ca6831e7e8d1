package dev.runyard.agent.attempt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.runyard.vision.data.source.DataException;
import dev.runyard.vision.file.Gate;
import dev.runyard.vision.train.report.TrainingFailure;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FailuresTest {
    /** Pause and cancel interrupt a preparation that waits for a file. */
    @Test
    void anInterruptedWaitForAFileIsNoFailure(@TempDir Path folder) {
        Thread.currentThread().interrupt();
        Throwable waiting = catchThrowable(() -> new Gate(DataException::new).folder(folder));
        assertThat(Thread.interrupted()).isTrue();
        assertThat(Failures.interrupted(waiting)).isTrue();
        assertThat(Failures.interrupted(TrainingFailure.of(waiting, 1))).isTrue();
    }

    @Test
    void aTimeOutIsOne() {
        assertThat(Failures.interrupted(new IOException(new SocketTimeoutException("read"))))
                .isFalse();
        assertThat(Failures.interrupted(new IOException("x"))).isFalse();
    }
}
