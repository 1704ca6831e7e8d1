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
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;

/** The jars of the packaged product: none is known to have a hole, and another build of the same sources makes the same ones. */
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
    }

    @Test
    void nothingThatShipsIsKnownToHaveAHole() throws Exception {
        List<String> jars = jars().stream()
                .map(jar -> jar.getFileName().toString())
                .distinct()
                .toList();
        List<String> old = new ArrayList<>();
        for (Oldest one : oldest()) {
            List<String> shipped =
                    jars.stream().map(one::shipped).filter(Objects::nonNull).toList();
            assertThat(shipped)
                    .as("%s is in no jar's name any more: strike it", one.artifact())
                    .isNotEmpty();
            shipped.stream().filter(one::before).forEach(version -> old.add(one + " is " + version));
        }
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
        assertThat(netty.before("4.2.0.Final")).isFalse();
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
