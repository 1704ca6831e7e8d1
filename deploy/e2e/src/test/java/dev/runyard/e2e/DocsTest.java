package dev.runyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.e2e.lab.LabProcess;
import dev.runyard.spec.sweep.SpecFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the documents say about files is true. */
class DocsTest {
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:\\s]+)(#[^)]*)?\\)");

    private static final Pattern TEST = Pattern.compile("`([A-Z]\\w+Test)`");

    private static final Pattern SETTING = Pattern.compile("\\bRUNYARD_[A-Z]+(_[A-Z]+)*\\b");

    private static final Pattern PROPERTY = Pattern.compile("\"(runyard(\\.[a-z-]+)+)\"");

    private final Path root = LabProcess.repositoryRoot();

    @Test
    void every_relative_link_leads_to_a_file() throws IOException {
        List<String> broken = new ArrayList<>();
        for (Path page : pages()) {
            Matcher link = LINK.matcher(Files.readString(page));
            while (link.find()) {
                if (!Files.exists(page.resolveSibling(link.group(1)))) {
                    broken.add(root.relativize(page) + " → " + link.group(1));
                }
            }
        }
        assertThat(broken).isEmpty();
    }

    @Test
    void decisions_are_numbered_without_a_gap_and_carry_their_number() throws IOException {
        try (Stream<Path> files = Files.list(root.resolve("deploy/docs/adr"))) {
            List<Path> decisions = files.sorted().toList();
            for (int i = 0; i < decisions.size(); i++) {
                String number = String.format("%04d", i + 1);
                assertThat(decisions.get(i).getFileName().toString()).startsWith(number + "-");
                assertThat(Files.readString(decisions.get(i)))
                        .startsWith("# ADR-" + number + ": ")
                        .contains("## Context", "## Decision", "## Rejected", "## Consequences");
            }
        }
    }

    @Test
    void every_test_that_a_page_names_is_there() throws IOException {
        Set<String> tests = new HashSet<>();
        for (String folder : List.of("deploy", "service", "workers")) {
            try (Stream<Path> files = Files.walk(root.resolve(folder))) {
                files.map(file -> String.valueOf(file.getFileName()))
                        .filter(name -> name.endsWith("Test.java"))
                        .forEach(name -> tests.add(name.substring(0, name.length() - ".java".length())));
            }
        }
        Set<String> named = new TreeSet<>();
        for (Path page : pages()) {
            Matcher test = TEST.matcher(Files.readString(page));
            while (test.find()) {
                named.add(test.group(1));
            }
        }
        assertThat(named).isNotEmpty().isSubsetOf(tests);
    }

    @Test
    void every_spec_file_beside_the_pages_is_accepted() throws IOException {
        try (Stream<Path> files = Files.walk(root.resolve("deploy/docs"))) {
            assertThat(files.filter(file -> file.toString().endsWith(".yaml")).toList())
                    .isNotEmpty()
                    .allSatisfy(file -> assertThat(
                                    SpecFile.read(Files.readString(file)).runs())
                            .isPositive());
        }
    }

    /** What can be set is written down, and nothing is written down that is never read. */
    @Test
    void every_setting_is_in_the_handbook_and_read_somewhere() throws IOException {
        Set<String> read = new TreeSet<>();
        Set<String> made = new TreeSet<>(); // of properties such as runyard.db.url, whose variable stands nowhere
        for (String folder : List.of(
                "service/src/main",
                "workers",
                "deploy/cli/src/main",
                "deploy/runyard",
                "deploy/bench",
                "deploy/slurm")) {
            try (Stream<Path> files = Files.walk(root.resolve(folder))) {
                for (Path file : files.filter(DocsTest::code).toList()) {
                    settings(file, read);
                    Matcher property = PROPERTY.matcher(Files.readString(file));
                    while (property.find()) {
                        made.add(property.group(1).toUpperCase(Locale.ROOT).replaceAll("\\W", "_"));
                    }
                }
            }
        }
        Set<String> written = new TreeSet<>();
        for (Path page : pages()) {
            if (!page.endsWith("CHANGELOG.md")) {
                settings(page, written);
            }
        }
        assertThat(written).as("what the handbook names").containsAll(read);
        read.addAll(made);
        written.removeAll(Set.of("RUNYARD_DB_URL", "RUNYARD_DB_USER", "RUNYARD_DB_PASSWORD")); // of a group of them
        assertThat(read).as("what is read").containsAll(written);
    }

    private static boolean code(Path file) {
        String path = file.toString();
        return Files.isRegularFile(file)
                && !path.contains("/src/test/")
                && !path.contains("/target/")
                && path.matches(".*(\\.java|/runyard|/bench|/scale|\\.sbatch)");
    }

    private static void settings(Path file, Set<String> into) throws IOException {
        Matcher setting = SETTING.matcher(Files.readString(file));
        while (setting.find()) {
            into.add(setting.group());
        }
    }

    private List<Path> pages() throws IOException {
        List<Path> all = new ArrayList<>(
                List.of(root.resolve("README.md"), root.resolve("CONTRIBUTING.md"), root.resolve("CHANGELOG.md")));
        try (Stream<Path> docs = Files.walk(root.resolve("deploy/docs"))) {
            docs.filter(p -> p.toString().endsWith(".md")).forEach(all::add);
        }
        return all;
    }
}
