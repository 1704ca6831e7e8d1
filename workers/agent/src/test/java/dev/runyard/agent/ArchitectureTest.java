package dev.runyard.agent;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final JavaClasses AGENT = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.runyard.agent");

    @Test
    void knowsNoServiceNoDatabaseAndNoQuarkus() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.runyard.service..", "java.sql..", "javax.sql..", "io.quarkus..", "jakarta..")
                .check(AGENT);
    }

    @Test
    void onlyTheTopKnowsHowTrainingIsDone() {
        noClasses()
                .that()
                .resideInAnyPackage("dev.runyard.agent.attempt..", "dev.runyard.agent.client..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("ai.djl..", "dev.runyard.vision.nd..", "dev.runyard.vision.data..")
                .check(AGENT);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("dev.runyard.agent.(*)..").should().beFreeOfCycles().check(AGENT);
    }
}
