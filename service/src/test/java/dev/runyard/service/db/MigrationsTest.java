package dev.runyard.service.db;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.service.embedded.WithLab;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class MigrationsTest {
    @Inject
    DataSource source;

    /** The lab's start applied them to an empty database, by the role that owns its schema and nothing else. */
    @Test
    void allAreAppliedAndTheSecondTimeThereIsNothingToDo() {
        Flyway flyway =
                Flyway.configure().dataSource(source).locations("db/migration").load();
        assertThat(flyway.info().applied()).hasSizeGreaterThanOrEqualTo(2);
        assertThat(flyway.info().pending()).isEmpty();
        assertThat(flyway.migrate().migrationsExecuted).isZero();
        flyway.validate();
    }
}
