package dev.runyard.service.http;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;

import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

/** A page that is kept asks for the assets of a version that is gone; assets, named by their hash, may be kept. */
@QuarkusTest
final class PageCacheTest {
    @Test
    void htmlIsAskedForAgainEachTime() {
        given().get("/kept/page.html")
                .then()
                .statusCode(200)
                .contentType(containsString("text/html"))
                .header("Cache-Control", equalTo("no-cache"));
        given().head("/kept/page.html").then().statusCode(200).header("Cache-Control", equalTo("no-cache"));
        // Nor is what has no hash in its name, whatever it is.
        given().get("/kept/icon.svg").then().statusCode(200).header("Cache-Control", equalTo("no-cache"));
    }

    @Test
    void anAssetIsKept() {
        given().get("/assets/page-0a1b2c3d.js")
                .then()
                .statusCode(200)
                .header("Cache-Control", containsString("max-age=86400"))
                .header("Cache-Control", not(containsString("no-cache")));
    }
}
