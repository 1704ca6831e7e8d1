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

    @Test
    void allApplyToAnEmptySchemaAndTheSecondTimeThereIsNothingToDo() {
        Flyway flyway = Flyway.configure()
                .dataSource(source)
                .schemas("again")
                .createSchemas(true)
                .locations("db/migration")
                .load();
        assertThat(flyway.migrate().migrationsExecuted).isGreaterThanOrEqualTo(1);
        assertThat(flyway.migrate().migrationsExecuted).isZero();
        flyway.validate();
    }
}
