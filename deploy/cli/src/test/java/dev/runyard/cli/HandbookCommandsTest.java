package dev.runyard.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What the handbook tells people to type is there to be typed: each command by its name, each option as it is spelled. */
class HandbookCommandsTest {
    private static final Path ROOT = Path.of("../..");

    /** In a block, or between backticks in a text. */
    private static final Pattern TYPED =
            Pattern.compile("(?m)(?:^ *|`|\\$ |&& |\\()(?:[A-Z_]+=\\S+ )*(?:deploy/)?runyard ([a-z][^`#|\\n]*)");

    private static final Pattern OPTION = Pattern.compile("(?<=\\s)(--[a-z][a-z-]*|-[a-z](?=\\s|$))");

    @Test
    void everyCommandAndOptionIsThere() throws IOException {
        CommandLine runyard = Runyard.line(new Runyard());
        List<String> wrong = new ArrayList<>();
        int looked = 0;
        for (Path page : pages()) {
            Matcher typed = TYPED.matcher(Files.readString(page).replace("\\\n", " "));
            while (typed.find()) {
                String line = typed.group(1).strip();
                looked++;
                CommandLine at = runyard;
                for (String word : line.split("\\s+")) {
                    CommandLine next = at.getSubcommands().get(word.replaceAll("[,.;:]$", ""));
                    if (next == null) {
                        break;
                    }
                    at = next;
                }
                if (at == runyard) {
                    wrong.add(page.getFileName() + ": there is no command runyard " + line);
                    continue;
                }
                Map<String, ?> options = at.getCommandSpec().optionsMap();
                Matcher option = OPTION.matcher(" " + line.split(" -- ", 2)[0]); // behind it they are another program's
                while (option.find()) {
                    if (!options.containsKey(option.group(1))) {
                        wrong.add(page.getFileName() + ": runyard " + line + " has no " + option.group(1));
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(looked).isGreaterThan(60);
    }

    private static List<Path> pages() throws IOException {
        List<Path> all = new ArrayList<>(List.of(ROOT.resolve("README.md"), ROOT.resolve("CONTRIBUTING.md")));
        try (Stream<Path> docs = Files.list(ROOT.resolve("deploy/docs"))) {
            docs.filter(page -> page.toString().endsWith(".md")).sorted().forEach(all::add);
        }
        return all;
    }
}
