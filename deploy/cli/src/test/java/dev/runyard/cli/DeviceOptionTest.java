package dev.runyard.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.runyard.vision.device.SelfTest;
import dev.runyard.vision.nd.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** Whatever computes in this process computes where {@code --device} says. */
class DeviceOptionTest {
    @TempDir
    Path folder;

    @Test
    void everyCommandThatComputesHasIt() {
        List<String> names = new ArrayList<>();
        for (CommandLine command : leaves(Runyard.line(new Runyard()))) {
            OptionSpec option = command.getCommandSpec().findOption("--device");
            if (option != null
                    && option.userObject() != null
                    && option.paramLabel().equals("D")) {
                names.add(command.getCommandName());
                assertThat(option.defaultValue()).isEqualTo(System.getenv().getOrDefault("RUNYARD_DEVICE", "auto"));
            }
        }
        assertThat(names)
                .contains("train", "evaluate", "analyse", "embed", "invert", "pretrain", "serve-model", "client");
    }

    /** Nothing begins on a device but by the option. */
    @Test
    void theEngineIsBegunInOnePlace() {
        JavaClasses classes = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("dev.runyard.cli");
        for (Class<?> begins : List.of(Torch.class, SelfTest.class)) {
            noClasses()
                    .that()
                    .doNotHaveSimpleName("DeviceOption")
                    .should()
                    .callMethodWhere(com.tngtech.archunit.base.DescribedPredicate.describe(
                            "begins on a device",
                            call -> call.getTargetOwner().isEquivalentTo(begins)
                                    && List.of("use", "begin", "enter").contains(call.getName())))
                    .check(classes);
        }
    }

    @Test
    void aDeviceThatIsNotThereIsRefused() throws IOException {
        Path spec = Files.writeString(folder.resolve("run.yaml"), """
                dataset: {id: shapes, train: 16, test: 10}
                method: {kind: iip, prompts: 1}
                schedule: {epochs: 1, warmupEpochs: 0}
                """);
        Path pretrain = Files.writeString(folder.resolve("pretrain.yaml"), """
                task: pretrain
                dataset: {id: shapes, train: 16, test: 10}
                pretrain: {}
                schedule: {epochs: 1, warmupEpochs: 0}
                """);
        String out = folder.resolve("out").toString();
        refused("train", spec.toString(), "--out", out, "--device", "cuda:99");
        refused("pretrain", pretrain.toString(), "--out", out, "--device", "cuda:99");
        refused("embed", "--images", folder.toString(), "--out", out, "--device", "cuda:99");
        refused("serve-model", "--device", "cuda:99");
    }

    private static void refused(String... command) {
        Typed said = Typed.here(command);
        assertThat(said.err().lines()).as(said.err()).hasSize(1);
        assertThat(said.err()).contains("--device cuda:99: there is no cuda:99 here");
        assertThat(said.exit()).isEqualTo(2);
    }

    private static List<CommandLine> leaves(CommandLine command) {
        List<CommandLine> out = new ArrayList<>();
        command.getSubcommands().values().forEach(sub -> out.addAll(leaves(sub)));
        if (out.isEmpty()) {
            out.add(command);
        }
        return out;
    }
}
