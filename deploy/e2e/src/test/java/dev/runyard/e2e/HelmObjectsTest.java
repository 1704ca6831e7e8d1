package dev.runyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code deploy/helm} renders to fits itself, is open to nobody who has no business there, and is what Kubernetes takes. */
class HelmObjectsTest {
    @TempDir
    Path folder;

    private HelmChart chart;

    @BeforeEach
    void helm() throws Exception {
        chart = HelmChart.in(folder);
    }

    @Test
    void everythingNamedIsThere() throws Exception {
        for (String[] values : List.of(HelmChart.BARE, HelmChart.WHOLE, HelmChart.ELSEWHERE)) {
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
        Map<String, JsonNode> objects = chart.objects(HelmChart.WHOLE);
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
        assertThat(chart.objects(HelmChart.GIVEN).keySet()).doesNotContain("Service lab-temporal-hosts");
        assertThat(chart.objects(HelmChart.ELSEWHERE)
                        .get("NetworkPolicy lab-service")
                        .at("/spec/ingress/0/from")
                        .findValuesAsText("kubernetes.io/metadata.name"))
                .containsExactly("gates");
    }
    /** Against the schemas of Kubernetes itself, of the oldest version that the chart takes and of the newest that the program knows. */
    @Test
    void kubernetesKnowsEveryField() throws Exception {
        assumeTrue(
                HelmChart.found("kubernetes-validate"),
                "skipped: kubernetes-validate is not on the PATH (pip install kubernetes-validate==1.37.0)");
        List<String> files = new ArrayList<>();
        for (String[] values : List.of(HelmChart.WHOLE, HelmChart.ELSEWHERE)) {
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
