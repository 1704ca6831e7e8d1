package dev.runyard.cli.science;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.cli.StubLab;
import dev.runyard.cli.StubLab.Answer;
import dev.runyard.cli.StubLab.Asked;
import dev.runyard.cli.Typed;
import dev.runyard.spec.Sha256;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pushing, as it is typed. */
final class PushCommandsTest {
    private static final Pattern SAID = Pattern.compile("\"fingerprint\":\"([0-9a-f]{64})\"");

    @TempDir
    Path folder;

    private StubLab lab;

    @BeforeEach
    void start() throws IOException {
        lab = new StubLab();
        lab.on("GET places", "[]");
        for (int i = 0; i < 8; i++) {
            Path file = folder.resolve("birds/" + (i % 2 == 0 ? "owl" : "wren") + "/" + i + ".png");
            Files.createDirectories(file.getParent());
            BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
            image.setRGB(i, 0, 0xff0000 + i);
            ImageIO.write(image, "png", file.toFile());
        }
    }

    @AfterEach
    void stop() {
        lab.close();
    }

    private Typed typed(String... arguments) throws Exception {
        return Typed.run(folder, Map.of("RUNYARD_URL", lab.url()), arguments);
    }

    private void refused(Typed said, String... words) {
        assertThat(said.exit()).as(said.err()).isEqualTo(2);
        assertThat(said.err().lines()).hasSize(1);
        assertThat(said.err()).startsWith("runyard: ").contains(words);
        assertThat(lab.asked()).noneMatch(asked -> asked.method().equals("PUT"));
    }

    private List<Asked> put() {
        return lab.asked().stream()
                .filter(asked -> asked.method().equals("PUT"))
                .toList();
    }

    /** Two folders with the same images, at other times, are one file: what the lab has is not sent again. */
    @Test
    void equalFoldersAreOneFileAndTheSameAgainSendsNothing() throws Exception {
        lab.on("PUT places/dataset/birds", "{\"size\":1048576,\"fingerprint\":\"f00\",\"pushedBy\":\"ann\"}");
        Typed first = typed("data", "push", "birds", "--name", "birds");
        assertThat(first.exit()).as(first.err()).isNotZero(); // the stub takes no file
        String sha256 = put().get(0).path().replace("artifacts/", "");
        lab.on("PUT artifacts/" + sha256, Answer.json(201, "{}"));
        Typed second = typed("data", "push", "birds", "--name", "birds");
        assertThat(second.exit()).as(second.err()).isZero();
        assertThat(second.out()).isEqualTo("The lab has dataset:birds, 1.0 MiB, fingerprint f00, pushed by ann.\n");
        Asked named = put().get(put().size() - 1);
        assertThat(named.body()).contains("\"sha256\":\"" + sha256 + "\"").contains("\"id\":\"folder\"");
        Matcher fingerprint = SAID.matcher(named.body());
        assertThat(fingerprint.find()).isTrue();

        lab.on("HEAD artifacts/" + sha256, Answer.json(200, ""));
        lab.on(
                "GET places",
                "[{\"need\":\"dataset:birds\",\"sha256\":\"" + sha256 + "\",\"id\":\"folder\",\"pushedBy\":\"ann\","
                        + "\"fingerprint\":\"" + fingerprint.group(1) + "\"}]");
        for (Path file : List.of(folder.resolve("birds/owl/0.png"), folder.resolve("birds/wren/1.png"))) {
            Files.setLastModifiedTime(file, java.nio.file.attribute.FileTime.fromMillis(1_000_000));
        }
        Files.write(folder.resolve("birds/.hidden"), new byte[] {1});
        int before = put().size();
        Typed again = typed("data", "push", folder.resolve("birds").toString(), "--name", "birds");
        assertThat(again.exit()).as(again.err()).isZero();
        assertThat(put().subList(before, put().size())).extracting(Asked::path).containsExactly("places/dataset/birds");
        assertThat(put().get(put().size() - 1).body()).isEqualTo(named.body());
        // Nothing of the archive stays on this machine.
        try (var left = Files.list(folder.resolve("home/data"))) {
            assertThat(left.map(Path::toString)).noneMatch(name -> name.endsWith(".zip"));
        }

        Files.delete(folder.resolve("birds/owl/0.png"));
        before = put().size();
        Typed changed = typed("data", "push", "birds", "--name", "birds");
        assertThat(changed.exit()).isEqualTo(2);
        assertThat(changed.err())
                .contains("another content was pushed as dataset:birds by ann")
                .contains("take another --name");
        assertThat(put()).as("nothing was sent").hasSize(before);
    }

    @Test
    void whatTheLabRefusesIsToldInOneLine() throws Exception {
        Path file = Files.copy(weights(), folder.resolve("w.safetensors"));
        String sha256;
        try (var in = Files.newInputStream(file)) {
            sha256 = Sha256.of(in);
        }
        lab.on("HEAD artifacts/" + sha256, Answer.json(200, ""));
        lab.on(
                "PUT places/weights/clip",
                Answer.json(
                        409,
                        "{\"code\":\"NAME_TAKEN\",\"detail\":\"Another content was pushed as weights:clip by bob; take another name.\"}"));
        Typed said = typed("weights", "push", "w.safetensors", "--name", "clip");
        assertThat(said.exit()).isNotZero();
        assertThat(said.err().lines()).hasSize(1);
        assertThat(said.err()).contains("pushed as weights:clip by bob").contains("take another name");
        assertThat(put()).extracting(Asked::path).containsExactly("places/weights/clip");
        assertThat(put().get(0).body()).isEqualTo("{\"sha256\":\"%1$s\",\"fingerprint\":\"%1$s\"}".formatted(sha256));
    }

    @Test
    void whatIsNoDataSetIsRefusedBeforeAnythingIsSent() throws Exception {
        String birds = folder.resolve("birds").toString();
        refused(Typed.here("data", "push", "nowhere", "--name", "birds"), "no folder or zip nowhere", "check the path");
        refused(Typed.here("data", "push", birds, "--name", "../x"), "--name", "letters, digits");
        refused(Typed.here("data", "push", birds, "--name", "birds", "--id", "shapes"), "--id \"shapes\"", "folder");
        Files.createDirectories(folder.resolve("empty"));
        refused(typed("data", "push", "empty", "--name", "birds"), "empty");
        Files.writeString(folder.resolve("text.zip"), "no zip");
        refused(typed("data", "push", "text.zip", "--name", "birds"), "text.zip");
        Files.createDirectories(folder.resolve("elsewhere"));
        Files.copy(folder.resolve("birds/owl/0.png"), folder.resolve("elsewhere/secret.png"));
        Files.createSymbolicLink(folder.resolve("birds/owl/9.png"), folder.resolve("elsewhere/secret.png"));
        refused(typed("data", "push", "birds", "--name", "birds"), "owl/9.png", "lead out of it");
        Files.delete(folder.resolve("birds/owl/9.png"));
        Files.createSymbolicLink(folder.resolve("birds/owl/8.png"), Path.of("gone.png"));
        refused(typed("data", "push", "birds", "--name", "birds"), "owl/8.png", "does not exist", "mend or remove it");
    }

    @Test
    void whatIsNoFileOfWeightsIsRefusedBeforeAnythingIsSent() throws Exception {
        refused(Typed.here("weights", "push", "nowhere", "--name", "clip"), "no file nowhere", "safetensors");
        refused(
                Typed.here("weights", "push", folder.resolve("birds").toString(), "--name", "clip"),
                "birds is no file",
                "safetensors");
        refused(Typed.here("weights", "push", folder.resolve("birds/owl/0.png").toString(), "--name", "clip"), "0.png");
        Path file = Files.copy(weights(), folder.resolve("w.safetensors"));
        refused(
                Typed.here("weights", "push", file.toString(), "--name", "small-vit"),
                "--name \"small-vit\"",
                "another");
        refused(Typed.here("weights", "push", file.toString(), "--name", "a.safetensors"), "--name", "another");
        refused(Typed.here("weights", "push", weights().toString(), "--name", "clip"), "config.json", "data.yaml");
        Path dino = Files.copy(
                weights().resolveSibling("../small-dino/weights.safetensors"), folder.resolve("d.safetensors"));
        refused(Typed.here("weights", "push", dino.toString(), "--name", "clip"), "attention heads", "inspect");
    }

    /** The lab says that it has the file, and sees only when it is to name it that it is damaged. */
    @Test
    void whatIsDamagedInTheLabIsSentAgain() throws Exception {
        Path file = Files.copy(weights(), folder.resolve("w.safetensors"));
        String sha256 = Sha256.of(file);
        String damaged = "{\"code\":\"MISSING_BLOB\",\"detail\":\"sha256 is damaged in the artifact store\"}";
        lab.on("once HEAD artifacts/" + sha256, Answer.json(200, ""));
        lab.on("once PUT places/weights/clip", Answer.json(422, damaged));
        lab.on("PUT artifacts/" + sha256, Answer.json(200, "{}"));
        lab.on("PUT places/weights/clip", "{\"size\":1048576,\"fingerprint\":\"f00\",\"pushedBy\":\"ann\"}");
        Typed said = typed("weights", "push", "w.safetensors", "--name", "clip");
        assertThat(said.exit()).as(said.err()).isZero();
        assertThat(said.out()).startsWith("The lab has weights:clip, 1.0 MiB");
        assertThat(put())
                .extracting(Asked::path)
                .containsExactly("places/weights/clip", "artifacts/" + sha256, "places/weights/clip");

        // A store that loses what it is sent is not sent it for ever.
        lab.on("PUT places/weights/clip", Answer.json(422, damaged));
        Typed lost = typed("weights", "push", "w.safetensors", "--name", "clip");
        assertThat(lost.exit()).isEqualTo(1);
        assertThat(lost.err()).contains("the lab does not keep the file of weights:clip", "doctor");
    }

    @Test
    void whatWasPushedIsListed() throws Exception {
        assertThat(typed("data", "list").out()).isEqualTo("No pushed data sets.\n");
        lab.on("GET places", """
                [{"need": "dataset:birds", "sha256": "0123456789abcdef", "size": 3145728, "id": "folder", "fingerprint": "f",
                  "pushedBy": "ann", "pushedAt": "2026-11-28T08:00:00Z", "openRuns": 2},
                 {"need": "dataset:old", "sha256": "aa", "size": 1073741824, "id": "folder", "fingerprint": "f",
                  "pushedBy": "bob", "pushedAt": "2026-11-28T08:00:00Z", "openRuns": 0},
                 {"need": "weights:clip", "sha256": "ffeeddccbbaa99887766", "size": 1048576, "fingerprint": "f",
                  "pushedBy": "\\u001bcat", "pushedAt": "2026-11-28T08:00:00Z", "openRuns": 1}]""");
        List<String> data = typed("data", "list").out().lines().toList();
        assertThat(data).hasSize(3);
        assertThat(data.get(0)).matches("NAME +SIZE +SHA256 +PUSHED BY +WHEN +IN USE");
        assertThat(data.get(1)).matches("birds +3.0 MiB +0123456789ab +ann +2026-11-2\\d .* by 2 open runs");
        assertThat(data.get(2)).matches("old +1.0 GiB +aa +bob +2026-11-2\\d .* -");
        assertThat(typed("weights", "list").out().lines().toList().get(1))
                .matches("clip +1.0 MiB +ffeeddccbbaa +\\?cat +2026-11-2\\d .* by 1 open run");
        assertThat(typed("weights", "list", "--json").out())
                .contains("\"weights:clip\"")
                .doesNotContain("dataset:");
    }

    @Test
    void whatIsForgottenIsAskedForOnce() throws Exception {
        lab.on("DELETE places/dataset/birds", Answer.json(200, "{}"));
        assertThat(typed("data", "forget", "birds").out()).contains("no dataset:birds any more");
        lab.on(
                "DELETE places/weights/clip",
                Answer.json(
                        409, "{\"code\":\"PLACE_IN_USE\",\"detail\":\"2 runs that are not over need weights:clip.\"}"));
        Typed used = typed("weights", "forget", "clip");
        assertThat(used.exit()).isNotZero();
        assertThat(used.err()).contains("2 runs that are not over need weights:clip");
    }

    private static Path weights() {
        return repository()
                .resolve("workers/vision/src/main/resources/dev/runyard/vision/backbone/small-vit/weights.safetensors");
    }

    private static Path repository() {
        Path at = Path.of("").toAbsolutePath();
        while (!Files.exists(at.resolve("mvnw"))) {
            at = at.getParent();
        }
        return at;
    }
}
