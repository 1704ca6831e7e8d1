package dev.runyard.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** Whatever is typed: one line of cause on stderr, an exit code that is not 0, no trace, and nothing is started. */
@Timeout(300)
final class BadArgumentsTest {
    /** Values that no option of the kind takes. */
    private static final List<String> NO_NUMBER = List.of("", "x", "1e999", "9".repeat(40), "0x", "½", "1;2");

    private static final List<String> NO_PATH = List.of("", " ", "~nobody/x", "~~", "a\0b");

    private static final List<String> NO_WORD = List.of("", "x", "🫠", "-");

    /** What no command takes as a further argument. */
    private static final List<String> ODD = List.of(
            "--nope",
            "--nope=1",
            "-Z",
            "--=",
            "\u0007bell",
            "~nobody/x",
            "",
            "zz zz",
            "x".repeat(100_000),
            "%s%n",
            "../../..\0",
            "$(id)",
            "\u202E",
            "'; drop table run; --");

    @TempDir
    Path folder;

    @Test
    void everyCommandRefusesWhatItDoesNotTake() {
        int tried = 0;
        for (CommandLine command : leaves(Runyard.line(new Runyard()))) {
            String[] name = command.getCommandSpec().qualifiedName().split(" ");
            for (String odd : ODD) {
                refused(typed(name, odd, odd + "x"));
                tried++;
            }
            for (OptionSpec option : command.getCommandSpec().options()) {
                if (option.arity().max() == 0) {
                    continue;
                }
                for (String bad : wrong(option)) {
                    refused(typed(name, option.longestName() + "=" + bad));
                    tried++;
                }
            }
        }
        assertThat(tried).isGreaterThan(500);
    }

    @Test
    void filesThatAreNotWhatTheyShouldBe() throws IOException {
        List<Path> files = new ArrayList<>(List.of(
                folder,
                folder.resolve("absent"),
                Path.of("/dev/zero"),
                Path.of("/dev/null"),
                Path.of("/proc/self/mem"),
                folder.resolve("x".repeat(300))));
        files.add(Files.createFile(folder.resolve("empty")));
        files.add(Files.write(folder.resolve("binary"), new byte[] {0, 1, (byte) 0xff, (byte) 0xfe}));
        files.add(Files.writeString(folder.resolve("deep.yaml"), "[".repeat(400_000)));
        files.add(Files.writeString(folder.resolve("deep.json"), "{\"a\":".repeat(100_000)));
        files.add(Files.writeString(folder.resolve("list.yaml"), "- 1\n- 2\n"));
        files.add(Files.writeString(folder.resolve("tag.yaml"), "!!java.net.URL [http://x]"));
        files.add(Files.writeString(folder.resolve("bomb.yaml"), bomb()));
        files.add(Files.writeString(folder.resolve("null.yaml"), "dataset: null\n"));
        files.add(Files.writeString(folder.resolve("base.yaml"), "base: [1]\n"));
        files.add(
                Files.writeString(folder.resolve("axes.yaml"), "base: {dataset: {id: shapes}}\naxes: {dataset: 7}\n"));
        files.add(Files.createSymbolicLink(folder.resolve("round"), folder.resolve("round")));
        String out = folder.resolve("out").toString();
        for (Path file : files) {
            String name = file.toString();
            for (String[] command : new String[][] {
                {"submit", name},
                {"submit", "--check", name},
                {"train", name, "--out", out},
                {"pretrain", name, "--out", out},
                {"weights", "inspect", name},
                {"weights", "convert", name, "--out", out},
                {"data", "check", name},
                {"demo", "--exit", "--data", name},
            }) {
                refused(command);
            }
        }
        assertThat(Path.of(out)).doesNotExist();
    }

    @Test
    void aFolderThatCannotBeWrittenIsNamed() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        Path spec = Files.writeString(folder.resolve("run.yaml"), "dataset: {id: shapes, train: 20, test: 10}\n");
        for (String out : new String[] {file.toString(), file + "/below", "/proc/none"}) {
            refused("train", spec.toString(), "--out", out);
        }
    }

    private static List<String> wrong(OptionSpec option) {
        Class<?> type = option.isMultiValue() ? option.auxiliaryTypes()[0] : option.type();
        if (type == Path.class) {
            return NO_PATH;
        }
        if (type.isEnum()) {
            return NO_WORD;
        }
        return type == String.class ? List.of() : NO_NUMBER;
    }

    private static List<CommandLine> leaves(CommandLine command) {
        List<CommandLine> out = new ArrayList<>();
        command.getSubcommands().values().forEach(sub -> out.addAll(leaves(sub)));
        if (out.isEmpty()) {
            out.add(command);
        }
        return out;
    }

    private static String[] typed(String[] name, String... arguments) {
        List<String> all = new ArrayList<>(List.of(name).subList(1, name.length));
        all.addAll(List.of(arguments));
        return all.toArray(new String[0]);
    }

    private static String bomb() {
        StringBuilder text = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 12; i++) {
            text.append(
                    "a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d]\n".formatted(i, i, i - 1, i - 1, i - 1, i - 1, i - 1));
        }
        return text.toString();
    }

    private static void refused(String... command) {
        Typed typed = Typed.here(command);
        int exit = typed.exit();
        String said = typed.err();
        String what = String.join(" ", command);
        what = (what.length() > 200 ? what.substring(0, 200) : what) + " said " + said;
        assertThat(exit).as(what).isIn(1, 2);
        assertThat(said.lines()).as(what).hasSize(1);
        assertThat(said)
                .as(what)
                .startsWith("runyard: ")
                .doesNotContain("Exception", "should not have happened", "\tat ");
        assertThat(said.length()).as(what).isLessThan(4_200);
    }
}
