package dev.runyard.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images as they lie in their files, without an engine and without a registry. */
final class ImagesTest {
    @TempDir
    Path folder;

    private Path installed;
    private Path command;

    @BeforeEach
    void install() throws IOException {
        installed = folder.resolve("installed");
        for (String file : new String[] {
            "service/quarkus-run.jar", "service/lib/main/a.jar", "agent/lib/agent.jar", "cli/lib/cli.jar"
        }) {
            Files.createDirectories(
                    Objects.requireNonNull(installed.resolve(file).getParent()));
            Files.writeString(installed.resolve(file), file);
        }
        command = Files.writeString(folder.resolve("runyard"), "#!/bin/sh\n");
    }

    private Images images(String base) {
        return new Images(installed, command, base, "1.2.3");
    }

    @Test
    void theServiceRunsAsNobodyInParticularFromWhatWasInstalled() throws Exception {
        Saved saved = Saved.read(images("scratch").save(Part.SERVICE, folder));
        assertThat(saved.tag()).isEqualTo("runyard-service:1.2.3");
        JsonNode config = saved.config().path("config");
        assertThat(config.path("User").asText()).isEqualTo("10001:10001");
        assertThat(config.path("Entrypoint").toString())
                .startsWith("[\"java\"")
                .endsWith("\"-jar\",\"/opt/runyard/service/quarkus-run.jar\"]");
        assertThat(config.path("Env").toString()).contains("RUNYARD_HOME=/var/lib/runyard", "LC_ALL=C.UTF-8");
        assertThat(config.path("ExposedPorts").has("8080/tcp")).isTrue();
        assertThat(config.path("Volumes").has("/var/lib/runyard")).isTrue();
        Map<String, Entry> files = saved.files();
        assertThat(files.keySet())
                .contains(
                        "opt/runyard/service/quarkus-run.jar",
                        "opt/runyard/service/lib/main/a.jar",
                        "opt/runyard/cli/lib/cli.jar",
                        "opt/runyard/bin/runyard")
                .noneMatch(name -> name.startsWith("opt/runyard/agent"));
        assertThat(files.get("opt/runyard/service/quarkus-run.jar").text()).isEqualTo("service/quarkus-run.jar");
        // What runs cannot change itself; its home and the artifacts are its own.
        assertThat(files.get("opt/runyard/service/quarkus-run.jar").owner()).isZero();
        assertThat(files.get("opt/runyard/bin/runyard").mode() & 0777).isEqualTo(0755);
        for (String own : new String[] {"var/lib/runyard/", "artifacts/"}) {
            assertThat(files.get(own).owner()).as(own).isEqualTo(10001L);
            assertThat(files.get(own).mode() & 0777).as(own).isEqualTo(0700);
        }
    }

    @Test
    void aWorkerIsACommandAway() throws Exception {
        Saved saved = Saved.read(images("scratch").save(Part.WORKER, folder));
        assertThat(saved.config().at("/config/Entrypoint").toString()).isEqualTo("[\"/opt/runyard/bin/runyard\"]");
        assertThat(saved.files().keySet())
                .contains("opt/runyard/agent/lib/agent.jar", "opt/runyard/cli/lib/cli.jar")
                .noneMatch(name -> name.startsWith("opt/runyard/service"));
    }

    @Test
    void theSameInstallationAndBaseGiveTheSameImage() throws Exception {
        Path one = images("scratch").save(Part.SERVICE, Files.createDirectory(folder.resolve("one")));
        Files.setLastModifiedTime(
                installed.resolve("cli/lib/cli.jar"), java.nio.file.attribute.FileTime.fromMillis(1_000_000));
        Path two = images("scratch").save(Part.SERVICE, Files.createDirectory(folder.resolve("two")));
        assertThat(Saved.read(two).config()).isEqualTo(Saved.read(one).config());
    }

    @Test
    void itStandsOnTheBaseThatIsNamed() throws Exception {
        Path base = images("scratch").save(Part.WORKER, folder);
        Saved saved = Saved.read(images("tar://" + base).save(Part.SERVICE, folder));
        assertThat(saved.files().keySet())
                .contains("opt/runyard/agent/lib/agent.jar", "opt/runyard/service/quarkus-run.jar");
        assertThat(saved.config().at("/config/Entrypoint/0").asText()).isEqualTo("java");
    }

    @Test
    void whatIsNoBaseIsSaidInOneLine() {
        assertThatThrownBy(() -> images("tar:///no/such.tar").save(Part.SERVICE, folder))
                .isInstanceOf(Images.Unmade.class)
                .hasMessageContainingAll("no/such.tar", "--base");
        assertThatThrownBy(() -> images("Not An Image").save(Part.SERVICE, folder))
                .isInstanceOf(Images.Unmade.class)
                .hasMessageContainingAll("Not An Image", "--base");
    }

    private record Entry(long owner, int mode, String text) {}

    /** An image's file: {@code manifest.json}, its configuration, its layers. */
    private record Saved(String tag, JsonNode config, Map<String, Entry> files) {
        static Saved read(Path file) throws IOException {
            Map<String, byte[]> parts = new LinkedHashMap<>();
            try (TarArchiveInputStream tar = new TarArchiveInputStream(Files.newInputStream(file))) {
                for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                    parts.put(entry.getName(), tar.readAllBytes());
                }
            }
            ObjectMapper json = new ObjectMapper();
            JsonNode manifest = json.readTree(parts.get("manifest.json")).get(0);
            Map<String, Entry> files = new LinkedHashMap<>();
            for (JsonNode layer : manifest.path("Layers")) {
                InputStream in = new BufferedInputStream(
                        new GZIPInputStream(new ByteArrayInputStream(parts.get(layer.asText()))));
                try (TarArchiveInputStream tar = new TarArchiveInputStream(in)) {
                    for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                        files.put(
                                entry.getName(),
                                new Entry(
                                        entry.getLongUserId(),
                                        entry.getMode(),
                                        new String(tar.readAllBytes(), StandardCharsets.UTF_8)));
                    }
                }
            }
            return new Saved(
                    manifest.at("/RepoTags/0").asText(),
                    json.readTree(parts.get(manifest.path("Config").asText())),
                    files);
        }
    }
}
