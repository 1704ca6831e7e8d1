package dev.runyard.e2e;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The drills and the benches use the product by its doors, as a person does. */
class ArchitectureTest {
    private static final JavaClasses E2E = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.runyard.e2e");

    @Test
    void drillsAndBenchesDoNotNeedEachOther() {
        slices().matching("dev.runyard.e2e.(*)..").should().beFreeOfCycles().check(E2E);
        slices().matching("dev.runyard.e2e.(bench|drill)..")
                .should()
                .notDependOnEachOther()
                .check(E2E);
    }

    @Test
    void theServiceIsReachedOverHttpOnly() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.runyard.service..", "io.quarkus..")
                .check(E2E);
    }
}
