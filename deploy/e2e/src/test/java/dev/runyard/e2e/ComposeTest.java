package dev.runyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.e2e.lab.LabProcess;
import dev.runyard.spec.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** {@code deploy/compose} fits itself and the product; it is not run here. */
class ComposeTest {
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Z0-9_]+)");
    private static final Pattern SERVER = Pattern.compile("(?m)^\\s+server (\\S+) resolve");

    private final Path root = LabProcess.repositoryRoot();

    @Test
    void whatItSetsIsRead() throws IOException {
        String handbook = Files.readString(root.resolve("deploy/docs/lab.md"));
        ComposeFile file = ComposeFile.read();
        Set<String> set = new TreeSet<>();
        file.services()
                .keySet()
                .forEach(name -> set.addAll(file.environment(name).keySet()));
        assertThat(set).contains("RUNYARD_DB_URL", "RUNYARD_TEMPORAL", "RUNYARD_ARTIFACTS", "RUNYARD_BEHIND_PROXY");
        set.removeIf(name -> name.matches("(POSTGRES|GF|S3PROXY|JCLOUDS)_.*"));
        for (String name : set) {
            // Some are written as a group: RUNYARD_DB_URL, RUNYARD_DB_USER …
            assertThat(handbook).as(name).contains("`" + name + "`");
        }
    }

    @Test
    void itsVariablesAreThoseOfTheExample() throws IOException {
        ComposeFile file = ComposeFile.read();
        Set<String> asked = new TreeSet<>();
        VARIABLE.matcher(Files.readString(file.folder().resolve("compose.yaml")))
                .results()
                .forEach(variable -> asked.add(variable.group(1)));
        Set<String> offered = Files.readAllLines(file.folder().resolve(".env.example")).stream()
                .filter(line -> line.matches("[A-Z0-9_]+=.*"))
                .map(line -> line.substring(0, line.indexOf('=')))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(asked).isEqualTo(offered);
    }

    @Test
    void volumesFilesAndOrderFit() throws IOException {
        ComposeFile file = ComposeFile.read();
        Map<String, JsonNode> services = file.services();
        Set<String> declared = new TreeSet<>();
        file.tree().path("volumes").fieldNames().forEachRemaining(declared::add);
        Set<String> used = new TreeSet<>();
        // What an administrator puts there: docs/server.md.
        Set<String> given = Set.of("./tls", "./data", "./prometheus.token");
        services.forEach((name, service) -> {
            for (JsonNode volume : service.path("volumes")) {
                String source = volume.asText()
                        .replaceFirst("^\\$\\{[A-Z0-9_]+:-([^}]*)}", "$1")
                        .split(":", -1)[0];
                if (!source.startsWith(".")) {
                    used.add(source);
                } else if (!given.contains(source)) {
                    assertThat(file.folder().resolve(source).normalize())
                            .as(name)
                            .exists();
                }
            }
            JsonNode after = service.path("depends_on");
            List<String> before = new ArrayList<>();
            after.forEach(one -> before.add(one.asText()));
            if (after.isObject()) {
                before.clear();
                after.fieldNames().forEachRemaining(before::add);
            }
            assertThat(services.keySet()).as(name).containsAll(before);
        });
        assertThat(used).isEqualTo(declared);
        // Each service has a home of its own, and all have the same artifacts, in the bucket that the store has.
        assertThat(mounts(services.get("service-1"))).containsExactly("service-1:/var/lib/runyard");
        assertThat(mounts(services.get("service-2"))).containsExactly("service-2:/var/lib/runyard");
        assertThat(file.environment("service-2")).isEqualTo(file.environment("service-1"));
        Map<String, String> store = file.environment("store");
        String bucket = file.environment("service-1").get("RUNYARD_ARTIFACTS").replaceFirst("s3://", "");
        assertThat(mounts(services.get("store")))
                .containsExactly("artifacts:" + store.get("JCLOUDS_FILESYSTEM_BASEDIR") + "/" + bucket);
        assertThat(file.environment("service-1"))
                .containsEntry(
                        "RUNYARD_S3_ENDPOINT", store.get("S3PROXY_ENDPOINT").replace("0.0.0.0", "store"))
                .containsEntry("RUNYARD_S3_ACCESS_KEY", store.get("S3PROXY_IDENTITY"))
                .containsEntry("RUNYARD_S3_SECRET_KEY", store.get("S3PROXY_CREDENTIAL"));
    }

    @Test
    void proxyAndPrometheusAskTheServicesWhereTheyListen() throws IOException {
        ComposeFile file = ComposeFile.read();
        String port = file.environment("service-1").get("RUNYARD_PORT");
        List<String> listening = List.of("service-1:" + port, "service-2:" + port);
        Set<String> proxied = new LinkedHashSet<>();
        Matcher server = SERVER.matcher(Files.readString(file.folder().resolve("nginx.conf")));
        while (server.find()) {
            proxied.add(server.group(1));
        }
        assertThat(proxied).containsExactlyElementsOf(listening);
        JsonNode scraped = Json.yaml(Files.readString(file.folder().resolve("prometheus.yaml")));
        List<String> targets = new ArrayList<>();
        scraped.at("/scrape_configs/0/static_configs/0/targets").forEach(target -> targets.add(target.asText()));
        assertThat(targets).containsExactlyElementsOf(listening);
        // By these names Prometheus asks, and the alerts know the job.
        assertThat(file.environment("service-1").get("RUNYARD_HOSTS")).isEqualTo("service-1,service-2");
        assertThat(Files.readString(root.resolve("deploy/grafana/alerts.yaml")))
                .contains("job=\"" + scraped.at("/scrape_configs/0/job_name").asText() + "\"");
        assertThat(file.environment("service-1").get("RUNYARD_TEMPORAL")).isEqualTo("temporal:7233");
        assertThat(file.environment("service-1").get("RUNYARD_DB_URL"))
                .isEqualTo("jdbc:postgresql://postgres:5432/"
                        + file.environment("postgres").get("POSTGRES_DB"));
        assertThat(file.environment("service-1").get("RUNYARD_DB_USER"))
                .isEqualTo(file.environment("postgres").get("POSTGRES_USER"));
    }

    /** Nothing that asks nobody who they are is open to the network. */
    @Test
    void onlyTheProxyIsOpenToEverybody() throws IOException {
        Map<String, List<String>> ports = ComposeFile.read().services().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, one -> texts(one.getValue().path("ports"))));
        assertThat(ports.get("proxy")).containsExactly("80:80", "443:443");
        assertThat(ports.get("grafana")).containsExactly("127.0.0.1:3000:3000");
        assertThat(ports.get("temporal")).containsExactly("${HOSTS_ADDRESS:-127.0.0.1}:7233:7233");
        for (String closed : List.of("postgres", "store", "service-1", "service-2", "worker", "prometheus")) {
            assertThat(ports.get(closed)).as(closed).isEmpty();
        }
    }

    private static List<String> mounts(JsonNode service) {
        return texts(service.path("volumes"));
    }

    private static List<String> texts(JsonNode list) {
        List<String> all = new ArrayList<>();
        list.forEach(one -> all.add(one.asText()));
        return all;
    }
}
