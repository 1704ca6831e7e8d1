package dev.runyard.vision;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Images, data sets, tensor files and pictures are plain Java: they work where no native library does. */
class PurePackagesTest {
    @Test
    void pixelsAndFilesNeedNoTensorLibrary() {
        JavaClasses classes = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages(
                        "dev.runyard.vision.image",
                        "dev.runyard.vision.data",
                        "dev.runyard.vision.tensor",
                        "dev.runyard.vision.fetch",
                        "dev.runyard.vision.plot");
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "ai.djl..",
                        "dev.runyard.vision.backbone..",
                        "dev.runyard.vision.method..",
                        "dev.runyard.vision.train..")
                .check(classes);
        noClasses()
                .that()
                .resideInAnyPackage(
                        "dev.runyard.vision.image..", "dev.runyard.vision.tensor..", "dev.runyard.vision.plot..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.runyard.vision.data..")
                .check(classes);
    }
}
