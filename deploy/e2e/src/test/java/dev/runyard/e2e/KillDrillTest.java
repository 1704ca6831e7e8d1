package dev.runyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.e2e.drill.KillDrill;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The short form of the drill; the long one is a command (handbook, "Drills"). */
class KillDrillTest {
    @TempDir
    Path folder;

    @Test
    void kill_9_of_worker_service_and_everything_loses_nothing_and_changes_no_decision() throws Exception {
        KillDrill drill = new KillDrill(new KillDrill.Plan(2, 1, 1, 7), KillDrill.searching(7, 9, "asha"));
        assertThat(drill.run(folder)).isEmpty();
    }
}
