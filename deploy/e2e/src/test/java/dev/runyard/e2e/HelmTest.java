package dev.runyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.e2e.lab.LabProcess;
import dev.runyard.spec.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code deploy/helm} renders to what a cluster takes and the product reads; no cluster is needed, and none was there. */
class HelmTest {
    private static final String GIVEN = "name=lab.example.org,secret=lab,tls.secret=lab-tls";

    /** Everything in the cluster, and hosts in it and outside. */
    private static final String[] WHOLE = {
        GIVEN,
        "worker.replicas=2,worker.tokens=enrolments,worker.claim=images,worker.data.datasets.birds=/data/birds,worker.files=ours",
        "worker.runtimeClass=nvidia,worker.nodeSelector.gpu=a100,worker.tolerations[0].key=gpu,worker.tolerations[0].operator=Exists",
        "temporal.hosts.address=t.example.org:7233,temporal.hosts.networks={10.1.2.0/24,10.1.3.0/24}",
        "tls.authority=ours,storageClass=fast,pullSecrets={registry},proxy.annotations.kind=private,worker.environmentFrom=more"
    };

    /** Nothing in the cluster but the services. */
    private static final String[] ELSEWHERE = {
        GIVEN,
        "postgres.url=jdbc:postgresql://db:5432/lab,postgres.user=lab,temporal.address=temporal:7233",
        "store.artifacts=s3://runs/lab,store.region=eu-1,store.accessKey=,service.serviceAccount=runs",
        "ingress.class=public,ingress.namespace=gates,ingress.annotations.size=unbounded",
        "service.replicas=3,service.environment.RUNYARD_MAX_WAIT=PT1H,service.environmentFrom=oidc,service.files=ours"
    };

    @TempDir
    Path folder;

    private final Path root = LabProcess.repositoryRoot();

    private HelmChart chart;

    @BeforeEach
    void helm() {
        assumeTrue(
                HelmChart.found("helm"),
                "skipped: helm is not on the PATH (go install helm.sh/helm/v4/cmd/helm@v4.3.1)");
        chart = new HelmChart(folder);
    }

    @Test
    void itIsSound() throws Exception {
        for (String[] values : List.of(new String[] {GIVEN}, WHOLE, ELSEWHERE)) {
            HelmChart.Said lint = chart.lint(values);
            assertThat(lint.code()).as(lint.text()).isZero();
            assertThat(lint.text()).doesNotContain("[WARNING]", "[ERROR]");
        }
    }

    /** The field, what it is, and what to write instead. */
    @Test
    void aWrongValueIsSaidWithItsRemedy() throws Exception {
        Map<String, String> wrong = new LinkedHashMap<>();
        wrong.put("name=", "name is \"\"; it is what people open, without https://: write it as lab.example.org");
        wrong.put("name=https://lab", "name is \"https://lab\"; it is what");
        wrong.put("secret=", "secret is \"\"; it is the name of a Secret with the keys db, s3 and grafana: make one");
        wrong.put("tls.secret=", "tls.secret is \"\"; it is the name");
        wrong.put(
                "service.home=20",
                "service.home is \"20\"; a size is a whole number of Mi, Gi or Ti: write it as 20Gi");
        wrong.put("store.size=2TB", "store.size is \"2TB\"; a size is");
        wrong.put(
                "postgres.url=db:5432",
                "postgres.url is \"db:5432\"; it is an address for JDBC: write it as jdbc:postgresql");
        wrong.put(
                "temporal.address=temporal", "temporal.address is \"temporal\"; it is a host and a port: write it as");
        wrong.put(
                "temporal.hosts.networks={10.1.2.0/24}",
                "temporal.hosts.address is empty, which those hosts would be told; set both");
        wrong.put(
                "temporal.hosts.address=t:1,temporal.address=t:1,temporal.hosts.networks={10.1.2.0/24}",
                "leave the networks out");
        wrong.put(
                "service.proxies={10.0.0.1}",
                "service.proxies holds \"10.0.0.1\"; it lists networks: write each as 10.0.0.0/8");
        wrong.put("service.proxies=", "at '/service/proxies': got string, want array");
        wrong.put("store.artifacts=s3://A", "store.artifacts is \"s3://A\"; it is a bucket: write it as s3://BUCKET");
        wrong.put(
                "store.endpoint=http://s3:9000",
                "store.artifacts is empty and names no bucket there; set it to s3://BUCKET, or leave");
        wrong.put(
                "store.artifacts=s3://runs,store.endpoint=http://key@s3",
                "store.endpoint is \"http://key@s3\"; it is the address");
        wrong.put("store.accessKey=", "store.accessKey is \"\", which only a bucket elsewhere can do without; write");
        wrong.put(
                "ingress.class=public",
                "ingress.class is \"public\", and ingress.namespace is empty; write the namespace");
        wrong.put(
                "worker.replicas=1", "worker.replicas is 1, and worker.tokens is empty; name a Secret with a token of");
        wrong.put(
                "service.environment.RUNYARD_PORT=80a",
                "service.environment.RUNYARD_PORT is \"80a\", and the chart sets that variable itself, to \"8080\"; leave it out");
        wrong.put("service.replicas=0", "at '/service/replicas': minimum: got 0, want 1");
        wrong.put("proxy.type=Open", "at '/proxy/type': value must be one of 'LoadBalancer', 'NodePort', 'ClusterIP'");
        wrong.put("servise.replicas=1", "additional properties 'servise' not allowed");
        for (Map.Entry<String, String> one : wrong.entrySet()) {
            HelmChart.Said said = chart.template(GIVEN, one.getKey());
            assertThat(said.code()).as(one.getKey()).isNotZero();
            assertThat(said.text()).as(one.getKey()).contains(one.getValue()).doesNotContain("kind:");
            assertThat(said.text().lines().filter(line -> line.startsWith("Error: ")))
                    .as(one.getKey())
                    .hasSize(1);
        }
        List<String> long_ = new ArrayList<>(List.of("helm", "template", "a".repeat(41)));
        long_.addAll(List.of(HelmChart.folder().toString(), "--set", GIVEN));
        assertThat(chart.run(long_).text()).contains("the release's name is \"aaaa", "at most 40");
    }

    /** Whoever reads values.yaml misses no field, and the schema knows each. */
    @Test
    void everyFieldIsInValuesAndSchema() throws Exception {
        JsonNode values = Json.yaml(Files.readString(HelmChart.folder().resolve("values.yaml")));
        JsonNode schema = Json.tree(Files.readString(HelmChart.folder().resolve("values.schema.json")));
        Set<String> known = new TreeSet<>();
        fields(schema, "", known);
        known.remove("global");
        Set<String> written = new TreeSet<>();
        for (String field : known) {
            if (!values.at("/" + field.replace('.', '/')).isMissingNode()) {
                written.add(field);
            }
        }
        assertThat(written).isEqualTo(known).hasSizeGreaterThan(60);
        // What the page for administrators names is there, too.
        Matcher named = Pattern.compile(
                        "`((?:service|worker|proxy|ingress|temporal|postgres|store|tls|prometheus|grafana)"
                                + "\\.[A-Za-z]+(?:\\.[A-Za-z]+)?)`")
                .matcher(Files.readString(root.resolve("deploy/docs/kubernetes.md")));
        Set<String> asked = new TreeSet<>();
        while (named.find()) {
            asked.add(named.group(1));
        }
        assertThat(known).containsAll(asked);
        assertThat(asked).hasSizeGreaterThan(10);
    }

    private static void fields(JsonNode schema, String above, Set<String> into) {
        schema.path("properties").properties().forEach(one -> {
            String field = above + one.getKey();
            if (one.getValue().has("properties")) {
                fields(one.getValue(), field + ".", into);
            } else {
                into.add(field);
            }
        });
    }

    @Test
    void itHasThePartsOfComposeAndTellsTheServicesTheSame() throws Exception {
        Map<String, JsonNode> objects = chart.objects(WHOLE);
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
        Map<String, JsonNode> objects = chart.objects(WHOLE);
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
    void everythingNamedIsThere() throws Exception {
        for (String[] values : List.of(new String[] {GIVEN}, WHOLE, ELSEWHERE)) {
            Map<String, JsonNode> objects = chart.objects(values);
            // Passwords are nobody's business but the cluster's.
            assertThat(objects.keySet()).noneMatch(name -> name.startsWith("Secret "));
            List<JsonNode> pods = objects.values().stream()
                    .filter(object -> !HelmChart.pod(object).isMissingNode())
                    .toList();
            assertThat(pods).hasSizeGreaterThanOrEqualTo(3);
            objects.forEach((name, object) -> {
                JsonNode chosen = object.at(
                        name.startsWith("Service ")
                                ? "/spec/selector"
                                : name.startsWith("NetworkPolicy ")
                                        ? "/spec/podSelector/matchLabels"
                                        : "/spec/selector/matchLabels");
                if (name.matches("(Service|NetworkPolicy|PodDisruptionBudget|StatefulSet|Deployment) .*")) {
                    assertThat(pods.stream().filter(pod -> chosen(pod, chosen)))
                            .as(name)
                            .hasSize(1);
                }
            });
            for (JsonNode object : pods) {
                String name = object.at("/metadata/name").asText();
                JsonNode pod = HelmChart.pod(object);
                Set<String> volumes = new TreeSet<>();
                pod.path("volumes").forEach(one -> volumes.add(one.path("name").asText()));
                object.at("/spec/volumeClaimTemplates")
                        .forEach(one -> volumes.add(one.at("/metadata/name").asText()));
                Set<String> mounted = new TreeSet<>();
                JsonNode container = pod.at("/containers/0");
                container
                        .path("volumeMounts")
                        .forEach(one -> mounted.add(one.path("name").asText()));
                assertThat(mounted).as(name).isEqualTo(volumes);
                pod.path("volumes").forEach(one -> {
                    String map = one.at("/configMap/name").asText("lab-");
                    assertThat(map.equals("ours") || map.equals("lab-") || objects.containsKey("ConfigMap " + map))
                            .as(name + " " + map)
                            .isTrue();
                });
                assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean())
                        .as(name)
                        .isTrue();
                assertThat(pod.at("/securityContext/runAsUser").asInt())
                        .as(name)
                        .isPositive();
                assertThat(container
                                .at("/securityContext/readOnlyRootFilesystem")
                                .asBoolean())
                        .as(name)
                        .isTrue();
                assertThat(container.at("/resources/requests/memory").asText())
                        .as(name)
                        .isNotEmpty();
                assertThat(container.at("/resources/limits/memory").asText())
                        .as(name)
                        .isNotEmpty();
            }
        }
    }

    /** Whether a selector's labels are all on the pods; a pod's own name is the cluster's. */
    private static boolean chosen(JsonNode object, JsonNode labels) {
        JsonNode own = object.at("/spec/template/metadata/labels");
        return labels.properties().stream()
                .allMatch(label -> own.path(label.getKey()).equals(label.getValue())
                        || label.getKey().equals("statefulset.kubernetes.io/pod-name")
                                && label.getValue()
                                        .asText()
                                        .startsWith(object.at("/metadata/name").asText() + "-"));
    }

    @Test
    void nothingThatAsksNobodyIsOpen() throws Exception {
        Map<String, JsonNode> objects = chart.objects(WHOLE);
        Map<String, Set<String>> open = new TreeMap<>();
        Set<String> outside = new TreeSet<>();
        objects.forEach((name, object) -> {
            if (name.startsWith("NetworkPolicy ")) {
                Set<String> from = new TreeSet<>();
                object.at("/spec/ingress/0/from")
                        .forEach(one -> from.add(
                                one.has("ipBlock")
                                        ? one.at("/ipBlock/cidr").asText()
                                        : one.at("/podSelector/matchLabels/app.kubernetes.io~1component")
                                                .asText()));
                open.put(name.replace("NetworkPolicy lab-", ""), from);
            }
            if (name.startsWith("Service ")
                    && !object.at("/spec/type").asText("ClusterIP").equals("ClusterIP")) {
                outside.add(name);
            }
        });
        assertThat(open)
                .isEqualTo(Map.of(
                        "postgres", Set.of("service"),
                        "store", Set.of("service"),
                        "temporal", new TreeSet<>(Set.of("service", "worker", "10.1.2.0/24", "10.1.3.0/24")),
                        "service", new TreeSet<>(Set.of("proxy", "prometheus")),
                        "prometheus", Set.of("grafana"),
                        "grafana", Set.of(),
                        "worker", Set.of()));
        assertThat(outside).containsExactly("Service lab-proxy", "Service lab-temporal-hosts");
        assertThat(objects.get("Service lab-temporal-hosts")
                        .at("/spec/loadBalancerSourceRanges")
                        .toString())
                .isEqualTo("[\"10.1.2.0/24\",\"10.1.3.0/24\"]");
        assertThat(chart.objects(GIVEN).keySet()).doesNotContain("Service lab-temporal-hosts");
        assertThat(chart.objects(ELSEWHERE)
                        .get("NetworkPolicy lab-service")
                        .at("/spec/ingress/0/from")
                        .findValuesAsText("kubernetes.io/metadata.name"))
                .containsExactly("gates");
    }

    @Test
    void partsOfOnesOwnTakeTheirPlace() throws Exception {
        Map<String, JsonNode> objects = chart.objects(ELSEWHERE);
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

    /** Against the schemas of Kubernetes itself, of the oldest version that the chart takes and of the newest that the program knows. */
    @Test
    void kubernetesKnowsEveryField() throws Exception {
        assumeTrue(
                HelmChart.found("kubernetes-validate"),
                "skipped: kubernetes-validate is not on the PATH (pip install kubernetes-validate==1.37.0)");
        List<String> files = new ArrayList<>();
        for (String[] values : List.of(WHOLE, ELSEWHERE)) {
            files.add(Files.writeString(
                            folder.resolve("rendered-" + files.size() + ".yaml"),
                            chart.template(values).text())
                    .toString());
        }
        for (String version : List.of("1.29", "1.37")) {
            HelmChart.Said said = validated(version, files);
            assertThat(said.code()).as(said.text()).isZero();
        }
        // It would say so.
        String typo = Files.readString(Path.of(files.get(0))).replace("readinessProbe:", "readynessProbe:");
        Path wrong = Files.writeString(folder.resolve("wrong.yaml"), typo);
        assertThat(validated("1.37", List.of(wrong.toString())).code()).isNotZero();
    }

    private HelmChart.Said validated(String version, List<String> files) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("kubernetes-validate", "--strict", "-k", version));
        command.addAll(files);
        return chart.run(command);
    }
}
