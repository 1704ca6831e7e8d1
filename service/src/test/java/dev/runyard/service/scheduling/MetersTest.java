package dev.runyard.service.scheduling;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runyard.service.embedded.WithLab;
import dev.runyard.service.fleet.Fleet;
import dev.runyard.service.fleet.Leases;
import dev.runyard.spec.run.Placement;
import dev.runyard.spec.run.PriorityClass;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What operators watch is there, and is what the dashboard and the alerts of the repository ask for. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class MetersTest {
    private static final Path GRAFANA = Path.of("../deploy/grafana");
    private static final Pattern EXPRESSION = Pattern.compile("(?m)^\\s+expr: (.*)$");
    /** Beside Prometheus' own words. */
    private static final Pattern NAME = Pattern.compile("\\b(?:runyard|http|jvm|process|agroal)_[a-z_]+\\b");

    @Inject
    Leases lab;

    @Inject
    Fleet fleet;

    @AfterEach
    void clear() {
        lab.clear();
    }

    private static String scraped() {
        return given().get("/q/metrics").then().statusCode(200).extract().asString();
    }

    private static Set<String> names(String expressions) {
        Set<String> names = new TreeSet<>();
        Matcher matcher = NAME.matcher(expressions);
        while (matcher.find()) {
            names.add(matcher.group());
        }
        return names;
    }

    @Test
    void everythingThatDashboardAndAlertsNameIsMeasured() throws Exception {
        given().get("/api/v1/lab").then().statusCode(200);
        StringBuilder asked = new StringBuilder();
        JsonNode dashboard =
                new ObjectMapper().readTree(GRAFANA.resolve("runyard.json").toFile());
        for (JsonNode panel : dashboard.path("panels")) {
            assertThat(panel.path("datasource").path("uid").asText()).isEqualTo("runyard-prometheus");
            panel.path("targets")
                    .forEach(
                            target -> asked.append(target.path("expr").asText()).append('\n'));
        }
        Matcher alerts = EXPRESSION.matcher(Files.readString(GRAFANA.resolve("alerts.yaml")));
        while (alerts.find()) {
            asked.append(alerts.group(1)).append('\n');
        }
        Set<String> wanted = names(asked.toString());
        assertThat(wanted).hasSizeGreaterThan(20);
        Set<String> measured = new TreeSet<>();
        for (String line : scraped().split("\n")) {
            if (!line.startsWith("#")) {
                measured.add(line.replaceFirst("[{ ].*", ""));
            }
        }
        assertThat(measured).containsAll(wanted);
    }

    @Test
    void theQueueIsCountedByClassAndByReason() throws Exception {
        lab.calm();
        Fleet.Registered host = lab.device(Leases.candidate("meters"), 1);
        Placement nowhere = new Placement(Placement.Device.ANY, null, Map.of("no", "such"), List.of(), true);
        lab.queue(PriorityClass.NORMAL, nowhere);
        lab.queue(PriorityClass.IDLE, nowhere);
        Leases.Held held = lab.started(lab.queue());
        // Reasons are counted four times a minute: host and attempt must be heard of until then.
        Leases.await(() -> {
            fleet.beat(host.worker());
            lab.beat(held, 1);
            return value("runyard_queue{kind=\"normal\"}") >= 1
                    && value("runyard_queue{kind=\"idle\"}") >= 1
                    && value("runyard_queue_reasons{reason=\"placement\"}") >= 2
                    && value("runyard_slots{state=\"taken\"}") >= 1
                    && value("runyard_devices{state=\"busy\"}") >= 1;
        });
    }

    private static double value(String name) {
        for (String line : scraped().split("\n")) {
            if (line.startsWith(name + " ")) {
                return Double.parseDouble(line.substring(name.length() + 1).strip());
            }
        }
        return Double.NaN;
    }
}
