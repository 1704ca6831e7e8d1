package dev.runyard.vision;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.runyard.vision.backbone.PositionPolicy;
import dev.runyard.vision.backbone.weights.WeightsException;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A deployment has two sides, and neither can reach what the other one holds. */
class TwoSidesTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.runyard.vision");

    @Test
    void theServerKnowsNoPromptsNetworkLabelsOrData() {
        noClasses()
                .that()
                .resideInAPackage("dev.runyard.vision.serve..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.runyard.vision.client..",
                        "dev.runyard.vision.invert..",
                        "dev.runyard.vision.method..",
                        "dev.runyard.vision.train..",
                        "dev.runyard.vision.data..")
                .check(CLASSES);
    }

    @Test
    void theClientHoldsNoBackbone() {
        Set<String> words = Set.of(PositionPolicy.class.getName(), WeightsException.class.getName());
        DescribedPredicate<JavaClass> backbone = DescribedPredicate.describe(
                "part of a backbone",
                c -> c.getPackageName().equals("dev.runyard.vision.backbone") && !words.contains(c.getName()));
        noClasses()
                .that()
                .resideInAPackage("dev.runyard.vision.client..")
                .should()
                .dependOnClassesThat(backbone)
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.runyard.vision.invert..", "dev.runyard.vision.serve..", "dev.runyard.vision.train..")
                .check(CLASSES);
    }
}
