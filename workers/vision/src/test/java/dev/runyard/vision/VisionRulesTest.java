package dev.runyard.vision;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import ai.djl.ndarray.NDArray;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.runyard.vision.nd.Torch;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the science must not touch. */
class VisionRulesTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.runyard.vision");

    /** Operations that have a form with a Java number; {@code pow}, {@code max} and their like included. */
    private static final Set<String> ARITHMETIC = Set.of(
            "add", "addi", "sub", "subi", "mul", "muli", "div", "divi", "mod", "modi", "pow", "powi", "maximum",
            "minimum", "clip", "eq", "neq", "gt", "gte", "lt", "lte");

    @Test
    void knowsNoWorkflowsServersOrDatabases() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.temporal..",
                        "io.quarkus..",
                        "java.sql..",
                        "javax.sql..",
                        "jakarta..",
                        "dev.runyard.flows..",
                        "dev.runyard.agent..",
                        "dev.runyard.service..")
                .check(CLASSES);
    }

    /**
     * The engine wraps a Java number in memory that is freed when the operation returns, while the graph still refers to it: the
     * gradient is then wrong without a word.
     */
    @Test
    void noArrayMeetsAJavaNumber() {
        DescribedPredicate<JavaMethodCall> withNumber = DescribedPredicate.describe(
                "an array operation with a number",
                call -> call.getTargetOwner().isAssignableTo(NDArray.class)
                        && ARITHMETIC.contains(call.getName())
                        && call.getTarget().getRawParameterTypes().stream().anyMatch(VisionRulesTest::number));
        noClasses().should().callMethodWhere(withNumber).check(CLASSES);
    }

    /** The engine's own ways to read leave a manager behind where the array is on a GPU; see {@code Torch.read}. */
    @Test
    void arraysAreReadInOnePlace() {
        DescribedPredicate<JavaMethodCall> read = DescribedPredicate.describe(
                "an array read into Java's memory",
                call -> call.getTargetOwner().isAssignableTo(NDArray.class)
                        && (call.getName().matches("to\\w*Array|toByteBuffer|toDebugString")
                                || call.getName().matches("get(Float|Double|Int|Long|Byte|Boolean|Uint8|String)")));
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(Torch.class.getName())
                .should()
                .callMethodWhere(read)
                .check(CLASSES);
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(Torch.class.getName())
                .should()
                .accessTargetWhere(DescribedPredicate.describe(
                        "a reference to such a method",
                        (JavaAccess<?> access) -> access.getTargetOwner().isAssignableTo(NDArray.class)
                                && access.getName().matches("to\\w*Array|toByteBuffer")))
                .check(CLASSES);
    }

    /** {@code toType}, {@code toDevice} and {@code duplicate} leave the graph without a word; to read, nothing is differentiated. */
    @Test
    void nothingDetachesSilently() {
        DescribedPredicate<JavaMethodCall> detaching = DescribedPredicate.describe(
                "a copy outside the graph",
                call -> call.getTargetOwner().isAssignableTo(NDArray.class)
                        && Set.of("toType", "toDevice", "duplicate").contains(call.getName()));
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(Torch.class.getName())
                .should()
                .callMethodWhere(detaching)
                .check(CLASSES);
    }

    /** The engine's own way to write values makes libtorch warn of wrong results in every command's output; see {@code Torch.fill}. */
    @Test
    void nothingIsSetFromJavasMemory() {
        DescribedPredicate<JavaMethodCall> set = DescribedPredicate.describe(
                "an array set from a buffer or a Java array",
                call -> call.getTargetOwner().isAssignableTo(NDArray.class)
                        && (call.getName().equals("copyTo")
                                || call.getName().equals("set")
                                        && call.getTarget()
                                                        .getRawParameterTypes()
                                                        .size()
                                                == 1));
        noClasses().should().callMethodWhere(set).check(CLASSES);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("dev.runyard.vision.(*)..").should().beFreeOfCycles().check(CLASSES);
        slices().matching("dev.runyard.vision.(**)").should().beFreeOfCycles().check(CLASSES);
    }

    /** TorchScript is code; what is loaded is the product's own, checked by its hash. */
    @Test
    void torchScriptIsLoadedInOnePlace() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("dev.runyard.vision.backbone.vit.FusedModule")
                .should()
                .callMethodWhere(DescribedPredicate.describe(
                        "loads TorchScript",
                        (JavaMethodCall call) -> call.getName().startsWith("loadModule")
                                || (call.getName().equals("load")
                                        && call.getTargetOwner()
                                                .getPackageName()
                                                .startsWith("ai.djl"))))
                .check(CLASSES);
    }

    private static boolean number(JavaClass type) {
        return type.isAssignableTo(Number.class)
                || (type.isPrimitive() && !type.getName().equals("boolean"));
    }
}
