package dev.runyard.service.result;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;

/** A picture as an answer: a browser takes it as nothing else, and nothing in it can run. */
final class ShownPicture {
    /** Also when somebody opens a picture's address by itself: no script, no request, no frame, an origin of its own. */
    private static final String POLICY =
            "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'none'";

    private ShownPicture() {}

    /** @param type media type that its own bytes say */
    static Response of(byte[] bytes, String type, String name) {
        return Response.ok(bytes, type)
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        "inline; filename=\"" + name.replaceAll("[^A-Za-z0-9._ -]", "_") + "\"")
                .header("X-Content-Type-Options", "nosniff")
                .header("Content-Security-Policy", POLICY)
                .header("Cross-Origin-Resource-Policy", "same-origin")
                .header(HttpHeaders.CACHE_CONTROL, "private, max-age=31536000, immutable")
                .build();
    }
}
