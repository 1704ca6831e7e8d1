package dev.runyard.service.result;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import dev.runyard.service.embedded.WithLab;
import dev.runyard.service.metric.Lab;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Predictions, pictures and tables of runs, as a worker stores them and as the page asks for them. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class ResultsTest {
    private static final String SCRIPT =
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"><script>alert(1)</script></svg>";

    @Inject
    Lab lab;

    @Test
    void aJudgedSetIsShownWithAllThatFollows() {
        UUID run = lab.run("RUNNING");
        String sha = store(run, "predictions.safetensors", "predictions", predictions("d1", 0, 1, 2, 1));
        given().get("/api/v1/runs/" + run + "/results")
                .then()
                .statusCode(200)
                .body("", hasSize(1))
                .body("[0].set", equalTo("animals"))
                .body("[0].sha256", equalTo(sha))
                .body("[0].run", equalTo(run.toString()));
        // Labels 0, 1, 2, 2; answers 0, 1, 2, 1.
        given().get("/api/v1/runs/" + run + "/results/" + sha)
                .then()
                .statusCode(200)
                .body("classNames", equalTo(List.of("cat", "dog", "axolotl")))
                .body("judgement.top1.value", equalTo(75f))
                .body("judgement.top1.method", equalTo("WILSON"))
                .body("judgement.meanPerClass.value", equalTo(250 / 3f))
                .body("judgement.rows", hasSize(3))
                .body("judgement.rows[2].takenFor", equalTo(1))
                .body("judgement.bins", hasSize(15))
                .body("judgement.draws", equalTo(10_000))
                .body("cellsLeftOut", equalTo(0));
        given().get("/api/v1/runs/" + run + "/results/" + sha + "/images?wrong=true")
                .then()
                .statusCode(200)
                .body("total", equalTo(1))
                .body("images[0].item", equalTo("axolotl/4.png"))
                .body("images[0].answer", equalTo(1));
        given().get("/api/v1/runs/" + run + "/results/" + sha + "/images?search=DOG")
                .then()
                .body("total", equalTo(1));
        given().get("/api/v1/runs/" + run + "/results/" + "0".repeat(64)).then().statusCode(404);
    }

    @Test
    void anotherRunsFileIsNotShownAsThisOnes() {
        UUID run = lab.run("RUNNING");
        UUID other = lab.run("RUNNING");
        String sha = store(other, "predictions.safetensors", "predictions", predictions("d9", 0, 0, 2, 1));
        given().get("/api/v1/runs/" + run + "/results/" + sha).then().statusCode(404);
        given().get("/api/v1/runs/" + run + "/artifacts/" + sha + "/picture")
                .then()
                .statusCode(404);
    }

    @Test
    void whatIsNoPredictionsSaysSo() {
        UUID run = lab.run("RUNNING");
        byte[] whole = predictions("d2", 0, 1, 2, 1);
        String cut = store(run, "cut.safetensors", "predictions", Arrays.copyOf(whole, whole.length - 3));
        given().get("/api/v1/runs/" + run + "/results/" + cut)
                .then()
                .statusCode(422)
                .body("code", equalTo("UNREADABLE_FILE"));
        String other =
                store(run, "other.safetensors", "predictions", "no tensors at all".getBytes(StandardCharsets.UTF_8));
        given().get("/api/v1/runs/" + run + "/results/" + other)
                .then()
                .statusCode(422)
                .body("code", equalTo("NOT_PREDICTIONS"));
        // One such file takes nothing away from the others.
        String good = store(run, "predictions.safetensors", "predictions", predictions("d5", 0, 1, 2, 1));
        given().get("/api/v1/runs/" + run + "/results")
                .then()
                .statusCode(200)
                .body("sha256", hasItem(good))
                .body("sha256", not(hasItem(other)));
    }

    @Test
    void picturesOfWrongImages() {
        UUID one = lab.run("RUNNING");
        UUID two = lab.run("RUNNING");
        byte[] jpeg = {(byte) 0xff, (byte) 0xd8, (byte) 0xff, (byte) 0xe0, 1, 2, 3};
        byte[] page = "<html><script>alert(1)</script>".getBytes(StandardCharsets.UTF_8);
        // Labels 0, 1, 2, 2: the first has image 3 wrong, the second image 1.
        byte[] right = predictions("p1", 0, 1, 2, 1);
        String sha = store(
                one,
                "predictions.safetensors",
                "predictions",
                Animals.withPictures(right, new TreeMap<>(Map.of(0, page, 3, jpeg))));
        String other = store(
                two,
                "predictions.safetensors",
                "predictions",
                Animals.withPictures(predictions("p1", 0, 0, 2, 2), Map.of(1, jpeg)));
        String first = "/api/v1/runs/" + one + "/results/" + sha;
        given().get("/api/v1/runs/" + one + "/disagreements?with=" + two)
                .then()
                .statusCode(200)
                .body("pairs.item", equalTo(List.of("dog/2.png", "axolotl/4.png")))
                .body("pairs[0].picture", equalTo("/api/v1/runs/" + two + "/results/" + other + "/pictures/1"))
                .body("pairs[1].picture", equalTo(first + "/pictures/3"));
        given().get(first + "/images?wrong=true").then().body("images[0].picture", equalTo(first + "/pictures/3"));
        byte[] shown = given().get(first + "/pictures/3")
                .then()
                .statusCode(200)
                .contentType("image/jpeg")
                .header("X-Content-Type-Options", "nosniff")
                .header("Content-Security-Policy", containsString("sandbox"))
                .extract()
                .asByteArray();
        assertThat(shown).isEqualTo(jpeg);
        for (String none : List.of("0", "1")) { // no JPEG; none at all
            given().get(first + "/pictures/" + none).then().statusCode(404).body("code", equalTo("NO_PICTURE"));
        }
        given().get(first + "/pictures/x").then().statusCode(422).body("code", equalTo("WRONG_TYPE"));
        given().get(first + "/pictures/-1").then().statusCode(422).body("code", equalTo("OUT_OF_RANGE"));
        given().get("/api/v1/runs/" + two + "/results/" + sha + "/pictures/3")
                .then()
                .statusCode(404);
        // One whose pictures are damaged is read without them.
        UUID third = lab.run("RUNNING");
        byte[] whole = Animals.withPictures(right, new TreeMap<>(Map.of(2, jpeg, 3, jpeg)));
        byte[] swapped = whole.clone();
        swapped[whole.length - 2 * jpeg.length - 16] = 3; // the first picture is of image 3 too
        String damaged = store(third, "predictions.safetensors", "predictions", swapped);
        given().get("/api/v1/runs/" + third + "/results/" + damaged + "/images?wrong=true")
                .then()
                .statusCode(200)
                .body("images[0].item", equalTo("axolotl/4.png"))
                .body("images[0].picture", nullValue());
        given().get("/api/v1/runs/" + third + "/results/" + damaged + "/pictures/3")
                .then()
                .statusCode(404);
    }

    @Test
    void twoRunsOnTheSameImages() {
        UUID one = lab.run("RUNNING");
        UUID two = lab.run("RUNNING");
        UUID third = lab.run("RUNNING");
        store(one, "predictions.safetensors", "predictions", predictions("d3", 0, 1, 2, 1));
        store(two, "predictions.safetensors", "predictions", predictions("d3", 0, 0, 2, 2));
        store(third, "predictions.safetensors", "predictions", predictions("d4", 0, 0, 2, 2));
        String path = "/api/v1/runs/" + one + "/disagreements?with=";
        given().get(path + two)
                .then()
                .statusCode(200)
                .body("images", equalTo(4))
                .body("both", equalTo(2))
                .body("test.first", equalTo(1))
                .body("test.second", equalTo(1))
                .body("test.exact", equalTo(true))
                .body("test.p", equalTo(1f))
                .body("total", equalTo(2))
                .body("pairs[0].item", equalTo("dog/2.png"));
        given().get(path + two + "&only=second")
                .then()
                .body("total", equalTo(1))
                .body("pairs[0].item", equalTo("axolotl/4.png"));
        given().get(path + third).then().statusCode(422).body("code", equalTo("DIFFERENT_IMAGES"));
        // Trained on other images, judged on the same.
        UUID few = lab.run("RUNNING");
        UUID many = lab.run("RUNNING");
        store(few, "predictions.safetensors", "predictions", Animals.predictions("d3", "j1", 0, 1, 2, 1));
        store(many, "predictions.safetensors", "predictions", Animals.predictions("d4", "j1", 0, 0, 2, 2));
        given().get("/api/v1/runs/" + few + "/disagreements?with=" + many)
                .then()
                .statusCode(200)
                .body("test.first", equalTo(1));
        given().get(path + lab.run("RUNNING")).then().statusCode(422).body("code", equalTo("NO_PREDICTIONS"));
        given().get(path + two + "&only=some").then().statusCode(422).body("field", equalTo("only"));
    }

    @Test
    void nothingInAPictureCanRun() {
        UUID run = lab.run("RUNNING");
        String svg = store(run, "map.svg", "picture", SCRIPT.getBytes(StandardCharsets.UTF_8));
        given().get("/api/v1/runs/" + run + "/artifacts/" + svg + "/picture")
                .then()
                .statusCode(200)
                .contentType("image/svg+xml")
                .header("X-Content-Type-Options", "nosniff")
                .header("Content-Security-Policy", containsString("sandbox"))
                .header("Content-Security-Policy", containsString("default-src 'none'"))
                .header("Content-Disposition", "inline; filename=\"map.svg\"");
        String html =
                store(run, "page.png", "picture", "<html><script>1</script></html>".getBytes(StandardCharsets.UTF_8));
        given().get("/api/v1/runs/" + run + "/artifacts/" + html + "/picture")
                .then()
                .statusCode(415)
                .body("code", equalTo("NOT_A_PICTURE"));
    }

    @Test
    void aTableIsReadByItsRows() {
        UUID run = lab.run("RUNNING");
        String csv = "class,share\r\n\"a, \"\"b\"\"\",0.5\nc,1\n\"two\nlines\",\n";
        String sha = store(run, "use.csv", "table", csv.getBytes(StandardCharsets.UTF_8));
        String path = "/api/v1/runs/" + run + "/artifacts/" + sha + "/table";
        given().get(path)
                .then()
                .statusCode(200)
                .body("columns", equalTo(List.of("class", "share")))
                .body("total", equalTo(3))
                .body("rows[0][0]", equalTo("a, \"b\""))
                .body("rows[2]", equalTo(List.of("two\nlines", "")));
        given().get(path + "?offset=1&limit=1").then().body("rows", hasSize(1)).body("rows[0][0]", equalTo("c"));
        String bad = store(run, "bad.csv", "table", "a\n1,2,3\n".getBytes(StandardCharsets.UTF_8));
        given().get("/api/v1/runs/" + run + "/artifacts/" + bad + "/table")
                .then()
                .statusCode(415)
                .body("code", equalTo("NOT_A_TABLE"));
    }

    @Test
    void whatATaskFoundIsShownOnTheRunItLookedAt() {
        UUID run = lab.run("RUNNING");
        UUID task = lab.run("RUNNING");
        lab.sql("update run set of_run = ? where id = ?", run, task);
        String sha = store(task, "predictions-sketch.safetensors", "predictions", predictions("d5", 0, 1, 2, 2));
        for (UUID either : new UUID[] {run, task}) {
            given().get("/api/v1/runs/" + either + "/results")
                    .then()
                    .body("", hasSize(1))
                    .body("[0].run", equalTo(task.toString()));
            given().get("/api/v1/runs/" + either + "/results/" + sha)
                    .then()
                    .body("judgement.top1.value", equalTo(100f))
                    .body("judgement.top1.low", greaterThan(50f));
        }
        assertThat(sha).hasSize(64);
    }

    private String store(UUID run, String name, String kind, byte[] bytes) {
        return Animals.store(lab.bearer(run, 1), run, name, kind, bytes);
    }

    private static byte[] predictions(String data, int... answers) {
        return Animals.predictions(data, null, answers);
    }
}
