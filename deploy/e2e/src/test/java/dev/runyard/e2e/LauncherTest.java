package dev.runyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.e2e.lab.LabProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code deploy/runyard}: what it runs, and in which surroundings. */
class LauncherTest {
    private static final List<String> BUILT =
            List.of("service/target/quarkus-app", "workers/agent/target/agent/lib", "deploy/cli/target/cli/lib");

    @TempDir
    Path folder;

    @Test
    void a_lab_that_runs_outlives_the_next_builds_of_its_tree() throws Exception {
        Path tree = folder.resolve("tree");
        tree(tree);
        // Left there by the build of the version before.
        Files.writeString(tree.resolve("workers/agent/target/agent/lib/runyard-spec-0.0.9.jar"), "old");
        try (LabProcess lab = LabProcess.start(tree, folder.resolve("home"), Map.of("RUNYARD_WORKERS", "0"))) {
            String first = current(tree);
            assertThat(jars(tree.resolve("deploy/target/installed").resolve(first)))
                    .extracting(jar -> jar.getFileName().toString())
                    .contains("quarkus-run.jar")
                    .doesNotContain("runyard-spec-0.0.9.jar");
            // Three builds go by: each replaces every jar of the service by one that no JVM can read.
            for (int i = 0; i < 3; i++) {
                Thread.sleep(1_100); // find compares seconds on some file systems
                Path service = tree.resolve("service/target/quarkus-app");
                for (Path jar : jars(service)) {
                    Files.delete(jar);
                    Files.writeString(jar, "build " + i);
                }
                assertThat(LabProcess.run(lab.command("--version"), Duration.ofMinutes(1))
                                .exit())
                        .isZero();
            }
            assertThat(current(tree)).isNotEqualTo(first);
            try (Stream<Path> installed = Files.list(tree.resolve("deploy/target/installed"))) {
                assertThat(installed.filter(Files::isDirectory))
                        .as("the one in use, the newest and the one before")
                        .hasSize(3);
            }
            ProcessHandle service = lab.service().orElseThrow();
            service.destroyForcibly();
            service.onExit().get();
            lab.client().await("/q/health/ready", Duration.ofSeconds(60), health -> health.get("status")
                    .asText()
                    .equals("UP"));
            assertThat(lab.client().get("/api/v1/lab").has("version")).isTrue();
        }
    }

    @Test
    void names_are_utf8_whatever_the_locale_is() throws Exception {
        Path images = folder.resolve("bilder été 学习");
        for (String name : List.of("rouge été", "грүн", "青")) {
            images(images.resolve(name), name.hashCode());
        }
        Map<String, String> plain = Map.of("LC_ALL", "C", "LANG", "C", "RUNYARD_THREADS", "1");
        try (LabProcess lab = LabProcess.start(folder.resolve("home"), plain)) {
            Path spec = Files.writeString(folder.resolve("spec.yaml"), """
                    dataset: {id: folder, root: "%s", split: own}
                    method: {kind: iip, prompts: 1}
                    schedule: {epochs: 1, warmupEpochs: 0}
                    batchSize: 4
                    augment: none
                    """.formatted(images));
            LabProcess.Result submit = LabProcess.run(
                    lab.command("submit", spec.toString(), "--name", "résumé 学习"), Duration.ofMinutes(1));
            assertThat(submit.exit()).as(submit.err()).isZero();
            String id = submit.out().strip();
            JsonNode run = lab.client().await("/api/v1/runs/" + id, Duration.ofMinutes(2), r -> r.get("state")
                    .asText()
                    .matches("FINISHED|FAILED"));
            assertThat(run.get("state").asText())
                    .as(run.path("message").asText())
                    .isEqualTo("FINISHED");
            assertThat(run.get("name").asText()).isEqualTo("résumé 学习");
            ProcessBuilder show = lab.command("show", id);
            show.environment().put("LC_ALL", "xx_XX.UTF-8"); // one that is not installed
            assertThat(LabProcess.run(show, Duration.ofMinutes(1)).out()).contains("résumé 学习");
        }
    }

    private static void images(Path folder, int seed) throws IOException {
        Files.createDirectories(folder);
        for (int i = 0; i < 8; i++) {
            var image = new java.awt.image.BufferedImage(16, 16, java.awt.image.BufferedImage.TYPE_INT_RGB);
            for (int p = 0; p < 256; p++) {
                image.setRGB(p % 16, p / 16, seed + 77 * i + 1_234_567 * p);
            }
            javax.imageio.ImageIO.write(
                    image, "png", folder.resolve("bild ß " + i + ".png").toFile());
        }
    }

    /** A tree with what Maven built, jars as hard links, that a build can replace without touching ours. */
    private static void tree(Path tree) throws IOException {
        Path root = LabProcess.repositoryRoot();
        Path launcher = tree.resolve("deploy/runyard");
        Files.createDirectories(launcher.getParent());
        Files.copy(root.resolve("deploy/runyard"), launcher, StandardCopyOption.COPY_ATTRIBUTES);
        Files.copy(root.resolve("pom.xml"), tree.resolve("pom.xml"));
        for (String part : BUILT) {
            try (Stream<Path> files = Files.walk(root.resolve(part))) {
                for (Path file : files.toList()) {
                    Path here = tree.resolve(root.relativize(file).toString());
                    if (Files.isDirectory(file)) {
                        Files.createDirectories(here);
                    } else {
                        link(here, file);
                    }
                }
            }
        }
    }

    private static void link(Path here, Path file) throws IOException {
        try {
            Files.createLink(here, file);
        } catch (IOException | UnsupportedOperationException e) {
            Files.copy(file, here, StandardCopyOption.COPY_ATTRIBUTES); // another file system
        }
    }

    private static List<Path> jars(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".jar")).toList();
        }
    }

    private static String current(Path tree) throws IOException {
        return Files.readString(tree.resolve("deploy/target/installed/current")).strip();
    }
}
