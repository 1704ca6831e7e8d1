package dev.runyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.e2e.drill.FailpointDrill;
import dev.runyard.spec.Failpoint;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One failpoint of each kind; {@code deploy/bench failpoints} walks all of them. */
class FailpointTest {
    @TempDir
    Path folder;

    @Test
    void a_process_that_ends_between_two_things_that_belong_together_leaves_no_trace() throws Exception {
        FailpointDrill drill = new FailpointDrill(List.of(
                Failpoint.REQUEST_COMMITTED,
                Failpoint.MANIFEST_SYNCED,
                Failpoint.CHECKPOINT_SENT,
                Failpoint.LEASE_COMMITTED,
                Failpoint.POINTS_COMMITTED,
                Failpoint.END_TOLD,
                Failpoint.END_COMMITTED));
        assertThat(drill.run(folder)).isEmpty();
    }
}
