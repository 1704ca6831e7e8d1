package dev.runyard.cli.project;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.cli.StubLab;
import dev.runyard.cli.StubLab.Answer;
import dev.runyard.cli.StubLab.Asked;
import dev.runyard.cli.Typed;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing goes before it was said twice what goes. */
final class RemoveCommandTest {
    @TempDir
    Path folder;

    @Test
    void aProjectGoesOnlyWhereThatWasConfirmed() throws Exception {
        try (StubLab lab = new StubLab()) {
            lab.on("GET projects/birds/members", "[]");
            lab.on("GET runs", "{\"items\":[],\"total\":12}");
            lab.on(
                    "DELETE projects/birds",
                    new Answer(
                            200,
                            "application/x-ndjson; charset=utf-8",
                            "{}\n{}\n{\"rows\":{\"run\":12,\"metric_point\":40}}\n",
                            Map.of(),
                            false));
            Map<String, String> settings = Map.of("RUNYARD_URL", lab.url(), "RUNYARD_PROJECT", "other");

            Typed said = Typed.run(folder, settings, "remove", "birds");
            assertThat(said.exit()).as(said.err()).isZero();
            assertThat(said.out()).contains("Would remove project birds with 12 runs", "runyard remove birds --yes");
            assertThat(lab.asked()).extracting(Asked::method).containsOnly("GET");

            Typed done = Typed.run(folder, settings, "remove", "birds", "--yes");
            assertThat(done.exit()).as(done.err()).isZero();
            assertThat(done.out()).containsPattern("run +12").contains("Removed project birds");

            lab.on(
                    "DELETE projects/birds",
                    Answer.json(
                            409,
                            "{\"status\":409,\"code\":\"PROJECT_BUSY\",\"detail\":\"2 runs of project birds are not over; cancel them.\"}"));
            Typed busy = Typed.run(folder, settings, "remove", "birds", "--yes");
            assertThat(busy.exit()).isNotZero();
            assertThat(busy.err()).contains("2 runs of project birds are not over");
            assertThat(busy.out()).doesNotContain("Removed");
        }
    }
}
