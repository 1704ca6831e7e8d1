package dev.runyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.e2e.lab.LabProcess;
import java.io.IOException;
import java.lang.module.ModuleDescriptor.Version;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;

/** The jars of the packaged product: none that is listed has a hole that is known, and another build of the same sources makes the same ones. */
class ShippedTest {
    /** {@code oldest-versions.txt}. */
    private record Oldest(String group, String artifact, String version, String why) {
        static Oldest of(String line) {
            String[] parts = line.split("[: ]", 4);
            return new Oldest(parts[0], parts[1], parts[2], parts[3]);
        }

        /** The version in the name of a file that is this artifact; null for another. */
        String shipped(String file) {
            Matcher name = Pattern.compile(
                            "(" + Pattern.quote(group + ".") + ")?" + Pattern.quote(artifact) + "-(\\d[^/]*)\\.jar")
                    .matcher(file);
            return name.matches() ? name.group(2) : null;
        }

        boolean before(String other) {
            return Version.parse(other).compareTo(Version.parse(version)) < 0;
        }

        /** Where a hole was closed in several lines of releases, such as 4.1 and 4.2: what is said of the version's own, else the newest. */
        static Oldest of(String shipped, List<Oldest> lines) {
            return lines.stream()
                    .filter(one -> line(one.version).equals(line(shipped)))
                    .findFirst()
                    .orElseGet(() -> Collections.max(lines, Comparator.comparing(one -> Version.parse(one.version))));
        }

        private static String line(String version) {
            return version.replaceFirst("^(\\d+\\.\\d+).*", "$1");
        }
    }

    @Test
    void nothingThatShipsIsKnownToHaveAHole() throws Exception {
        List<String> jars = jars().stream()
                .map(jar -> jar.getFileName().toString())
                .distinct()
                .toList();
        List<String> old = new ArrayList<>();
        Map<String, List<Oldest>> artifacts =
                oldest().stream().collect(Collectors.groupingBy(one -> one.group() + ":" + one.artifact()));
        artifacts.forEach((artifact, lines) -> {
            List<String> shipped = jars.stream()
                    .map(lines.get(0)::shipped)
                    .filter(Objects::nonNull)
                    .toList();
            assertThat(shipped)
                    .as("%s is in no jar's name any more: strike it", artifact)
                    .isNotEmpty();
            shipped.stream()
                    .filter(version -> Oldest.of(version, lines).before(version))
                    .forEach(version -> old.add(Oldest.of(version, lines) + " is " + version));
        });
        assertThat(old).isEmpty();
    }

    /** The comparison itself: of versions as these projects write them. */
    @Test
    void anOlderVersionIsFound() {
        Oldest netty = Oldest.of("io.netty:netty-codec-http 4.1.125 why it is");
        assertThat(netty.shipped("io.netty.netty-codec-http-4.1.99.Final.jar")).isEqualTo("4.1.99.Final");
        assertThat(netty.shipped("netty-codec-http2-4.1.99.Final.jar")).isNull();
        assertThat(netty.before("4.1.99.Final")).isTrue();
        assertThat(netty.before("4.1.125.Final")).isFalse();
        Oldest next = Oldest.of("io.netty:netty-codec-http 4.2.5 why it is");
        assertThat(Oldest.of("4.2.4.Final", List.of(netty, next)).before("4.2.4.Final"))
                .isTrue();
        assertThat(Oldest.of("4.1.125.Final", List.of(netty, next)).before("4.1.125.Final"))
                .isFalse();
        assertThat(Oldest.of("4.3.0.Final", List.of(netty, next)).before("4.3.0.Final"))
                .isFalse();
        assertThat(Oldest.of("org.eclipse.jgit:org.eclipse.jgit 7.2.1 why").before("7.2.0.202503040940-r"))
                .isTrue();
    }

    @Test
    void ourOwnJarsHoldNoTimeOfTheirBuild() throws Exception {
        String pom = Files.readString(LabProcess.repositoryRoot().resolve("pom.xml"));
        LocalDateTime fixed =
                LocalDateTime.parse(pom.replaceFirst("(?s).*<project.build.outputTimestamp>([^<]*)Z</.*", "$1"));
        List<Path> own = jars().stream()
                .filter(jar -> jar.getFileName().toString().matches("(dev\\.runyard\\.)?runyard-.*\\.jar"))
                .toList();
        assertThat(own).hasSizeGreaterThan(5);
        for (Path jar : own) {
            try (ZipFile file = new ZipFile(jar.toFile())) {
                assertThat(file.stream()).as(jar.toString()).isNotEmpty().allSatisfy(entry -> assertThat(
                                entry.getTimeLocal())
                        .isEqualTo(fixed));
            }
        }
    }

    private static List<Oldest> oldest() throws IOException {
        Path list = LabProcess.repositoryRoot().resolve("deploy/e2e/src/test/resources/oldest-versions.txt");
        try (Stream<String> lines = Files.lines(list)) {
            return lines.filter(line -> !line.startsWith("#")).map(Oldest::of).toList();
        }
    }

    private static List<Path> jars() throws IOException, InterruptedException {
        ProcessBuilder version = new ProcessBuilder(
                LabProcess.repositoryRoot().resolve("deploy/runyard").toString(), "--version");
        version.environment().put("RUNYARD_BUILD", "never");
        assertThat(LabProcess.run(version, Duration.ofMinutes(2)).exit()).isZero(); // installs what Maven built
        Path installed = LabProcess.repositoryRoot().resolve("deploy/target/installed");
        Path here =
                installed.resolve(Files.readString(installed.resolve("current")).strip());
        try (Stream<Path> files = Files.walk(here)) {
            return files.filter(file -> file.toString().endsWith(".jar")).toList();
        }
    }
}
