package dev.runyard.flows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.flows.run.RunWorkflowImpl;
import dev.runyard.flows.sweep.SweepWorkflowImpl;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.testing.WorkflowHistoryLoader;
import io.temporal.testing.WorkflowReplayer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Workflow code of today carries on the executions of every released version. */
class HistoriesTest {
    private static final Path HISTORIES = Path.of("src/test/resources/histories");

    @Test
    void everyReleaseIsRecorded() throws IOException {
        assertThat(recorded())
                .extracting(path -> path.getParent().getFileName().toString())
                .contains("0.1.0", "0.2.0");
    }

    @TestFactory
    Stream<DynamicTest> replays() throws IOException {
        return recorded().stream().map(path -> DynamicTest.dynamicTest(path.toString(), () -> replay(path)));
    }

    private static void replay(Path history) throws Exception {
        var options = TestEnvironmentOptions.newBuilder()
                .setWorkflowClientOptions(WorkflowClientOptions.newBuilder()
                        .setDataConverter(Payloads.converter())
                        .build())
                .build();
        try (TestWorkflowEnvironment environment = TestWorkflowEnvironment.newInstance(options)) {
            WorkflowReplayer.replayWorkflowExecution(
                    WorkflowHistoryLoader.readHistory(history.toFile()),
                    environment,
                    RunWorkflowImpl.class,
                    SweepWorkflowImpl.class);
        }
    }

    private static List<Path> recorded() throws IOException {
        try (Stream<Path> files = Files.walk(HISTORIES)) {
            return files.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .toList();
        }
    }
}
