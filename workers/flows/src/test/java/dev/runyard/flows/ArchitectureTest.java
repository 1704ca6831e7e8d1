package dev.runyard.flows;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final JavaClasses FLOWS = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.runyard.flows");

    @Test
    void seesSpecAndTemporalAndNothingElse() {
        classes()
                .that()
                .resideInAPackage("dev.runyard.flows..")
                .and()
                .doNotHaveSimpleName("TemporalAddress") // how one connects; no workflow sees it
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "dev.runyard.flows..",
                        "dev.runyard.spec..",
                        "io.temporal..",
                        "com.fasterxml.jackson..", // Payloads configures Temporal's converter
                        "org.jspecify..",
                        "java.lang..",
                        "java.time..",
                        "java.util..")
                .check(FLOWS);
    }

    @Test
    void workflowsReplayToTheSameDecisions() {
        noClasses()
                .that()
                .doNotHaveSimpleName("TemporalAddress")
                .should()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(LocalDateTime.class, "now")
                .orShould()
                .callMethod(OffsetDateTime.class, "now")
                .orShould()
                .callMethod(ZonedDateTime.class, "now")
                .orShould()
                .callMethod(Clock.class, "systemUTC")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "getenv", String.class)
                .orShould()
                .callMethod(System.class, "getProperty", String.class)
                .orShould()
                .callMethod(UUID.class, "randomUUID")
                .orShould()
                .callMethod(Math.class, "random")
                .orShould()
                .callMethod(Thread.class, "sleep", long.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Random.class)
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage("java.io..", "java.nio..", "java.net..", "java.sql..", "java.util.concurrent..")
                .check(FLOWS);
    }
}
