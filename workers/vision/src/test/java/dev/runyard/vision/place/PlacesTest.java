package dev.runyard.vision.place;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runyard.spec.run.FailureReason;
import dev.runyard.spec.run.Needs;
import dev.runyard.spec.run.SpecDocument;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlacesTest {
    @TempDir
    Path dir;

    private Path birds;

    @BeforeEach
    void images() throws IOException {
        dir = dir.toRealPath();
        birds = dir.resolve("data/birds");
        for (String name : List.of("jay/1.png", "jay/2.png", "jay/3.png", "owl/1.png", "owl/2.png", "owl/3.png")) {
            Files.createDirectories(birds.resolve(name).getParent());
            ImageIO.write(
                    new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB),
                    "png",
                    birds.resolve(name).toFile());
        }
    }

    private Places read(String yaml) throws IOException {
        return Places.read(Files.writeString(dir.resolve("data.yaml"), yaml));
    }

    private static SpecDocument spec(String dataset) {
        return SpecDocument.stored("{\"dataset\":" + dataset + ",\"backbone\":{\"weights\":\"clip-b32\"}}");
    }

    @Test
    void namesBecomeThisMachinesPathsAndTheHashStays() throws IOException {
        Path weights = Files.writeString(dir.resolve("w.safetensors"), "x");
        Places places = read("datasets: {birds: {root: " + birds + ", id: folder}, eurosat: " + birds + "}\n"
                + "weights: {clip-b32: " + weights + "}\n");
        SpecDocument named = spec("{\"name\":\"birds\"}");
        SpecDocument here = places.here(named);
        assertThat(here.hash()).isEqualTo(named.hash());
        assertThat(here.spec().dataset().root()).isEqualTo(birds.toString());
        assertThat(here.spec().dataset().id()).isEqualTo("folder");
        assertThat(here.spec().backbone().weights()).isEqualTo(weights.toString());
        assertThat(places.here(spec("{\"id\":\"eurosat\"}")).spec().dataset().root())
                .isEqualTo(birds.toString());
        assertThat(Needs.of(named.spec())).containsExactly("dataset:birds", "weights:clip-b32");
        assertThat(Needs.of(here.spec())).isEmpty();
        assertThatThrownBy(() -> places.here(spec("{\"name\":\"cars\"}")))
                .isInstanceOfSatisfying(
                        Places.Absent.class, e -> assertThat(e.reason()).isEqualTo(FailureReason.DATA))
                .hasMessageContaining("no data set \"cars\"");
    }

    @Test
    void pathsAreConfinedToTheRoots() throws IOException {
        Places places = read("roots: [" + dir.resolve("data") + "]\n");
        assertThat(places.here(spec("{\"id\":\"folder\",\"root\":\"" + birds + "\"}"))
                        .spec())
                .isNotNull();
        Path link = Files.createSymbolicLink(dir.resolve("data/out"), dir);
        for (String outside : List.of(
                "/etc",
                birds + "/../../..",
                link.toString(),
                dir.resolve("datax").toString())) {
            assertThatThrownBy(() -> places.here(spec("{\"id\":\"folder\",\"root\":\"" + outside + "\"}")))
                    .as(outside)
                    .isInstanceOf(Places.Absent.class)
                    .hasMessageContaining("not below a root");
        }
        assertThat(Places.none()
                        .here(spec("{\"id\":\"folder\",\"root\":\"/etc\"}"))
                        .spec())
                .as("a machine without data.yaml")
                .isNotNull();
    }

    @Test
    void aWrongFileIsOneLineAndWhatIsMissingIsNotOffered() throws IOException {
        assertThat(read("datasets: {cars: /nowhere/cars}").missing())
                .containsExactly("datasets.cars: /nowhere/cars is not there; it is not offered");
        assertThatThrownBy(() -> read("data: {}")).hasMessageContaining("data is not known; known are datasets");
        assertThatThrownBy(() -> read("datasets: {x: {root: " + birds + ", id: shapes}}"))
                .hasMessageContaining("datasets.x.id is \"shapes\"");
        assertThatThrownBy(() -> read("datasets: {'a/b': " + birds + "}")).hasMessageContaining("a/b");
        assertThatThrownBy(() -> Places.of(Map.of(Places.VARIABLE, "/nowhere.yaml")))
                .hasMessageContaining("cannot be read");
    }

    @Test
    void whatIsNotOfferedIsNotItsOwnAndRootsHold() throws IOException {
        Path weights = Files.writeString(dir.resolve("w.safetensors"), "x");
        Places all = read("datasets: {birds: " + birds + ", cars: " + birds + "}\nweights: {clip: " + weights
                + ", birds: " + weights + "}\nroots: [" + birds + "]\n");
        Places offered = all.only(Set.of("dataset:birds", "weights:clip", "commands"));
        assertThat(offered.datasets()).containsOnlyKeys("birds");
        assertThat(offered.weights()).containsOnlyKeys("clip");
        // What the lab has takes the place of what cannot be read.
        Path fetched = dir.resolve("fetched.zip");
        Places.Dataset cars = new Places.Dataset(fetched, "folder");
        assertThat(offered.with(Map.of("cars", cars), Map.of()).datasets().get("cars"))
                .isEqualTo(cars);
        assertThat(all.with(Map.of("cars", cars), Map.of())
                        .datasets()
                        .get("cars")
                        .root())
                .isEqualTo(birds);
        assertThatThrownBy(() -> all.only(Set.of()).here(spec("{\"id\":\"folder\",\"root\":\"/etc\"}")))
                .hasMessageContaining("is not below a root");
    }

    @Test
    void fingerprintsAreOfTheContentAndComputedOnce() throws IOException {
        Places places = read("datasets: {birds: " + birds + ", same: " + birds + "}");
        List<String> news = new ArrayList<>();
        Fingerprints fingerprints = new Fingerprints(dir, news::add);
        Map<String, String> first = fingerprints.of(places);
        assertThat(news).isEmpty();
        assertThat(first).containsOnlyKeys("dataset:birds", "dataset:same");
        assertThat(first.get("dataset:birds"))
                .isEqualTo(first.get("dataset:same"))
                .hasSize(64);
        Path cache = dir.resolve("places.json");
        String kept = Files.readString(cache);
        Files.writeString(cache, kept.replace(first.get("dataset:birds"), "cached"));
        assertThat(fingerprints.of(places)).containsEntry("dataset:birds", "cached");
        Files.delete(birds.resolve("owl/3.png"));
        assertThat(fingerprints.of(places).get("dataset:birds")).isNotIn("cached", first.get("dataset:birds"));
    }
}
