package dev.runyard.service.result;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.oneOf;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.spec.Sha256;
import dev.runyard.spec.json.Json;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Answers to four images of the classes 0, 1, 2, 2 as a run leaves them. */
public final class Animals {
    private static final String NAMES = "[\"cat/1.png\",\"dog/2.png\",\"axolotl/3.png\",\"axolotl/4.png\"]";

    private Animals() {}

    /** @param judged fingerprint of the four; null: the file is of a version that did not say it */
    public static byte[] predictions(String data, @Nullable String judged, int... answers) {
        int[] labels = {0, 1, 2, 2};
        byte[] items = NAMES.getBytes(StandardCharsets.UTF_8);
        Map<String, Object> about = new LinkedHashMap<>(Map.of(
                "set",
                "animals",
                "data",
                data,
                "part",
                "test",
                "classes",
                List.of("cat", "dog", "axolotl"),
                "leftOut",
                0,
                "meanPerClass",
                false,
                "spec",
                "s"));
        if (judged != null) {
            about.put("judged", judged);
        }
        int n = items.length;
        byte[] header = Json.canonical(Map.of(
                        "__metadata__", Map.of("runyard.predictions", Json.canonical(about)),
                        "items", tensor("U8", List.of(n), 0, n),
                        "labels", tensor("I64", List.of(4), n, n + 32),
                        "scores", tensor("F16", List.of(4, 3), n + 32, n + 56)))
                .getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = ByteBuffer.allocate(8 + header.length + n + 56).order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(header.length).put(header).put(items);
        for (int label : labels) {
            out.putLong(label);
        }
        for (int answer : answers) {
            for (int c = 0; c < 3; c++) {
                out.putShort((short) (c == answer ? 0 : 0xc000)); // 0 and -2
            }
        }
        return out.array();
    }

    /** The same file with pictures of the images at these places, ascending. */
    public static byte[] withPictures(byte[] file, Map<Integer, byte[]> pictures) {
        int length = (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
        ObjectNode header = (ObjectNode) Json.tree(new String(file, 8, length, StandardCharsets.UTF_8));
        int at = file.length - 8 - length;
        int m = pictures.size();
        int size =
                pictures.values().stream().mapToInt(picture -> picture.length).sum();
        header.set("thumbnail.ends", Json.mapper().valueToTree(tensor("I64", List.of(m), at, at + 8 * m)));
        header.set("thumbnail.items", Json.mapper().valueToTree(tensor("I64", List.of(m), at + 8 * m, at + 16 * m)));
        header.set(
                "thumbnails", Json.mapper().valueToTree(tensor("U8", List.of(size), at + 16 * m, at + 16 * m + size)));
        byte[] said = Json.canonical(header).getBytes(StandardCharsets.UTF_8);
        ByteBuffer out =
                ByteBuffer.allocate(8 + said.length + at + 16 * m + size).order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(said.length).put(said).put(file, 8 + length, at);
        long end = 0;
        for (byte[] picture : pictures.values()) {
            end += picture.length;
            out.putLong(end);
        }
        pictures.keySet().forEach(out::putLong);
        pictures.values().forEach(out::put);
        return out.array();
    }

    private static Map<String, Object> tensor(String type, List<Integer> shape, int from, int to) {
        return Map.of("dtype", type, "shape", shape, "data_offsets", List.of(from, to));
    }

    /**
     * As the run's attempt offers a file.
     *
     * @param bearer of its attempt 1
     * @return its SHA-256
     */
    public static String store(String bearer, UUID run, String name, String kind, byte[] bytes) {
        String sha = Sha256.of(bytes);
        given().header("Authorization", bearer)
                .contentType("application/octet-stream")
                .body(bytes)
                .put("/api/v1/artifacts/" + sha)
                .then()
                .statusCode(oneOf(200, 201));
        given().header("Authorization", bearer)
                .contentType("application/json")
                .body("{\"name\":\"" + name + "\",\"sha256\":\"" + sha + "\",\"size\":" + bytes.length + ",\"kind\":\""
                        + kind + "\"}")
                .post("/api/v1/runs/" + run + "/attempts/1/artifacts")
                .then()
                .statusCode(200);
        return sha;
    }
}
