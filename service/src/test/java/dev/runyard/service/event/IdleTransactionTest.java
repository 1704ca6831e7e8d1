package dev.runyard.service.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.service.metric.Lab;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Somebody's open transaction, which wrote no event, holds back nobody's events; one that commits late is not jumped over. */
@QuarkusTest
final class IdleTransactionTest {
    @Inject
    EventLog log;

    @Inject
    AgroalDataSource source;

    @Inject
    Lab lab;

    @Test
    void anOpenTransactionStopsNothing() throws Exception {
        try (Connection idle = source.getConnection();
                Statement statement = idle.createStatement()) {
            idle.setAutoCommit(false);
            // A transaction of its own number, such as a backup or a forgotten session has.
            statement.execute("select pg_current_xact_id()");
            UUID run = told("while-idle");
            log.place();
            assertThat(data(run)).hasSize(1);
            idle.rollback();
            idle.setAutoCommit(true);
        }
    }

    @Test
    void aLateCommitGetsALaterPosition() throws Exception {
        log.place();
        long before = log.newest();
        UUID late = UUID.randomUUID();
        try (Connection first = source.getConnection();
                Statement statement = first.createStatement()) {
            first.setAutoCommit(false);
            statement.execute("insert into event (run_id, who, kind) values ('" + late + "', 'test', 'late')");
            UUID early = told("early");
            log.place();
            assertThat(log.between(before, log.newest(), 1_000))
                    .extracting(LiveEvent::data)
                    .anyMatch(d -> d.contains(early.toString()))
                    .noneMatch(d -> d.contains(late.toString()));
            long seen = log.newest();
            first.commit();
            first.setAutoCommit(true);
            log.place();
            assertThat(log.between(seen, log.newest(), 1_000))
                    .extracting(LiveEvent::data)
                    .anyMatch(d -> d.contains(late.toString()));
        }
    }

    private UUID told(String kind) {
        UUID run = UUID.randomUUID();
        lab.sql("insert into event (run_id, who, kind) values (?, 'test', ?)", run, kind);
        return run;
    }

    private List<LiveEvent> data(UUID run) {
        return log.between(0, log.newest(), 100_000).stream()
                .filter(e -> e.data().contains(run.toString()))
                .toList();
    }
}
