package dev.runyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.e2e.lab.LabProcess;
import dev.runyard.spec.json.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Wrong values of {@code deploy/helm} are refused with what to write instead, and every right one is written down. */
class HelmValuesTest {
    @TempDir
    Path folder;

    private final Path root = LabProcess.repositoryRoot();

    private HelmChart chart;

    @BeforeEach
    void helm() throws Exception {
        chart = HelmChart.in(folder);
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
            HelmChart.Said said = chart.template(HelmChart.GIVEN, one.getKey());
            assertThat(said.code()).as(one.getKey()).isNotZero();
            assertThat(said.text()).as(one.getKey()).contains(one.getValue()).doesNotContain("kind:");
            assertThat(said.text().lines().filter(line -> line.startsWith("Error: ")))
                    .as(one.getKey())
                    .hasSize(1);
        }
        List<String> tooLong = new ArrayList<>(List.of("helm", "template", "a".repeat(41)));
        tooLong.addAll(List.of(HelmChart.folder().toString(), "--set", HelmChart.GIVEN));
        assertThat(chart.run(tooLong).text()).contains("the release's name is \"aaaa", "at most 40");
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
}
