package dev.runyard.cli.support;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.runyard.cli.StubLab;
import dev.runyard.cli.Typed;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A home, an environment and logs full of secrets, each planted in several places: the bundle has none of them, and the rest. */
final class SupportBundleTest {
    @TempDir
    Path folder;

    private final Map<String, String> planted = new LinkedHashMap<>();

    private String plant(String what, String secret) {
        planted.put(what, secret);
        return secret;
    }

    @Test
    void whatIsPlantedIsFoundNowhereAndTheRestIsThere() throws Exception {
        Path home = Files.createDirectories(folder.resolve("home"));
        for (String name : new String[] {"person", "worker", "lab", "postgres", "service"}) {
            Files.writeString(
                    home.resolve(name + ".secret"),
                    plant(name + ".secret", (name.equals("person") ? "runyard_" : "") + "Q+/=" + name + "-0123456789")
                            + "\n");
        }
        Files.writeString(home.resolve("worker.credential"), plant("credential", "host-credential-4711"));
        Files.writeString(
                home.resolve("logins.json"),
                "{\"newest\":\"https://lab/\",\"tokens\":{\"https://lab/\":\"" + plant("login", "login-token-4711")
                        + "\"}}");
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("RUNYARD_DB_PASSWORD", plant("database", "pa\"ss wo\\rd?&4711"));
        settings.put(
                "RUNYARD_DB_URL",
                "jdbc:postgresql://db:5432/lab?password=" + plant("in an address", "inTheAddress4711"));
        settings.put("RUNYARD_OIDC_SECRET", plant("oidc", "oidc-4711-secret"));
        settings.put("RUNYARD_TEMPORAL_KEY", plant("temporal", "temporal-4711-key"));
        settings.put("TEMPORAL_API_KEY", plant("temporal api", "api-4711-key"));
        settings.put("RUNYARD_SECRETS", "WANDB_API_KEY");
        settings.put("WANDB_API_KEY", plant("a program's", "0a1b2c3d4e5f60718293"));
        settings.put("RUNYARD_SLOTS", "4");
        StringBuilder log =
                new StringBuilder("2026-11-27 INFO scheduler: a useful line about runyard_scheduler_round_seconds\n");
        planted.forEach((what, secret) -> log.append("INFO ")
                .append(secret)
                .append(" and ")
                .append(URLEncoder.encode(secret, StandardCharsets.UTF_8))
                .append(" and ")
                .append(URLEncoder.encode(secret, StandardCharsets.UTF_8).replace("+", "%20"))
                .append(" and ")
                .append(TextNode.valueOf(secret))
                .append(" and ")
                .append(Base64.getEncoder().encodeToString(secret.getBytes(StandardCharsets.UTF_8)))
                .append('\n'));
        // Nobody here knows these; they look like what they are.
        log.append("GET / Authorization: Bearer ")
                .append(plant("bearer", "abcd.efgh-4711"))
                .append('\n');
        log.append("open https://lab/#invitation=")
                .append(plant("invitation", "inv-4711-inv"))
                .append('\n');
        log.append("push https://ann:")
                .append(plant("userinfo", "userinfo-4711"))
                .append("@git/repo\n");
        log.append("{\"password\": \"").append(plant("json", "json-4711-json")).append("\"}\n");
        log.append("x ")
                .append(plant("another lab's", "runyard_" + "Zz9-".repeat(11)))
                .append('\n');
        log.append("x ")
                .append(plant("an attempt's", "runyard-attempt.11111111-2222.7.c2lnbmVk"))
                .append('\n');
        log.append("x ")
                .append(plant("hugging face", "hf_abcdefghijklmnopqrst"))
                .append('\n');
        log.append("-----BEGIN PRIVATE KEY-----\n")
                .append(plant("pem", "MIIEvQIBADANBg4711"))
                .append("\n-----END PRIVATE KEY-----\n");
        log.append("the last line\n");
        Files.createDirectories(home.resolve("logs"));
        Files.writeString(home.resolve("logs/service.log"), log);
        Files.writeString(home.resolve("logs/worker-0.log.1"), "an older line\n");
        try (StubLab lab = new StubLab()) {
            lab.on("GET lab", "{\"name\":\"x\",\"token\":\"" + planted.get("login") + "\"}");
            lab.on("GET devices", "[{\"host\":\"gpu-1\",\"why\":" + TextNode.valueOf(planted.get("database")) + "}]");
            lab.on("GET workers", "[]");
            lab.on("GET shares", "[]");
            lab.on("GET runs", "{\"items\":[],\"total\":3}");
            settings.put("RUNYARD_URL", lab.url());
            Typed typed = Typed.run(folder, settings, "support-bundle", "help.zip");
            assertThat(typed.exit()).as(typed.err()).isZero();
        }
        Path file = folder.resolve("help.zip");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        Map<String, String> entries = entries(file);
        assertThat(planted).hasSizeGreaterThan(18);
        entries.forEach((entry, text) -> planted.forEach((what, secret) -> {
            assertThat(text).as(what + " in " + entry).doesNotContain(secret);
            assertThat(text)
                    .as(what + ", in an address or as JSON, in " + entry)
                    .doesNotContain(URLEncoder.encode(secret, StandardCharsets.UTF_8))
                    .doesNotContain(
                            URLEncoder.encode(secret, StandardCharsets.UTF_8).replace("+", "%20"))
                    .doesNotContain(TextNode.valueOf(secret).toString());
            assertThat(text)
                    .as(what + ", in other letters, in " + entry)
                    .doesNotContain(Base64.getEncoder()
                            .withoutPadding()
                            .encodeToString(secret.getBytes(StandardCharsets.UTF_8)));
        }));
        assertThat(entries.get("logs/service.log"))
                .contains("a useful line about runyard_scheduler_round_seconds", "the last line", "***");
        assertThat(entries.get("logs/worker-0.log.1")).contains("an older line");
        assertThat(entries.get("settings.txt"))
                .contains(
                        "RUNYARD_SLOTS=4\n", "RUNYARD_DB_PASSWORD=***\n", "jdbc:postgresql://db:5432/lab?password=***");
        assertThat(entries.get("asked/devices.json")).contains("gpu-1");
        assertThat(entries.get("asked/runs-QUEUED.txt")).isEqualTo("3\n");
        assertThat(entries.get("doctor.json")).contains("\"about\" : \"disk\"");
        assertThat(entries.get("home.txt")).contains("person.secret", "logs");
        assertThat(entries.get("about.txt")).contains("Java " + System.getProperty("java.version"));
    }

    @Test
    void aLabThatIsDownIsLookedAtAllTheSameAndNoFileIsOverwritten() throws Exception {
        Files.createDirectories(folder.resolve("home/logs"));
        Files.writeString(folder.resolve("home/logs/service.log"), "why it is down\n");
        Typed typed = Typed.run(folder, Map.of(), "support-bundle");
        assertThat(typed.exit()).as(typed.err()).isZero();
        assertThat(typed.out()).contains("runyard-support.zip");
        Map<String, String> entries = entries(folder.resolve("runyard-support.zip"));
        assertThat(entries.get("logs/service.log")).isEqualTo("why it is down\n");
        assertThat(entries.get("asked/failed.txt")).contains("no lab runs");
        Typed again = Typed.run(folder, Map.of(), "support-bundle");
        assertThat(again.exit()).isEqualTo(2);
        assertThat(again.err()).contains("is there already");
    }

    private static Map<String, String> entries(Path file) throws IOException {
        Map<String, String> entries = new TreeMap<>();
        try (ZipFile zip = new ZipFile(file.toFile())) {
            zip.stream().forEach(entry -> {
                try {
                    entries.put(
                            entry.getName(),
                            new String(zip.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8));
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
        }
        return entries;
    }
}
