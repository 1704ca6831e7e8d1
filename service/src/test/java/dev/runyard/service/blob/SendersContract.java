package dev.runyard.service.blob;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.runyard.service.auth.People;
import dev.runyard.service.blob.store.KeptBytes;
import dev.runyard.service.metric.Lab;
import dev.runyard.spec.Sha256;
import io.quarkus.test.common.http.TestHTTPResource;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A file's hash opens nothing by itself: who sent it whole, and whose project refers to it, have it, and nobody else. */
abstract class SendersContract {
    private static final Random RANDOM = new Random(23);

    @Inject
    Lab lab;

    @Inject
    People people;

    @Inject
    KeptBytes kept;

    @TestHTTPResource
    URL url;

    private final String here = "here-" + UUID.randomUUID();
    private final String there = "there-" + UUID.randomUUID();
    private final byte[] bytes = new byte[1_000];
    private String hash;
    private String mine;
    private String theirs;
    private UUID run;
    private UUID other;

    @BeforeEach
    void twoProjects() {
        people.project(here);
        people.project(there);
        RANDOM.nextBytes(bytes);
        hash = Sha256.of(bytes);
        run = run(here);
        other = run(there);
        mine = lab.bearer(run, 1);
        theirs = lab.bearer(other, 1);
    }

    @Test
    void anAttemptHasFilesOfItsOwnProjectAlone() {
        put(mine, hash, bytes).statusCode(201);
        // Before anything refers to it, too.
        as(mine).get(path()).then().statusCode(200);
        as(theirs).get(path()).then().statusCode(404);
        as(theirs).head(path()).then().statusCode(404);
        artifact(theirs, other).statusCode(422).body("code", equalTo("MISSING_BLOB"));
        checkpoint(theirs, other).statusCode(422).body("field", equalTo("files[0].sha256"));
        artifact(mine, run).statusCode(200);
        as(theirs).get(path()).then().statusCode(404);
        artifact(theirs, other).statusCode(422);
        // Another run of the project finds it without having sent it.
        UUID sibling = run(here);
        as(lab.bearer(sibling, 1)).head(path()).then().statusCode(200);
        checkpoint(lab.bearer(sibling, 1), sibling).statusCode(200);
        // Whoever sends all of it has it, and it is stored once.
        put(theirs, hash, bytes).statusCode(200);
        artifact(theirs, other).statusCode(200);
        assertThat(lab.number("select count(*) from blob where sha256 = ?", hash))
                .isEqualTo(1);
    }

    @Test
    void nobodyCompletesWhatAnotherBegan() {
        piece(mine, 0, 999).statusCode(202);
        as(theirs).head(path()).then().statusCode(404).header("Upload-Offset", "0");
        piece(theirs, 999, 1_000).statusCode(409).body("code", equalTo("UPLOAD_OFFSET"));
        piece(mine, 999, 1_000).statusCode(201);
        as(theirs).get(path()).then().statusCode(404);
    }

    @Test
    void aProgramsCodeIsOneThatItsPersonMayHave() {
        String researcher = "Bearer " + member(here);
        String stranger = "Bearer " + member(there);
        submit(researcher, hash).statusCode(422).body("field", equalTo("spec.code.archive"));
        put(researcher, hash, bytes).statusCode(201);
        submit(stranger, hash).statusCode(422).body("code", equalTo("MISSING_BLOB"));
        as(stranger)
                .contentType("application/json")
                .body("{\"base\": " + program(hash) + ", \"axes\": {\"params.a\": [1, 2]}}")
                .post("/api/v1/sweeps")
                .then()
                .statusCode(422)
                .body("field", equalTo("base.code.archive"));
        UUID queued = UUID.fromString(
                submit(researcher, hash).statusCode(201).extract().path("id"));
        lab.sql("update run set state = 'STARTING', attempt = 1 where id = ?", queued);
        lab.sql("delete from blob_sender where sha256 = ?", hash);
        as(lab.bearer(queued, 1)).get(path()).then().statusCode(200);
        as(theirs).get(path()).then().statusCode(404);
        // A colleague submits the same again by its hash.
        submit("Bearer " + member(here), hash).statusCode(201);
    }

    @Test
    void aClientDoesNotReplaceWhatItsWorkerLeft() {
        put(mine, hash, bytes).statusCode(201);
        artifact(mine, run).statusCode(200);
        file(mine, "w.bin", new byte[] {1})
                .statusCode(409)
                .body("message", org.hamcrest.Matchers.containsString("w.bin"));
        lab.attempt(run, 2, "RUNNING");
        file(lab.bearer(run, 2), "w.bin", new byte[] {1}).statusCode(409);
        file(lab.bearer(run, 2), "x.bin", new byte[] {1}).statusCode(200);
        file(lab.bearer(run, 2), "x.bin", new byte[] {2}).statusCode(200);
        assertThat(lab.column("select sha256 from artifact where run_id = ? and name = 'w.bin'", run))
                .containsExactly(hash);
    }

    /** What arrives of an attempt that ended meanwhile is nothing of its run. */
    @Test
    void aStreamThatOutlivesItsAttemptLeavesNothing() throws Exception {
        byte[] all = Arrays.copyOf(bytes, 200_000);
        hash = Sha256.of(all);
        assertThat(slow("/api/2.0/mlflow-artifacts/artifacts/0/" + run + "/artifacts/late.bin", all))
                .contains(" 409 ");
        assertThat(lab.number("select count(*) from artifact where run_id = ?", run))
                .isZero();
        run = run(here);
        mine = lab.bearer(run, 1);
        assertThat(slow(path(), all)).contains(" 401 ");
        assertThat(lab.number("select count(*) from blob_sender where sha256 = ?", hash))
                .isZero();
    }

    /** Half of it, the end of the attempt, then the rest. */
    private String slow(String path, byte[] all) throws Exception {
        try (Socket socket = new Socket("127.0.0.1", url.getPort())) {
            OutputStream out = socket.getOutputStream();
            out.write(("PUT " + path + " HTTP/1.1\r\nHost: localhost:" + url.getPort() + "\r\nAuthorization: " + mine
                            + "\r\nContent-Type: application/octet-stream\r\nConnection: close\r\nContent-Length: 200000\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            out.write(all, 0, 100_000);
            out.flush();
            long end = System.nanoTime() + 20_000_000_000L;
            while (!arriving() && System.nanoTime() < end) {
                Thread.sleep(20);
            }
            lab.sql("update run set state = 'FINISHED', ended_at = now() where id = ?", run);
            out.write(all, 100_000, 100_000);
            out.flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private boolean arriving() throws IOException {
        try (Stream<Path> parts = Files.list(kept.arriving())) {
            for (Path part : parts.filter(p -> p.getFileName().toString().startsWith("put-"))
                    .toList()) {
                if (Files.size(part) > 60_000) {
                    return true;
                }
            }
            return false;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private UUID run(String project) {
        return lab.run("RUNNING", project);
    }

    private String member(String project) {
        UUID account = people.account("researcher-" + UUID.randomUUID());
        people.member(project, account, "RESEARCHER");
        return people.token(account, "WRITE");
    }

    private static RequestSpecification as(String authorization) {
        return given().header("Authorization", authorization);
    }

    private String path() {
        return "/api/v1/artifacts/" + hash;
    }

    private static ValidatableResponse put(String as, String hash, byte[] bytes) {
        return as(as).contentType("application/octet-stream")
                .body(bytes)
                .put("/api/v1/artifacts/" + hash)
                .then();
    }

    private ValidatableResponse piece(String as, int from, int to) {
        return as(as).header("Content-Range", "bytes " + from + "-" + (to - 1) + "/1000")
                .contentType("application/octet-stream")
                .body(Arrays.copyOfRange(bytes, from, to))
                .put(path())
                .then();
    }

    private ValidatableResponse artifact(String as, UUID of) {
        return post(as, of, "artifacts", Map.of("name", "w.bin", "sha256", hash, "size", 1_000, "kind", "weights"));
    }

    private ValidatableResponse checkpoint(String as, UUID of) {
        return post(
                as,
                of,
                "checkpoints",
                "{\"step\":1,\"epoch\":1,\"best\":false,\"specHash\":\"s\",\"dataHash\":\"d\",\"backboneHash\":\"b\","
                        + "\"files\":[{\"name\":\"w\",\"size\":1000,\"sha256\":\"" + hash + "\"}]}");
    }

    private static ValidatableResponse post(String as, UUID of, String what, Object body) {
        return as(as).contentType("application/json")
                .body(body)
                .post("/api/v1/runs/" + of + "/attempts/1/" + what)
                .then();
    }

    private ValidatableResponse file(String as, String name, byte[] content) {
        return as(as).contentType("application/octet-stream")
                .body(content)
                .put("/api/2.0/mlflow-artifacts/artifacts/0/" + run + "/artifacts/" + name)
                .then();
    }

    private static String program(String hash) {
        return "{\"task\": \"command\", \"command\": [\"train\"], \"code\": {\"archive\": \"" + hash + "\"}}";
    }

    private static ValidatableResponse submit(String as, String hash) {
        return as(as).contentType("application/json")
                .body("{\"spec\": " + program(hash) + "}")
                .post("/api/v1/runs")
                .then();
    }
}
