package dev.runyard.service.blob;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.runyard.service.blob.store.KeptBytes;
import dev.runyard.service.metric.Lab;
import io.quarkus.test.common.http.TestHTTPResource;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.net.Socket;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Uploads that are cut off go on, damaged blobs heal, and what somebody counts on is not swept. */
abstract class UploadsContract {
    private static final Random RANDOM = new Random(11);

    @Inject
    Lab lab;

    @Inject
    Blobs blobs;

    @Inject
    KeptBytes kept;

    @TestHTTPResource
    URL url;

    private final byte[] bytes = new byte[300_000];
    private String hash;
    private String bearer;

    @org.junit.jupiter.api.BeforeEach
    void fresh() {
        RANDOM.nextBytes(bytes);
        hash = dev.runyard.spec.Sha256.of(bytes);
        UUID run = lab.run("RUNNING");
        bearer = lab.bearer(run, 1);
    }

    @Test
    void anUploadInPiecesGoesOnWhereItStopped() {
        piece(0, 100_000).statusCode(202).header("Upload-Offset", "100000");
        mine().head("/api/v1/artifacts/" + hash).then().statusCode(404).header("Upload-Offset", "100000");
        // Not the next one: the answer says where to go on.
        piece(200_000, 300_000)
                .statusCode(409)
                .header("Upload-Offset", "100000")
                .body("code", equalTo("UPLOAD_OFFSET"));
        // Sent again because its answer was lost.
        piece(0, 100_000).statusCode(202).header("Upload-Offset", "100000");
        piece(100_000, 200_000).statusCode(202);
        piece(200_000, 300_000).statusCode(201).body("size", equalTo(300_000));
        assertThat(got()).isEqualTo(bytes);
    }

    @Test
    void aPieceThatIsCutOffCountsAsFarAsItCame() throws Exception {
        try (Socket socket = new Socket("127.0.0.1", url.getPort())) {
            socket.getOutputStream()
                    .write(("PUT /api/v1/artifacts/" + hash + " HTTP/1.1\r\nHost: localhost:" + url.getPort()
                                    + "\r\nAuthorization: " + bearer + "\r\nContent-Range: bytes 0-299999/300000"
                                    + "\r\nContent-Length: 300000\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(bytes, 0, 150_000);
            socket.getOutputStream().flush();
            long end = System.nanoTime() + (kept.piecesGrow() ? 10_000_000_000L : 1_000_000_000L);
            while (offset() < 100_000 && System.nanoTime() < end) {
                Thread.sleep(20);
            }
        }
        long end = System.nanoTime() + 10_000_000_000L;
        while (offset() == 0 && System.nanoTime() < end) {
            Thread.sleep(20);
        }
        int status = 503;
        long from = 0;
        while (status == 503 && System.nanoTime() < end) {
            from = offset();
            status = piece((int) from, 300_000).extract().statusCode();
        }
        assertThat(from).isBetween(65_536L, 150_000L);
        assertThat(status).isEqualTo(201);
        assertThat(got()).isEqualTo(bytes);
    }

    @Test
    void piecesThatAreNotTheFileLeaveNothing() {
        byte first = bytes[0];
        bytes[0]++;
        piece(0, 300_000).statusCode(422).body("code", equalTo("HASH_MISMATCH"));
        bytes[0] = first;
        mine().head("/api/v1/artifacts/" + hash).then().statusCode(404).header("Upload-Offset", "0");
        given().header("Authorization", bearer)
                .header("Content-Range", "bytes 5-2/9")
                .body(bytes)
                .put("/api/v1/artifacts/" + hash)
                .then()
                .statusCode(400)
                .body("field", equalTo("Content-Range"));
    }

    @Test
    void aDamagedBlobIsMissingAndHealsWhenItIsSentAgain() throws Exception {
        whole().statusCode(201);
        byte[] damaged = bytes.clone();
        damaged[1234] ^= 1;
        kept.overwrite(hash, damaged);
        given().head("/api/v1/artifacts/" + hash).then().statusCode(404);
        given().get("/api/v1/artifacts/" + hash).then().statusCode(404);
        whole().statusCode(200);
        assertThat(got()).isEqualTo(bytes);

        kept.overwrite(hash, Arrays.copyOf(bytes, 10));
        given().get("/api/v1/artifacts/" + hash).then().statusCode(404);
        whole().statusCode(200);
        assertThat(got()).isEqualTo(bytes);
    }

    @Test
    void theScrubFindsDamageThatNobodyAskedFor() throws Exception {
        whole().statusCode(201);
        byte[] damaged = bytes.clone();
        damaged[0] ^= 1;
        kept.overwrite(hash, damaged);
        String after = "";
        do {
            after = blobs.scrub(after, Long.MAX_VALUE);
        } while (!after.isEmpty());
        assertThat(kept.there(hash)).isFalse();
        assertThat(kept.setAside(hash)).isTrue();
    }

    @Test
    void whoIsToldThatABlobIsThereMayCountOnIt() throws Exception {
        whole().statusCode(201);
        lab.sql("update blob set touched_at = now() - interval '2 hours' where sha256 = ?", hash);
        given().head("/api/v1/artifacts/" + hash).then().statusCode(200);
        blobs.sweep(java.time.Duration.ofHours(1));
        assertThat(got()).isEqualTo(bytes);
    }

    private byte[] got() {
        return given().get("/api/v1/artifacts/" + hash)
                .then()
                .statusCode(200)
                .extract()
                .asByteArray();
    }

    private RequestSpecification mine() {
        return given().header("Authorization", bearer);
    }

    private long offset() {
        return Long.parseLong(mine().head("/api/v1/artifacts/" + hash).getHeader("Upload-Offset"));
    }

    private ValidatableResponse whole() {
        return given().header("Authorization", bearer)
                .contentType("application/octet-stream")
                .body(bytes)
                .put("/api/v1/artifacts/" + hash)
                .then();
    }

    private ValidatableResponse piece(int from, int to) {
        return given().header("Authorization", bearer)
                .header("Content-Range", "bytes " + from + "-" + (to - 1) + "/" + bytes.length)
                .contentType("application/octet-stream")
                .body(Arrays.copyOfRange(bytes, from, to))
                .put("/api/v1/artifacts/" + hash)
                .then();
    }
}
