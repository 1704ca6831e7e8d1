package dev.runyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.e2e.lab.LabProcess;
import dev.runyard.spec.json.Json;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code deploy/helm} renders to what the cluster takes and the product reads; no cluster is needed, and none was there. */
class HelmTest {
    private static final List<String> GIVEN = List.of(
            "--set", "name=lab.example.org,tls.secret=lab-tls",
            "--set", "passwords.db=planteddb,passwords.s3=planteds3,passwords.grafana=plantedgrafana");

    private static final List<String> WORKERS = List.of(
            "--set", "worker.replicas=2,worker.tokens=enrolments,worker.claim=images,worker.data.datasets.birds=/data/birds");

    private static final List<String> ELSEWHERE = List.of(
            "--set", "postgres.address=jdbc:postgresql://db:5432/lab,temporal.address=temporal:7233,temporal.hosts=t.example.org:7233",
            "--set", "store.endpoint=https://s3.example.org,store.region=eu-1,service.environment.RUNYARD_MAX_WAIT=PT1H");

    @TempDir
    Path folder;

    private final Path root = LabProcess.repositoryRoot();

    @BeforeEach
    void helm() {
        assumeTrue(found("helm"), "skipped: helm is not on the PATH (go install helm.sh/helm/v4/cmd/helm@v4.3.1)");
    }

    @Test
    void itIsSound() throws Exception {
        for (List<String> more : List.of(List.<String>of(), WORKERS, ELSEWHERE)) {
            Ran lint = helm("lint", more);
            assertThat(lint.code()).as(lint.text()).isZero();
            assertThat(lint.text()).doesNotContain("[WARNING]", "[ERROR]");
        }
    }

    @Test
    void whatIsMissingOrWrongIsSaid() throws Exception {
        assertThat(template(List.of()).text()).contains("name");
        assertThat(template(List.of("--set", "name=lab,tls.secret=x")).text())
                .contains("passwords.db is empty; choose one, or name a Secret");
        assertThat(helm("template", List.of("--set", "service.replicas=0")).text()).contains("replicas");
        assertThat(helm("template", List.of("--set", "servise.replicas=1")).text()).contains("servise");
        assertThat(helm("template", List.of("--set", "store.bucket=A")).text()).contains("bucket");
        assertThat(helm("template", List.of("--set", "worker.replicas=1")).text()).contains("worker.tokens is empty");
        for (String wrong : List.of("servise.replicas=1", "worker.replicas=1")) {
            assertThat(helm("template", List.of("--set", wrong)).code()).isNotZero();
        }
    }

    @Test
    void itHasThePartsOfComposeAndTellsTheServicesTheSame() throws Exception {
        Map<String, JsonNode> objects = objects(WORKERS);
        Set<String> parts = new TreeSet<>(ComposeFile.read().services().keySet());
        parts.removeAll(Set.of("service-1", "service-2"));
        parts.add("service");
        Set<String> run = new TreeSet<>();
        objects.forEach((name, object) -> {
            if (!object.at("/spec/template/spec/containers").isMissingNode()) {
                run.add(object.at("/spec/template/metadata/labels").path("app.kubernetes.io/component").asText());
            }
        });
        assertThat(run).isEqualTo(parts);
        assertThat(objects.get("StatefulSet lab-service").at("/spec/replicas").asInt()).isEqualTo(2);

        Set<String> composed = new TreeSet<>(
                ComposeFile.read().environment("service-1").keySet());
        // Only hosts outside of the cluster need it.
        composed.remove("RUNYARD_TEMPORAL_WORKERS");
        Map<String, JsonNode> service = environment(objects.get("StatefulSet lab-service"));
        assertThat(service.keySet()).isEqualTo(composed);
        Map<String, JsonNode> store = environment(objects.get("StatefulSet lab-store"));
        assertThat(service.get("RUNYARD_S3_ENDPOINT").path("value").asText()).isEqualTo("http://lab-store:9000");
        assertThat(store.get("S3PROXY_ENDPOINT").path("value").asText()).endsWith(":9000");
        assertThat(service.get("RUNYARD_S3_ACCESS_KEY")).isEqualTo(store.get("S3PROXY_IDENTITY"));
        assertThat(service.get("RUNYARD_S3_SECRET_KEY").path("valueFrom"))
                .isEqualTo(store.get("S3PROXY_CREDENTIAL").path("valueFrom"));
        assertThat(objects.get("StatefulSet lab-store").findValuesAsText("mountPath"))
                .contains("/data/" + service.get("RUNYARD_ARTIFACTS").path("value").asText().replace("s3://", ""));
        // By these names proxy and Prometheus ask them.
        String hosts = service.get("RUNYARD_HOSTS").path("value").asText();
        assertThat(hosts.split(","))
                .containsExactly(
                        "lab-service-0.lab-service.here.svc.cluster.local", "lab-service-1.lab-service.here.svc.cluster.local");
        for (String host : hosts.split(",")) {
            assertThat(objects.get("ConfigMap lab-proxy").at("/data/nginx.conf").asText()).contains("server " + host + ":8080 ");
            assertThat(Json.yaml(objects.get("ConfigMap lab-prometheus").at("/data/prometheus.yml").asText())
                            .findValue("targets")
                            .toString())
                    .contains("\"" + host + ":8080\"");
        }
        assertThat(objects.get("ConfigMap lab-prometheus").at("/data/alerts.yaml").asText())
                .isEqualToIgnoringWhitespace(Files.readString(root.resolve("deploy/grafana/alerts.yaml")));
        assertThat(Json.tree(objects.get("ConfigMap lab-grafana").at("/data/runyard.json").asText()))
                .isEqualTo(Json.tree(Files.readString(root.resolve("deploy/grafana/runyard.json"))));
    }

    @Test
    void everySelectorFindsItsPodsAndNothingThatAsksNobodyIsOpen() throws Exception {
        Map<String, JsonNode> objects = objects(WORKERS);
        Set<String> guarded = new TreeSet<>();
        objects.forEach((name, object) -> {
            if (name.startsWith("NetworkPolicy ")) {
                guarded.add(name.substring(name.indexOf(' ') + 1));
            }
            if (name.startsWith("Service ")) {
                String of = name.substring("Service ".length());
                JsonNode pods = objects.getOrDefault("StatefulSet " + of, objects.get("Deployment " + of));
                assertThat(pods).as(name).isNotNull();
                object.at("/spec/selector")
                        .properties()
                        .forEach(label -> assertThat(pods.at("/spec/template/metadata/labels").path(label.getKey()))
                                .as(name)
                                .isEqualTo(label.getValue()));
                assertThat(object.at("/spec/type").asText("ClusterIP"))
                        .as(name)
                        .isEqualTo(of.equals("lab-proxy") ? "LoadBalancer" : "ClusterIP");
            }
        });
        assertThat(guarded)
                .containsExactly(
                        "lab-grafana", "lab-postgres", "lab-prometheus", "lab-service", "lab-store", "lab-temporal");
        // Passwords stand in the Secret alone.
        objects.forEach((name, object) -> {
            if (!name.startsWith("Secret ")) {
                assertThat(object.toString()).as(name).doesNotContain("planted");
            }
        });
    }

    @Test
    void partsOfOnesOwnTakeTheirPlace() throws Exception {
        Map<String, JsonNode> objects = objects(ELSEWHERE);
        assertThat(objects.keySet())
                .noneMatch(name -> name.matches("(StatefulSet|Service) lab-(postgres|temporal|store|worker)"));
        Map<String, JsonNode> service = environment(objects.get("StatefulSet lab-service"));
        Map<String, String> expected = Map.of(
                "RUNYARD_DB_URL", "jdbc:postgresql://db:5432/lab",
                "RUNYARD_TEMPORAL", "temporal:7233",
                "RUNYARD_TEMPORAL_WORKERS", "t.example.org:7233",
                "RUNYARD_S3_ENDPOINT", "https://s3.example.org",
                "RUNYARD_S3_REGION", "eu-1",
                "RUNYARD_MAX_WAIT", "PT1H");
        expected.forEach((name, value) ->
                assertThat(service.get(name).path("value").asText()).as(name).isEqualTo(value));
        String handbook = Files.readString(root.resolve("deploy/docs/lab.md"));
        service.keySet().forEach(name -> assertThat(handbook).contains("`" + name + "`"));
    }

    /** Against the schemas of Kubernetes itself, by the package kubernetes-validate. */
    @Test
    void kubernetesKnowsEveryField() throws Exception {
        assumeTrue(
                found("kubernetes-validate"),
                "skipped: kubernetes-validate is not on the PATH (pip install kubernetes-validate==1.37.0)");
        int n = 0;
        for (List<String> more : List.of(WORKERS, ELSEWHERE)) {
            Path file = folder.resolve("rendered-" + n++ + ".yaml");
            Files.writeString(file, helm("template", more).text());
            for (String version : List.of("1.29", "1.37")) {
                Ran checked = run(List.of(
                        "kubernetes-validate", "--strict", "-k", version, file.toString()));
                assertThat(checked.code()).as(checked.text()).isZero();
            }
        }
    }

    private static Map<String, JsonNode> environment(JsonNode object) {
        Map<String, JsonNode> all = new LinkedHashMap<>();
        object.at("/spec/template/spec/containers/0/env").forEach(one -> {
            var value = (com.fasterxml.jackson.databind.node.ObjectNode) one.deepCopy();
            value.remove("name");
            assertThat(all.put(one.path("name").asText(), value)).isNull();
        });
        return all;
    }

    /** By kind and name. */
    private Map<String, JsonNode> objects(List<String> more) throws Exception {
        Ran rendered = helm("template", more);
        assertThat(rendered.code()).as(rendered.text()).isZero();
        Map<String, JsonNode> all = new LinkedHashMap<>();
        for (String document : rendered.text().split("(?m)^---$", -1)) {
            JsonNode object = document.lines().allMatch(line -> line.isBlank() || line.startsWith("#"))
                    ? null
                    : Json.yaml(document);
            if (object != null) {
                String name = object.path("kind").asText() + " " + object.at("/metadata/name").asText();
                assertThat(all.put(name, object)).as(name).isNull();
            }
        }
        return all;
    }

    private record Ran(int code, String text) {}

    private Ran helm(String what, List<String> more) throws Exception {
        List<String> all = new ArrayList<>(GIVEN);
        all.addAll(more);
        return what.equals("lint") ? lint(all) : template(all);
    }

    private Ran template(List<String> arguments) throws Exception {
        List<String> command = new ArrayList<>(
                List.of("helm", "template", "lab", root.resolve("deploy/helm").toString(), "--namespace", "here"));
        command.addAll(arguments);
        return run(command);
    }

    private Ran lint(List<String> arguments) throws Exception {
        List<String> command =
                new ArrayList<>(List.of("helm", "lint", "--strict", root.resolve("deploy/helm").toString()));
        command.addAll(arguments);
        return run(command);
    }

    private Ran run(List<String> command) throws IOException, InterruptedException {
        Path said = Files.createTempFile(folder, "said", ".txt");
        ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(said.toFile());
        Path errors = Files.createTempFile(folder, "errors", ".txt");
        builder.redirectError(errors.toFile());
        builder.environment().put("HELM_CACHE_HOME", folder.toString());
        builder.environment().put("HELM_CONFIG_HOME", folder.toString());
        builder.environment().put("HELM_DATA_HOME", folder.toString());
        Process process = builder.start();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        return new Ran(process.exitValue(), Files.readString(said) + (process.exitValue() == 0 ? "" : Files.readString(errors)));
    }

    private static boolean found(String program) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }
}
