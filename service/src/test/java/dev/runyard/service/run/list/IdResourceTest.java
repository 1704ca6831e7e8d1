package dev.runyard.service.run.list;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;

import dev.runyard.service.db.Statements;
import dev.runyard.service.embedded.WithLab;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import jakarta.inject.Inject;
import java.util.UUID;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class IdResourceTest {
    @Inject
    Statements statements;

    @Test
    void aBeginningNamesEveryRunAndSweepThatHasIt() {
        String run = made("/api/v1/runs", """
                {"name": "one", "spec": {"dataset": {"id": "shapes"}}}""");
        String sweep = made("/api/v1/sweeps", """
                {"base": {"dataset": {"id": "shapes"}}, "seeds": [0]}""");
        for (String beginning :
                new String[] {run, run.substring(0, 13), run.substring(0, 14).toUpperCase(java.util.Locale.ROOT)}) {
            given().get("/api/v1/ids/" + beginning)
                    .then()
                    .statusCode(200)
                    .body("items", hasSize(1))
                    .body("more", equalTo(false))
                    .body("items[0].kind", equalTo("run"))
                    .body("items[0].id", equalTo(run))
                    .body("items[0].name", equalTo("one"))
                    .body("items[0].state", equalTo("QUEUED"));
        }
        given().get("/api/v1/ids/" + sweep.substring(0, 13))
                .then()
                .body("items[0].kind", equalTo("sweep"))
                .body("items[0].id", equalTo(sweep));
        given().get("/api/v1/ids/" + run.substring(0, 6)).then().body("items.id", hasItem(run));
    }

    @Test
    void manyAreCutOffAndWhatIsNoneIsRefused() {
        made("/api/v1/runs", """
                {"spec": {"dataset": {"id": "shapes"}}}""");
        for (int i = 0; i < 12; i++) {
            statements.change("""
                    insert into run (id, project_id, experiment_id, name, state, spec, spec_hash, created_by, epochs, ended_at)
                    select ?, p.id, e.id, 'many', 'CANCELLED', '{}', '', 'test', 1, now()
                    from project p join experiment e on e.project_id = p.id where p.name = 'default' limit 1""", UUID.fromString("0123456%x-0000-4000-8000-000000000000".formatted(i)));
        }
        given().get("/api/v1/ids/0123456").then().body("items", hasSize(10)).body("more", equalTo(true));
        given().get("/api/v1/ids/01234567").then().body("items", hasSize(1)).body("more", equalTo(false));
        given().get("/api/v1/ids/01234567-0001").then().statusCode(200).body("items", hasSize(0));
        for (String none : new String[] {"xyz", "0123-4567", "-", "0".repeat(40), "%20"}) {
            given().urlEncodingEnabled(false)
                    .get("/api/v1/ids/" + none)
                    .then()
                    .statusCode(422)
                    .body("code", equalTo("BAD_ID"));
        }
        statements.change("delete from run where name = 'many'");
    }

    private static String made(String path, String body) {
        return given().contentType(ContentType.JSON)
                .body(body)
                .post(path)
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }
}
