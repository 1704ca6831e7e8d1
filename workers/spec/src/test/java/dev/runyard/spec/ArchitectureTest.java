package dev.runyard.spec;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final String ROOT = "dev.runyard.spec";

    /** From the top to the ground, which is the root itself. A room sees those below it and nothing else. */
    private static final List<String> ROOMS = List.of(
            "table",
            "sweep",
            "pruner",
            "sampler",
            "space",
            "report",
            "run",
            "training",
            "model",
            "dataset",
            "metric",
            "statistics",
            "judging",
            "json");

    private static final JavaClasses SPEC = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.runyard.spec");

    @Test
    void theSpecKnowsJavaJsonAndMathsOnly() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "dev.runyard.spec..",
                        "java..",
                        "com.fasterxml.jackson..",
                        "org.yaml.snakeyaml..",
                        "org.hipparchus..",
                        "org.jspecify..")
                .check(SPEC);
    }

    /** The rule below would hold of a room that has no place among them, whatever it sees. */
    @Test
    void everyRoomHasAPlace() {
        assertThat(SPEC.stream().map(JavaClass::getPackageName).filter(name -> !name.equals(ROOT)))
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
                    .dependOnClassesThat(
                            DescribedPredicate.describe("are above it", c -> above.contains(c.getPackageName())))
                    .check(SPEC);
        }
        noClasses()
                .that()
                .resideInAPackage(ROOT)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(ROOT + ".*..")
                .check(SPEC);
    }

    @Test
    void yamlIsParsedAndNeverConstructed() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.yaml.snakeyaml.constructor..")
                .check(SPEC);
        classes()
                .that()
                .haveSimpleNameNotStartingWith("Yaml")
                .should()
                .onlyDependOnClassesThat()
                .resideOutsideOfPackage("org.yaml.snakeyaml..")
                .check(SPEC);
    }

    @Test
    void theSpecTouchesNoFileClockOrChance() {
        // A drill arms failpoints by files, and everybody asks for the SHA-256 of a file: this is the only module that
        // all of them share.
        noClasses()
                .that()
                .areNotAssignableTo(Failpoint.class)
                .and()
                .areNotAssignableTo(Sha256.class)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.nio.file..", "java.net..", "java.sql..", "java.util.concurrent..")
                .check(SPEC);
        noClasses()
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.util.Random")
                .check(SPEC);
        noClasses().should().callMethod(Math.class, "random").check(SPEC);
        noClasses().should().callMethod(System.class, "currentTimeMillis").check(SPEC);
    }
}
