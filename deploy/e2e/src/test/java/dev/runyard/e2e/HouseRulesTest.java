package dev.runyard.e2e;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What holds in every module, said once; what holds in one is in its own {@code ArchitectureTest}. */
class HouseRulesTest {
    private static final List<String> MODULES = List.of(
            "workers/spec",
            "workers/flows",
            "workers/vision",
            "workers/agent",
            "workers/client",
            "service",
            "deploy/cli",
            "deploy/image",
            "deploy/e2e");

    private static final JavaClasses HOUSE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPaths(MODULES.stream()
                    .map(module -> Path.of("../..", module, "target/classes"))
                    .toList());

    /** The rules below would hold of nothing. */
    @Test
    void everyModuleIsLookedAt() {
        Stream.of("spec", "flows", "vision", "agent", "client", "service", "cli", "image", "e2e")
                .map(room -> "dev.runyard." + room)
                .forEach(root -> assertThat(
                                HOUSE.stream().map(JavaClass::getPackageName).anyMatch(name -> name.startsWith(root)))
                        .as(root)
                        .isTrue());
    }

    @Test
    void nothingIsDeserialisedThatCouldBeCode() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.io.ObjectInputStream")
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage("java.beans..", "java.rmi..", "org.yaml.snakeyaml.constructor..")
                .orShould()
                .callMethodWhere(describe(
                        "lets JSON name classes", call -> Set.of("activateDefaultTyping", "enableDefaultTyping")
                                .contains(call.getName())))
                .check(HOUSE);
    }

    /** So that a hash means the same everywhere; the other places know MD5, which some publishers state and servers of buckets ask for. */
    @Test
    void hashingIsDoneInOnePlace() {
        noClasses()
                .that(describe("are not named here", c -> !Set.of(
                                "dev.runyard.spec.Sha256",
                                "dev.runyard.vision.fetch.Hashes",
                                "dev.runyard.service.blob.store.Bucket")
                        .contains(c.getName())))
                .should()
                .callMethod(MessageDigest.class, "getInstance", String.class)
                .check(HOUSE);
    }
}
