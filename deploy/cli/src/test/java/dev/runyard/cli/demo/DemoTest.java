package dev.runyard.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.cli.StubLab;
import dev.runyard.cli.remote.LabApi;
import dev.runyard.spec.json.Json;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DemoTest {
    @TempDir
    Path folder;

    @Test
    void aFewImagesOfOnesOwnGetABatchThatFits() throws Exception {
        for (int i = 0; i < 24; i++) {
            Path file = folder.resolve("d/" + (i % 2 == 0 ? "cat" : "dog") + "/" + i + ".png");
            Files.createDirectories(file.getParent());
            BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
            image.setRGB(i % 8, i / 8, 0xff0000 + i);
            ImageIO.write(image, "png", file.toFile());
        }
        DemoSweep own = DemoSweep.of(folder.resolve("d"), folder.resolve("cache"));
        assertThat(own.spec().at("/base/batchSize").asInt()).isBetween(1, 4);
        DemoSweep rendered = DemoSweep.of(null, folder.resolve("cache"));
        assertThat(rendered.spec().at("/base/batchSize").asInt()).isEqualTo(64);
        assertThat(own.name()).isNotEqualTo(rendered.name());
    }

    @Test
    void aPointIsReadableThoughAllItsRunsFailed() {
        JsonNode rows = Json.yaml("""
                rows:
                  - {params: {method.prompts: 1}, n: 0, expected: 2, runs: []}
                  - {params: {method: {kind: iip, prompts: 8}}, n: 0, expected: 2, runs: []}
                """).path("rows");
        assertThat(DemoTable.of(rows, List.of()).lines())
                .anySatisfy(line -> assertThat(line).startsWith("prompts 1 "))
                .anySatisfy(line -> assertThat(line).startsWith("iip, 8 prompts "));
        JsonNode failed = Json.yaml("""
                params: {method.prompts: 1, seed: 0}
                spec: {method: {kind: pgn, prompts: 1}}
                """);
        assertThat(DemoTable.of(rows, List.of(failed)).lines().get(1)).startsWith("pgn, 1 prompt ");
    }

    @Test
    void picturesOfTheBestRunAreQueuedOnce() throws Exception {
        List<JsonNode> runs = new ArrayList<>();
        Json.yaml("""
                runs:
                  - {id: a, state: FINISHED, spec: {method: {kind: pgn}}, summary: {test/top1: {last: 60}}}
                  - {id: b, state: FINISHED, spec: {method: {kind: pgn}}, summary: {test/top1: {last: 70}}}
                  - {id: c, state: CANCELLED, spec: {method: {kind: pgn}}, summary: {test/top1: {last: 80}}}
                  - {id: d, state: FINISHED, spec: {method: {kind: iip}}, summary: {test/top1: {last: 90}}}
                  - {id: e, state: FINISHED, spec: {method: {kind: pgn}}, summary: {}}
                """).path("runs").forEach(runs::add);
        try (StubLab stub = new StubLab()) {
            stub.on("GET runs", "{\"items\":[]}").on("POST runs", "{\"id\":\"n\"}");
            LabApi lab = LabApi.of(stub.url());
            assertThat(DemoAnalysis.queue(lab, runs, "test/top1")).hasValue("n");
            assertThat(stub.asked().get(0).path()).contains("of%20%3D%20%22b%22");
            assertThat(Json.tree(stub.asked().get(1).body()))
                    .isEqualTo(Json.tree("{\"spec\": {\"task\": \"analyse\", \"of\": \"b\"}}"));
            stub.on("GET runs", "{\"items\":[{\"id\":\"there\"}]}");
            assertThat(DemoAnalysis.queue(lab, runs, "test/top1")).hasValue("there");
            assertThat(stub.asked()).hasSize(3);
            assertThat(DemoAnalysis.queue(lab, runs.subList(2, 5), "test/top1")).isEmpty();
        }
    }
}
