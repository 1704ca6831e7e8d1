package dev.runyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * {@code deploy/helm}, as the program helm makes objects of it for a release "lab" in a namespace "here".
 *
 * @param scratch of what the programs write
 */
record HelmChart(Path scratch) {
    /** What has to be given. */
    static final String GIVEN = "name=lab.example.org,secret=lab,tls.secret=lab-tls";

    static final String[] BARE = {GIVEN};

    /** Everything in the cluster, and hosts in it and outside. */
    static final String[] WHOLE = {
        GIVEN,
        "worker.replicas=2,worker.tokens=enrolments,worker.claim=images,worker.data.datasets.birds=/data/birds,worker.files=ours",
        "worker.runtimeClass=nvidia,worker.nodeSelector.gpu=a100,worker.tolerations[0].key=gpu,worker.tolerations[0].operator=Exists",
        "temporal.hosts.address=t.example.org:7233,temporal.hosts.networks={10.1.2.0/24,10.1.3.0/24}",
        "tls.authority=ours,storageClass=fast,pullSecrets={registry},proxy.annotations.kind=private,worker.environmentFrom=more"
    };

    /** Nothing in the cluster but the services. */
    static final String[] ELSEWHERE = {
        GIVEN,
        "postgres.url=jdbc:postgresql://db:5432/lab,postgres.user=lab,temporal.address=temporal:7233",
        "store.artifacts=s3://runs/lab,store.region=eu-1,store.accessKey=,service.serviceAccount=runs",
        "ingress.class=public,ingress.namespace=gates,ingress.annotations.size=unbounded",
        "service.replicas=3,service.environment.RUNYARD_MAX_WAIT=PT1H,service.environmentFrom=oidc,service.files=ours"
    };

    /** What a program said: its standard output and, where it failed, its errors. */
    record Said(int code, String text) {}

    /** Where helm is there; else the test is skipped and says so. */
    static HelmChart in(Path scratch) throws IOException, InterruptedException {
        HelmChart chart = new HelmChart(scratch);
        // Of another major version the words of refusals differ.
        assumeTrue(
                found("helm")
                        && chart.run(List.of("helm", "version", "--short"))
                                .text()
                                .startsWith("v4."),
                "skipped: helm 4 is not on the PATH (go install helm.sh/helm/v4/cmd/helm@v4.3.1)");
        return chart;
    }

    static Path folder() {
        return LabProcess.repositoryRoot().resolve("deploy/helm");
    }

    static boolean found(String program) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    Said lint(String... values) throws IOException, InterruptedException {
        return run(command(List.of("helm", "lint", "--strict", folder().toString()), values));
    }

    Said template(String... values) throws IOException, InterruptedException {
        return run(command(List.of("helm", "template", "lab", folder().toString(), "--namespace", "here"), values));
    }

    /** By kind and name, as in "Service lab-proxy". */
    Map<String, JsonNode> objects(String... values) throws IOException, InterruptedException {
        Said rendered = template(values);
        assertThat(rendered.code()).as(rendered.text()).isZero();
        Map<String, JsonNode> all = new LinkedHashMap<>();
        for (String document : rendered.text().split("(?m)^---$", -1)) {
            if (document.lines().allMatch(line -> line.isBlank() || line.startsWith("#"))) {
                continue;
            }
            JsonNode object = Json.yaml(document);
            String name = object.path("kind").asText() + " "
                    + object.at("/metadata/name").asText();
            assertThat(all.put(name, object)).as(name).isNull();
        }
        return all;
    }

    /** What a pod of a Deployment or StatefulSet is made of; missing: it is none. */
    static JsonNode pod(JsonNode object) {
        return object.at("/spec/template/spec");
    }

    /** Variables of its container by name: each an object with its {@code value} or {@code valueFrom}. */
    static Map<String, JsonNode> environment(JsonNode object) {
        Map<String, JsonNode> all = new LinkedHashMap<>();
        pod(object).at("/containers/0/env").forEach(one -> {
            ObjectNode value = one.deepCopy();
            value.remove("name");
            assertThat(all.put(one.path("name").asText(), value)).isNull();
        });
        return all;
    }

    Said run(List<String> command) throws IOException, InterruptedException {
        Path said = Files.createTempFile(scratch, "said", ".txt");
        Path errors = Files.createTempFile(scratch, "errors", ".txt");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(said.toFile()).redirectError(errors.toFile());
        for (String home : List.of("HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME")) {
            builder.environment().put(home, scratch.toString());
        }
        Process process = builder.start();
        if (!process.waitFor(2, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new AssertionError(command + " did not end within two minutes");
        }
        int code = process.exitValue();
        return new Said(code, Files.readString(said) + (code == 0 ? "" : Files.readString(errors)));
    }

    private static List<String> command(List<String> start, String... values) {
        List<String> command = new ArrayList<>(start);
        for (String value : values) {
            command.add("--set");
            command.add(value);
        }
        return command;
    }
}
