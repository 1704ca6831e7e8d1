package dev.runyard.service.run;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import dev.runyard.service.auth.Tokens;
import dev.runyard.service.embedded.WithLab;
import dev.runyard.service.fleet.Leases;
import dev.runyard.service.run.attempt.Heartbeats;
import dev.runyard.spec.report.Order;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.report.Preparing;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an attempt makes before its first step: shown while it does, and paused, cancelled and gone on with as training is. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
@Timeout(120)
final class PreparingTest {
    @Inject
    Leases lab;

    @Inject
    RunLedger ledger;

    @Inject
    Heartbeats heartbeats;

    @Inject
    RunRows rows;

    @Inject
    Tokens tokens;

    @BeforeEach
    void calm() {
        lab.calm();
    }

    @AfterEach
    void clear() {
        lab.clear();
    }

    private static Heartbeats.Beat beat(long done) {
        return new Heartbeats.Beat(0, 0, null, null, new Preparing("features of train", done, 1_281_167));
    }

    private @Nullable Preparing shown(Leases.Held held) {
        return rows.one(held.run()).preparing();
    }

    @Test
    void itIsShownUntilTheFirstStep() throws Exception {
        lab.device("preparing");
        Leases.Held held = lab.started(lab.queue());
        assertThat(shown(held)).isNull();
        assertThat(heartbeats.beat(held.run(), held.attempt(), beat(64))).isEqualTo(Order.CONTINUE);
        assertThat(heartbeats.beat(held.run(), held.attempt(), beat(128))).isEqualTo(Order.CONTINUE);
        assertThat(shown(held)).isEqualTo(new Preparing("features of train", 128, 1_281_167));
        assertThat(lab.state(held.run())).as("no step yet").isEqualTo("STARTING");
        given().get("/api/v1/runs?state=STARTING")
                .then()
                .statusCode(200)
                .body("items.find { it.id == '" + held.run() + "' }.preparing.done", equalTo(128));
        ledger.resumed(held.run(), held.attempt(), 0);
        lab.beat(held, 1);
        assertThat(lab.state(held.run())).isEqualTo("RUNNING");
        given().get("/api/v1/runs/" + held.run()).then().body("preparing", nullValue());
    }

    @Test
    void itIsPausedGoneOnWithAndCancelled() throws Exception {
        lab.device("preparing");
        Leases.Held held = lab.started(lab.queue());
        heartbeats.beat(held.run(), held.attempt(), beat(64));
        ledger.obey(held.run(), Command.PAUSE, "ann");
        assertThat(heartbeats.beat(held.run(), held.attempt(), beat(128))).isEqualTo(Order.PAUSE);
        assertThat(shown(held)).as("until it stops").isNotNull();
        lab.end(held, new Outcome.GivenBack(0, Outcome.Cause.PAUSE));
        assertThat(lab.state(held.run())).isEqualTo("PAUSED");
        assertThat(shown(held)).isNull();

        ledger.obey(held.run(), Command.RESUME, "ann");
        Leases.Held again = lab.started(held.run());
        assertThat(again.attempt()).isEqualTo(2);
        assertThat(shown(again)).as("the new attempt said nothing yet").isNull();
        heartbeats.beat(again.run(), again.attempt(), beat(192));
        assertThat(shown(again)).isEqualTo(new Preparing("features of train", 192, 1_281_167));
        ledger.obey(held.run(), Command.CANCEL, "ann");
        assertThat(heartbeats.beat(again.run(), again.attempt(), beat(192))).isEqualTo(Order.CANCEL);
        lab.end(again, new Outcome.GivenBack(0, Outcome.Cause.CANCEL));
        assertThat(lab.state(held.run())).isEqualTo("CANCELLED");
    }

    @Test
    void aPieceBeyondTheLastIsRefused() throws Exception {
        lab.device("preparing");
        Leases.Held held = lab.started(lab.queue());
        RequestSpecification attempt = given().contentType(ContentType.JSON)
                .header("Authorization", "Bearer " + tokens.attempt(held.run(), held.attempt()));
        attempt.body("{\"step\": 0, \"epoch\": 0, \"preparing\": {\"what\": \"features\", \"done\": 3, \"of\": 2}}")
                .post("/api/v1/runs/" + held.run() + "/attempts/" + held.attempt() + "/heartbeat")
                .then()
                .statusCode(422)
                .body("detail", containsString("must not be beyond of (2)"));
    }
}
