package dev.runyard.service.blob;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;

import dev.runyard.service.auth.SignedIn;
import dev.runyard.service.blob.store.BlobHash;
import dev.runyard.service.blob.store.KeptBytes;
import dev.runyard.service.metric.Lab;
import dev.runyard.spec.report.CheckpointRef;
import io.quarkus.test.common.http.TestHTTPResource;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

abstract class BlobsContract {
    private static final Random RANDOM = new Random(7);

    @Inject
    Lab lab;

    @Inject
    CheckpointLedger checkpoints;

    @Inject
    Blobs blobs;

    @Inject
    DeletedFiles deletedFiles;

    @Inject
    KeptBytes kept;

    @TestHTTPResource
    URL url;

    @Test
    void whatWasPutComesBackAsADownload() {
        UUID run = lab.run("RUNNING");
        byte[] bytes = bytes(300_000);
        String hash = hash(bytes);
        put(run, hash, bytes).statusCode(201).body("size", equalTo(bytes.length));
        put(run, hash, bytes).statusCode(200);
        byte[] back = given().get("/api/v1/artifacts/" + hash)
                .then()
                .statusCode(200)
                .header("Content-Disposition", containsString("attachment"))
                .header("X-Content-Type-Options", "nosniff")
                .header("Content-Security-Policy", containsString("sandbox"))
                .header("Content-Length", String.valueOf(bytes.length))
                .extract()
                .asByteArray();
        assertThat(back).isEqualTo(bytes);
        given().head("/api/v1/artifacts/" + hash).then().statusCode(200).header("Content-Length", "300000");
        given().head("/api/v1/artifacts/" + "0".repeat(64)).then().statusCode(404);
    }

    @Test
    void bytesUnderAnotherNameAreRefusedAndLeaveNothing() throws IOException {
        UUID run = lab.run("RUNNING");
        String hash = hash(bytes(10));
        put(run, hash, bytes(10)).statusCode(422).body("code", equalTo("HASH_MISMATCH"));
        given().get("/api/v1/artifacts/" + hash).then().statusCode(404);
        try (Stream<Path> parts = Files.list(kept.arriving())) {
            assertThat(parts).isEmpty();
        }
    }

    @Test
    void aRangeOfAFileIsSent() {
        UUID run = lab.run("RUNNING");
        byte[] bytes = bytes(100_000);
        String hash = hash(bytes);
        put(run, hash, bytes).statusCode(201);
        ranged(hash, "bytes=10-19").statusCode(206).header("Content-Range", "bytes 10-19/100000");
        for (int[] part : new int[][] {{0, 1}, {10, 20}, {0, 100_000}, {99_990, 100_000}}) {
            byte[] got = ranged(hash, "bytes=" + part[0] + "-" + (part[1] - 1))
                    .statusCode(206)
                    .header("Content-Length", String.valueOf(part[1] - part[0]))
                    .extract()
                    .asByteArray();
            assertThat(got).isEqualTo(Arrays.copyOfRange(bytes, part[0], part[1]));
        }
        assertThat(ranged(hash, "bytes=-7").statusCode(206).extract().asByteArray())
                .isEqualTo(Arrays.copyOfRange(bytes, 99_993, 100_000));
        assertThat(ranged(hash, "bytes=99000-").statusCode(206).extract().asByteArray())
                .isEqualTo(Arrays.copyOfRange(bytes, 99_000, 100_000));
        ranged(hash, "bytes=99999-1000000").statusCode(206).header("Content-Range", "bytes 99999-99999/100000");
        ranged(hash, "bytes=100000-")
                .statusCode(416)
                .header("Content-Range", "bytes */100000")
                .body("field", equalTo("Range"));
        // What cannot be read, or several at once, or of another file: all of it.
        for (String other : List.of("bytes=5-2", "bytes=a-b", "bytes=-", "lines=1-2", "bytes=0-1,4-5")) {
            ranged(hash, other).statusCode(200).header("Content-Length", "100000");
        }
        given().header("Range", "bytes=0-9")
                .header("If-Range", "\"other\"")
                .get("/api/v1/artifacts/" + hash)
                .then()
                .statusCode(200);
    }

    private static ValidatableResponse ranged(String hash, String range) {
        return given().header("Range", range).get("/api/v1/artifacts/" + hash).then();
    }

    private UUID deletedWithAFile(int days, byte[] bytes) {
        UUID run = lab.run("RUNNING");
        put(run, hash(bytes), bytes);
        lab.sql(
                "insert into artifact (run_id, attempt, name, kind, sha256, size) values (?, 1, 'predictions.safetensors',"
                        + " 'predictions', ?, ?)",
                run,
                hash(bytes),
                bytes.length);
        lab.sql(
                "insert into checkpoint (run_id, attempt, step, epoch, best, manifest) values (?, 1, 1, 1, true, '{}')",
                run);
        lab.sql(
                "update run set state = 'FINISHED', ended_at = now(), deleted_at = now() - make_interval(days => ?) where id = ?",
                days,
                run);
        return run;
    }

    private void cite(UUID run) {
        UUID report = UUID.randomUUID();
        lab.sql(
                "insert into report (id, project_id, title, version, created_by)"
                        + " select ?, id, 'cites', 1, 'test' from project where name = 'default'",
                report);
        lab.sql(
                "insert into report_version (report_id, version, written, hash, who) values (?, 1, 'x', 'h', 'test')",
                report);
        lab.sql(
                "insert into report_frozen (report_id, content, version, shown, who) values (?, 'c', 1, '{}', 'test')",
                report);
        lab.sql("insert into report_citation (report_id, content, run_id) values (?, 'c', ?)", report, run);
    }

    private long files(UUID run) {
        return lab.number("select count(*) from artifact where run_id = ?", run)
                + lab.number("select count(*) from checkpoint where run_id = ?", run);
    }

    @Test
    void whatADeletedRunLeftGoesAfterAWhileButNotWhatAFrozenReportCites() throws IOException {
        byte[] bytes = bytes(77_001);
        UUID old = deletedWithAFile(31, bytes);
        UUID young = deletedWithAFile(29, bytes(77_002));
        UUID cited = deletedWithAFile(31, bytes(77_003));
        UUID task = deletedWithAFile(31, bytes(77_004));
        lab.sql("update run set of_run = ? where id = ?", cited, task);
        cite(cited);
        while (deletedFiles.letGo(Duration.ofDays(30)) > 0) {
            // some at a time
        }
        assertThat(files(old)).isZero();
        assertThat(files(young)).isEqualTo(2);
        assertThat(files(cited)).isEqualTo(2);
        assertThat(files(task)).isEqualTo(2);
        assertThat(lab.number("select count(*) from run where id = ?", old)).isEqualTo(1);
        lab.sql("update blob set touched_at = now() - interval '2 hours' where sha256 = ?", hash(bytes));
        blobs.sweep(Duration.ofHours(1));
        given().get("/api/v1/artifacts/" + hash(bytes)).then().statusCode(404);
    }

    @Test
    void whatWouldBeFreedIsToldBeforeAndASecondTimeNothingIsLeft() throws IOException {
        byte[] own = bytes(77_011);
        byte[] shared = bytes(77_012);
        byte[] loose = bytes(77_013);
        byte[] program = bytes(77_014);
        UUID old = deletedWithAFile(31, own);
        UUID living = lab.run("RUNNING");
        put(lab.run("RUNNING"), hash(loose), loose);
        for (UUID run : List.of(old, living)) {
            put(lab.run("RUNNING"), hash(shared), shared);
            lab.sql(
                    "insert into artifact (run_id, attempt, name, kind, sha256, size) values (?, 1, 'shared.bin', 'file', ?, ?)",
                    run,
                    hash(shared),
                    shared.length);
        }
        // Its program stays with it, though it left the same bytes as a file.
        put(living, hash(program), program);
        lab.sql(
                "insert into artifact (run_id, attempt, name, kind, sha256, size) values (?, 1, 'code.tar.gz', 'file', ?, ?)",
                old,
                hash(program),
                program.length);
        lab.sql(
                "update run set spec = jsonb_build_object('code', jsonb_build_object('archive', ?::text)) where id = ?",
                hash(program),
                old);
        lab.sql(
                "update blob set touched_at = now() - interval '2 hours' where sha256 in (?, ?, ?, ?)",
                hash(own),
                hash(loose),
                hash(shared),
                hash(program));
        String part = "parts.find { it.run == '" + old + "' }.";
        given().get("/api/v1/gc")
                .then()
                .statusCode(200)
                .body(part + "reason", equalTo("DELETED_RUN"))
                .body(part + "files", equalTo(1))
                .body(part + "bytes", equalTo(own.length))
                .body("parts.find { it.reason == 'UNREFERENCED' }.files", greaterThanOrEqualTo(1));
        assertThat(files(old)).as("nothing was changed").isEqualTo(4);
        // What somebody took away by hand is gone already.
        kept.remove(hash(loose));
        given().post("/api/v1/gc").then().statusCode(200).body("runs", greaterThanOrEqualTo(1));
        given().get("/api/v1/artifacts/" + hash(own)).then().statusCode(404);
        given().get("/api/v1/artifacts/" + hash(shared)).then().statusCode(200);
        assertThat(lab.number("select count(*) from blob where sha256 = ?", hash(program)))
                .isEqualTo(1);
        given().post("/api/v1/gc").then().body("runs", equalTo(0)).body("files", equalTo(0));
    }

    @Test
    void onlyAHolderOfATokenUploads() {
        UUID run = lab.run("RUNNING");
        byte[] bytes = bytes(10);
        given().body(bytes).put("/api/v1/artifacts/" + hash(bytes)).then().statusCode(201); // code of a program
        lab.attempt(run, 2, "RUNNING");
        put(run, hash(bytes), bytes).statusCode(401);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "..", "../lab.secret", "..%2flab.secret", "%2e%2e/lab.secret", "..%5clab.secret",
                        "%252e%252e%252flab.secret",
                "abc", "ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789", "/etc/passwd", "x;y", "%00",
                        "C:"
            })
    void noPathLeadsOutOfTheStore(String name) throws IOException {
        String answer;
        try (Socket socket = new Socket("127.0.0.1", url.getPort())) {
            OutputStream out = socket.getOutputStream();
            out.write(("GET /api/v1/artifacts/" + name + " HTTP/1.1\r\nHost: localhost:" + url.getPort()
                            + "\r\nConnection: close\r\n" + SignedIn.header() + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
        assertThat(answer).matches("(?s)HTTP/1.1 40[04] .*").contains("application/problem+json");
    }

    @Test
    void aCheckpointNeedsItsFilesAndTheLastTwoAndTheBestStay() throws Exception {
        UUID run = lab.run("RUNNING");
        byte[] missing = bytes(5);
        checkpoint(run, 1, 5, false, hash(missing), 5)
                .statusCode(422)
                .body("code", equalTo("MISSING_BLOB"))
                .body("field", equalTo("files[0].sha256"));
        String[] hashes = new String[5];
        for (int i = 0; i < 5; i++) {
            byte[] bytes = bytes(100 + i);
            hashes[i] = hash(bytes);
            put(run, hashes[i], bytes).statusCode(201);
            checkpoint(run, 1, i, i == 1, hashes[i], 100 + i).statusCode(200);
            checkpoint(run, 1, i, i == 1, hashes[i], 100 + i).statusCode(200);
        }
        checkpoint(run, 1, 9, false, hashes[4], 1).statusCode(422).body("code", equalTo("SIZE_MISMATCH"));
        given().get("/api/v1/runs/" + run + "/checkpoints")
                .then()
                .statusCode(200)
                .body("step", equalTo(List.of(4, 3, 1)))
                .body("find{it.step==1}.best", equalTo(true))
                .body("[0].files[0].sha256", equalTo(hashes[4]));
        assertThat(checkpoints.kept(run)).extracting(CheckpointRef::step).containsExactly(4L, 3L, 1L);
        blobs.sweep(Duration.ofHours(1));
        given().head("/api/v1/artifacts/" + hashes[0]).then().statusCode(200);
        blobs.sweep(Duration.ZERO);
        blobs.sweep(Duration.ZERO);
        for (int i = 0; i < 5; i++) {
            int status = i == 0 || i == 2 ? 404 : 200;
            given().head("/api/v1/artifacts/" + hashes[i]).then().statusCode(status);
        }
        lab.attempt(run, 2, "RUNNING");
        checkpoint(run, 1, 10, false, hashes[4], 104).statusCode(409).body("code", equalTo("STALE_ATTEMPT"));
    }

    @Test
    void namesOfArtifactsAreLabelsOnly() {
        UUID run = lab.run("RUNNING");
        byte[] bytes = bytes(9);
        put(run, hash(bytes), bytes).statusCode(201);
        for (String bad : List.of(
                "../x",
                "/x",
                "a\\\\b",
                "%252e",
                "a;b",
                "CON",
                "nul.txt",
                ".x",
                "-x",
                "x.",
                "a\\u0000b",
                "a\\u202Eb",
                "")) {
            artifact(run, bad, hash(bytes)).statusCode(422).body("field", equalTo("name"));
        }
        artifact(run, "x".repeat(201), hash(bytes)).statusCode(422);
        artifact(run, "report.json", hash(bytes)).statusCode(200);
        artifact(run, "report.json", hash(bytes)).statusCode(200);
        artifact(run, "other.json", "0".repeat(64)).statusCode(422).body("code", equalTo("MISSING_BLOB"));
        given().get("/api/v1/runs/" + run + "/artifacts")
                .then()
                .body("", hasSize(1))
                .body("name", hasItem("report.json"));
    }

    @Test
    void logLinesAreKeptOnceInTheOrderOfAttempts() {
        UUID run = lab.run("RUNNING");
        logs(run, 1, 0, "a", "b\\u0000").statusCode(200).body("stored", equalTo(2));
        logs(run, 1, 1, "b\\u0000", "c").statusCode(200).body("stored", equalTo(1));
        lab.attempt(run, 2, "RUNNING");
        logs(run, 1, 3, "late").statusCode(409);
        logs(run, 2, 0, "d").statusCode(200);
        var first = given().get("/api/v1/runs/" + run + "/logs?limit=3")
                .then()
                .statusCode(200)
                .body("items.line", equalTo(List.of("a", "b\u2400", "c")));
        long next = first.extract().jsonPath().getLong("next");
        var rest = given().get("/api/v1/runs/" + run + "/logs?after=" + next)
                .then()
                .body("items.line", equalTo(List.of("d")))
                .body("items.attempt", equalTo(List.of(2)));
        long end = rest.extract().jsonPath().getLong("next");
        given().get("/api/v1/runs/" + run + "/logs?after=" + end).then().body("items", hasSize(0));
        given().get("/api/v1/runs/" + run + "/logs?limit=0").then().statusCode(422);
    }

    private ValidatableResponse put(UUID run, String hash, byte[] bytes) {
        return given().header("Authorization", lab.bearer(run, 1))
                .contentType("application/octet-stream")
                .body(bytes)
                .put("/api/v1/artifacts/" + hash)
                .then();
    }

    private ValidatableResponse checkpoint(UUID run, long attempt, long step, boolean best, String hash, long size) {
        return post(
                run,
                attempt,
                "checkpoints",
                "{\"step\":" + step + ",\"epoch\":1,\"best\":" + best + ",\"specHash\":\"s\",\"dataHash\":\"d\","
                        + "\"backboneHash\":\"b\",\"files\":[{\"name\":\"state.safetensors\",\"size\":" + size
                        + ",\"sha256\":\"" + hash + "\"}]}");
    }

    private ValidatableResponse artifact(UUID run, String name, String hash) {
        return post(
                run,
                1,
                "artifacts",
                "{\"name\":\"" + name + "\",\"sha256\":\"" + hash + "\",\"size\":9,\"kind\":\"report\"}");
    }

    private ValidatableResponse logs(UUID run, long attempt, int from, String... lines) {
        String body = Stream.of(lines)
                .map(l -> "{\"time\":\"2026-11-22T00:00:00Z\",\"line\":\"" + l + "\"}")
                .reduce((a, b) -> a + "," + b)
                .orElse("");
        return post(run, attempt, "logs", "{\"from\":" + from + ",\"lines\":[" + body + "]}");
    }

    private ValidatableResponse post(UUID run, long attempt, String what, String body) {
        return given().header("Authorization", lab.bearer(run, attempt))
                .contentType("application/json")
                .body(body)
                .post("/api/v1/runs/" + run + "/attempts/" + attempt + "/" + what)
                .then();
    }

    private static byte[] bytes(int n) {
        byte[] bytes = new byte[n];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    private static String hash(byte[] bytes) {
        var digest = dev.runyard.spec.Sha256.digest();
        digest.update(bytes);
        return BlobHash.of(digest).hex();
    }
}
