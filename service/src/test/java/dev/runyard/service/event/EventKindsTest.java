package dev.runyard.service.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.service.run.Command;
import dev.runyard.spec.report.Notice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the handbook says of live events is what the code sends. */
class EventKindsTest {
    /** The arguments of a call that writes an event. */
    private static final Pattern CALL = Pattern.compile("journal\\.(?:run|told|sweep|device|curated)\\(([^;]*);");

    private static final Pattern WORD = Pattern.compile("\"([a-z]+(?:-[a-z]+)*)\"");
    /** The kind of what a person did to keep order, as {@code Curation} hands it on with who did it. */
    private static final Pattern CURATED = Pattern.compile("\"([a-z]+)\"(?:\\s*:\\s*\"([a-z]+)\")?(?:,\\s*who\\)|;)");

    private static final Pattern CELL = Pattern.compile("`([A-Za-z_-]+)`");

    @Test
    void theHandbookListsEveryKindAndNoOther() throws IOException {
        Set<String> written = new TreeSet<>();
        for (String source : sources()) {
            Matcher call = CALL.matcher(source);
            while (call.find()) {
                WORD.matcher(call.group(1)).results().forEach(word -> written.add(word.group(1)));
            }
            if (source.contains("class Curation ")) {
                CURATED.matcher(source).results().forEach(kind -> {
                    written.add(kind.group(1));
                    if (kind.group(2) != null) {
                        written.add(kind.group(2));
                    }
                });
            }
        }
        Arrays.stream(Command.values()).forEach(c -> written.add(c.name().toLowerCase(Locale.ROOT)));
        Arrays.stream(Notice.Kind.values()).forEach(k -> written.add(k.name()));
        assertThat(written).hasSizeGreaterThan(10);
        assertThat(column("`kind`"))
                .as("kinds in deploy/docs/rest.md, \"Live events\"")
                .isEqualTo(written);
    }

    @Test
    void theHandbookListsEveryTypeAndNoOther() throws IOException {
        Set<String> sent = new TreeSet<>(Set.of("run", "sweep", "device", "experiment"));
        for (String source : sources()) {
            Pattern.compile("new LiveEvent\\(\"([a-z]+)\"")
                    .matcher(source)
                    .results()
                    .forEach(m -> sent.add(m.group(1)));
        }
        assertThat(column("`event:`")).isEqualTo(sent);
    }

    /** What stands in the first column of the table that is headed so. */
    private static Set<String> column(String head) throws IOException {
        List<String> lines = Files.readAllLines(Path.of("../deploy/docs/rest.md"));
        int at = lines.indexOf(lines.stream()
                .filter(line -> line.startsWith("| " + head))
                .findFirst()
                .orElseThrow());
        Set<String> out = new TreeSet<>();
        for (String line : lines.subList(at + 2, lines.size())) {
            if (!line.startsWith("|")) {
                break;
            }
            CELL.matcher(line.split("\\|", -1)[1]).results().forEach(cell -> out.add(cell.group(1)));
        }
        return out;
    }

    private static List<String> sources() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .map(EventKindsTest::text)
                    .toList();
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
