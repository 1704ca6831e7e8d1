package dev.runyard.cli;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The rooms of the command line and the arrows between them. */
class ArchitectureTest {
    private static final String ROOT = "dev.runyard.cli";

    /** From the top to the ground. A room sees those below it and nothing else. */
    private static final List<String> ROOMS = List.of(
            "support", "report", "science", "demo", "importing", "project", "remote", "code", "lab", "terminal");

    private static final JavaClasses CLI = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    /** The rule below would hold of a room that has no place among them, whatever it sees. */
    @Test
    void everyRoomHasAPlace() {
        assertThat(CLI.stream().map(JavaClass::getPackageName).filter(name -> !name.equals(ROOT)))
                .containsOnlyElementsOf(
                        ROOMS.stream().map(room -> ROOT + "." + room).toList());
    }

    @Test
    void arrowsBetweenRoomsGoDown() {
        for (int i = 0; i < ROOMS.size(); i++) {
            List<String> above =
                    ROOMS.subList(0, i).stream().map(room -> ROOT + "." + room).toList();
            noClasses()
                    .that()
                    .resideInAPackage(ROOT + "." + ROOMS.get(i))
                    .should()
                    .dependOnClassesThat(describe(
                            "are in a room above it or at the top",
                            c -> c.getPackageName().equals(ROOT) || above.contains(c.getPackageName())))
                    .check(CLI);
        }
    }

    @Test
    void knowsNoServiceNoWorkerNoDatabaseAndNoTemporal() {
        noClasses()
                .that()
                // Another tracker's file, which is a database.
                .doNotHaveFullyQualifiedName(ROOT + ".importing.MlflowFile")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.runyard.service..",
                        "dev.runyard.agent..",
                        "dev.runyard.flows..",
                        "java.sql..",
                        "javax.sql..",
                        "io.quarkus..",
                        "io.temporal..")
                .check(CLI);
    }
}
