package dev.runyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.e2e.lab.LabProcess;
import dev.runyard.spec.json.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code deploy/helm} has what {@code deploy/compose} has and tells the services what they read; no cluster is needed, and none was there. */
class HelmTest {
    @TempDir
    Path folder;

    private final Path root = LabProcess.repositoryRoot();

    private HelmChart chart;

    @BeforeEach
    void helm() throws Exception {
        chart = HelmChart.in(folder);
    }

    @Test
    void itIsSound() throws Exception {
        for (String[] values : List.of(HelmChart.BARE, HelmChart.WHOLE, HelmChart.ELSEWHERE)) {
            HelmChart.Said lint = chart.lint(values);
            assertThat(lint.code()).as(lint.text()).isZero();
            assertThat(lint.text()).doesNotContain("[WARNING]", "[ERROR]");
        }
    }

    @Test
    void itHasThePartsOfComposeAndTellsTheServicesTheSame() throws Exception {
        Map<String, JsonNode> objects = chart.objects(HelmChart.WHOLE);
        ComposeFile compose = ComposeFile.read();
        Map<String, String> images = new TreeMap<>();
        compose.services()
                .forEach((name, service) -> images.put(
                        name.replaceFirst("-[12]$", ""), service.path("image").asText()));
        Map<String, String> run = new TreeMap<>();
        objects.values().stream()
                .filter(object -> !HelmChart.pod(object).isMissingNode())
                .forEach(object -> run.put(
                        object.at("/spec/template/metadata/labels/app.kubernetes.io~1component")
                                .asText(),
                        HelmChart.pod(object).at("/containers/0/image").asText()));
        assertThat(run).isEqualTo(images);
        assertThat(images.get("service"))
                .endsWith(":"
                        + Json.yaml(Files.readString(HelmChart.folder().resolve("Chart.yaml")))
                                .path("appVersion")
                                .asText());
        JsonNode services = objects.get("StatefulSet lab-service");
        assertThat(services.at("/spec/replicas").asInt()).isEqualTo(2);
        Map<String, JsonNode> service = HelmChart.environment(services);
        Set<String> told = new TreeSet<>(compose.environment("service-1").keySet());
        told.add("RUNYARD_HOME");
        assertThat(service.keySet()).isEqualTo(told);
        compose.environment("service-1").forEach((name, value) -> {
            // What is neither an address in the lab nor chosen by somebody is the same.
            if (!value.contains("$") && !value.matches(".*(temporal|postgres|store|proxy|service-1).*")) {
                assertThat(service.get(name).path("value").asText()).as(name).isEqualTo(value);
            }
        });
        assertThat(value(service, "RUNYARD_BEHIND_PROXY")).isEqualTo("https://lab.example.org");
        assertThat(value(service, "RUNYARD_TEMPORAL_WORKERS")).isEqualTo("t.example.org:7233");
        assertThat(listens(objects, value(service, "RUNYARD_TEMPORAL"))).isTrue();
        assertThat(listens(objects, value(service, "RUNYARD_S3_ENDPOINT").replace("http://", "")))
                .isTrue();
        assertThat(listens(objects, value(service, "RUNYARD_DB_URL").replaceAll("jdbc:postgresql://|/.*", "")))
                .isTrue();

        Map<String, JsonNode> store = HelmChart.environment(objects.get("StatefulSet lab-store"));
        assertThat(store.keySet()).isEqualTo(compose.environment("store").keySet());
        assertThat(service.get("RUNYARD_S3_ACCESS_KEY")).isEqualTo(store.get("S3PROXY_IDENTITY"));
        assertThat(service.get("RUNYARD_S3_SECRET_KEY")).isEqualTo(store.get("S3PROXY_CREDENTIAL"));
        assertThat(objects.get("StatefulSet lab-store").findValuesAsText("mountPath"))
                .contains(value(store, "JCLOUDS_FILESYSTEM_BASEDIR") + "/"
                        + value(service, "RUNYARD_ARTIFACTS").replace("s3://", ""));
        Map<String, JsonNode> postgres = HelmChart.environment(objects.get("StatefulSet lab-postgres"));
        assertThat(service.get("RUNYARD_DB_USER")).isEqualTo(postgres.get("POSTGRES_USER"));
        assertThat(service.get("RUNYARD_DB_PASSWORD")).isEqualTo(postgres.get("POSTGRES_PASSWORD"));
        assertThat(value(service, "RUNYARD_DB_URL")).endsWith("/" + value(postgres, "POSTGRES_DB"));
        assertThat(HelmChart.pod(objects.get("StatefulSet lab-temporal")).at("/containers/0/args"))
                .isEqualTo(compose.services().get("temporal").path("command"));
        assertThat(HelmChart.environment(objects.get("StatefulSet lab-worker")).keySet())
                .containsAll(compose.environment("worker").keySet());
        assertThat(HelmChart.environment(objects.get("StatefulSet lab-grafana")).keySet())
                .isEqualTo(compose.environment("grafana").keySet());
    }

    /** That host and port are those of a Service. */
    private static boolean listens(Map<String, JsonNode> objects, String address) {
        String[] parts = address.split(":", 2);
        JsonNode service = objects.get("Service " + parts[0]);
        return service != null && service.at("/spec/ports/0/port").asText().equals(parts[1]);
    }

    private static String value(Map<String, JsonNode> environment, String name) {
        return environment.get(name).path("value").asText();
    }

    @Test
    void proxyPrometheusAndGrafanaAreThoseOfCompose() throws Exception {
        Map<String, JsonNode> objects = chart.objects(HelmChart.WHOLE);
        Map<String, JsonNode> service = HelmChart.environment(objects.get("StatefulSet lab-service"));
        String proxy = objects.get("ConfigMap lab-proxy").at("/data/nginx.conf").asText();
        String composed = Files.readString(root.resolve("deploy/compose/nginx.conf"));
        assertThat(location(proxy)).isNotEmpty().isEqualTo(location(composed));
        String prometheus = objects.get("ConfigMap lab-prometheus")
                .at("/data/prometheus.yml")
                .asText();
        List<String> targets = new ArrayList<>();
        Json.yaml(prometheus)
                .at("/scrape_configs/0/static_configs/0/targets")
                .forEach(one -> targets.add(one.asText()));
        List<String> hosts = Arrays.asList(value(service, "RUNYARD_HOSTS").split(",", -1));
        assertThat(hosts).containsExactly("lab-service-0", "lab-service-1");
        assertThat(targets)
                .containsExactlyElementsOf(
                        hosts.stream().map(host -> host + ":8080").toList());
        for (String target : targets) {
            assertThat(proxy).contains("server " + target + " max_fails");
            assertThat(listens(objects, target)).as(target).isTrue();
        }
        JsonNode scraped = Json.yaml(Files.readString(root.resolve("deploy/compose/prometheus.yaml")));
        assertThat(Json.yaml(prometheus).at("/scrape_configs/0/job_name"))
                .isEqualTo(scraped.at("/scrape_configs/0/job_name"));
        assertThat(Json.yaml(prometheus).at("/scrape_configs/0/metrics_path"))
                .isEqualTo(scraped.at("/scrape_configs/0/metrics_path"));
        assertThat(objects.get("ConfigMap lab-prometheus")
                        .at("/data/alerts.yaml")
                        .asText())
                .isEqualToIgnoringWhitespace(Files.readString(root.resolve("deploy/grafana/alerts.yaml")));
        JsonNode grafana = objects.get("ConfigMap lab-grafana").path("data");
        assertThat(Json.tree(grafana.path("runyard.json").asText()))
                .isEqualTo(Json.tree(Files.readString(root.resolve("deploy/grafana/runyard.json"))));
        assertThat(listens(
                        objects,
                        Json.yaml(grafana.path("datasource.yaml").asText())
                                .at("/datasources/0/url")
                                .asText()
                                .replace("http://", "")))
                .isTrue();
    }

    /** What a proxy does with a request, without how far it is moved in. */
    private static List<String> location(String configuration) {
        return configuration
                .substring(configuration.indexOf("location / {"), configuration.indexOf("listen 80"))
                .lines()
                .map(String::strip)
                .takeWhile(line -> !line.equals("}"))
                .toList();
    }

    @Test
    void partsOfOnesOwnTakeTheirPlace() throws Exception {
        Map<String, JsonNode> objects = chart.objects(HelmChart.ELSEWHERE);
        assertThat(objects.keySet())
                .noneMatch(name -> name.matches("\\S+ lab-(postgres|temporal|store|worker).*"))
                .noneMatch(name -> name.matches("(Deployment|Service|ConfigMap) lab-proxy"))
                .contains("Ingress lab-proxy", "Service lab-service-2");
        assertThat(objects.get("Ingress lab-proxy")
                        .findValue("service")
                        .path("name")
                        .asText())
                .isEqualTo("lab-service");
        Map<String, JsonNode> service = HelmChart.environment(objects.get("StatefulSet lab-service"));
        Map<String, String> expected = Map.of(
                "RUNYARD_DB_URL", "jdbc:postgresql://db:5432/lab",
                "RUNYARD_DB_USER", "lab",
                "RUNYARD_TEMPORAL", "temporal:7233",
                "RUNYARD_ARTIFACTS", "s3://runs/lab",
                "RUNYARD_S3_REGION", "eu-1",
                "RUNYARD_MAX_WAIT", "PT1H");
        expected.forEach(
                (name, value) -> assertThat(value(service, name)).as(name).isEqualTo(value));
        // By a role, of Amazon's own.
        assertThat(service.keySet())
                .doesNotContain(
                        "RUNYARD_S3_ENDPOINT",
                        "RUNYARD_S3_ACCESS_KEY",
                        "RUNYARD_S3_SECRET_KEY",
                        "RUNYARD_TEMPORAL_WORKERS");
        String handbook = Files.readString(root.resolve("deploy/docs/lab.md"));
        service.keySet().forEach(name -> assertThat(handbook).contains("`" + name + "`"));
    }
}
