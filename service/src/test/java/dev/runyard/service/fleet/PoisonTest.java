package dev.runyard.service.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.service.embedded.WithLab;
import dev.runyard.spec.report.Outcome;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A run that takes its worker with it each time ends by itself, and nobody else's run hears of it. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
@Timeout(180)
final class PoisonTest {
    @Inject
    Leases lab;

    @Inject
    Fleet fleet;

    @BeforeEach
    void calm() {
        lab.calm();
    }

    @AfterEach
    void clear() {
        lab.clear();
    }

    @Test
    void aRunThatTakesItsWorkerWithItEachTimeEndsAndOthersGoOn() throws Exception {
        UUID good = lab.device("good");
        Leases.Held calm = lab.started(lab.queue());
        lab.beat(calm, 3);
        UUID poisoned = lab.device("poisoned");
        UUID poison = lab.queue();
        for (int attempt = 1; attempt <= 3; attempt++) {
            assertThat(lab.state(poison)).as("before attempt " + attempt).isIn("QUEUED", "STARTING");
            lab.now(poison);
            Leases.Held held = lab.started(poison);
            assertThat(held.attempt()).isEqualTo(attempt);
            lab.overdue(held); // the process is gone: no more heartbeats
            fleet.expire();
        }
        assertThat(lab.text("select state || ' ' || reason from run where id = ?", poison))
                .isEqualTo("FAILED NO_PROGRESS");
        assertThat(lab.text("select message from run where id = ?", poison)).contains("3 attempts in a row");
        assertThat(lab.text("select count(*) from attempt where run_id = ?", poison))
                .isEqualTo("3");

        assertThat(lab.attempt(calm)).isEqualTo("RUNNING");
        assertThat(lab.text("select device_id from lease where run_id = ? and released_at is null", calm.run()))
                .isEqualTo(good.toString());
        lab.end(calm, new Outcome.Finished(9));
        UUID next = lab.queue();
        Leases.await(() -> lab.state(next).equals("STARTING"));
        assertThat(lab.text(
                        "select count(*) from device where quarantined is not null and id in (?, ?)", good, poisoned))
                .as("devices that were set aside for it")
                .isEqualTo("0");
    }
}
