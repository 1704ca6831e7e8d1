package dev.runyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.e2e.lab.LabProcess;
import dev.runyard.e2e.lab.OtherHost;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;

/**
 * The lab of {@code deploy/compose} as processes of this machine, each with an empty home and the variables of that file: Postgres,
 * Temporal, an object store, two services behind a proxy with a certificate of a private authority, and the hosts that joined.
 */
final class Topology implements AutoCloseable {
    private static final Pattern INVITATION = Pattern.compile("https://\\S+#invitation=[\\w-]+");
    private static final String BUCKET = "runyard";
    private static final int LAST_LINES = 40;

    private final Path folder;
    private final PrivateAuthority authority;
    private final int front = LabProcess.freePort();
    private final int temporal = LabProcess.freePort();
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final List<LabService> services = new ArrayList<>();
    private final Map<String, OtherHost> hosts = new LinkedHashMap<>();

    private Topology(Path folder) throws IOException, InterruptedException {
        this.folder = folder;
        authority = PrivateAuthority.make(folder.resolve("tls"));
    }

    /** In an empty folder; ready for people. */
    static Topology start(Path folder) throws Exception {
        Topology made = new Topology(folder);
        try {
            made.begin();
        } catch (Exception | AssertionError e) {
            made.close();
            throw e;
        }
        return made;
    }

    private void begin() throws Exception {
        OwnPostgres postgres = OwnPostgres.create(folder);
        parts.push(postgres::stop);
        postgres.database("runyard");
        Process server = OwnTemporal.start(folder, temporal);
        parts.push(server::destroyForcibly);
        ComposeFile file = ComposeFile.read();
        Map<String, String> here = new LinkedHashMap<>();
        here.put("\\$\\{S3_SECRET[^}]*}", "secret-of-the-bucket");
        OwnStore store = OwnStore.start(folder.resolve("store"), BUCKET, with(here, file.environment("store")));
        parts.push(store);
        here.put("\\$\\{LAB_NAME[^}]*}:7233", "127.0.0.1:" + temporal);
        here.put("\\$\\{LAB_NAME[^}]*}", "localhost:" + front);
        here.put("\\$\\{DB_PASSWORD[^}]*}", "");
        here.put("//postgres:5432/", "//127.0.0.1:" + postgres.port() + "/");
        here.put("//store:9000$", "//127.0.0.1:" + store.port());
        here.put("^temporal:7233$", "127.0.0.1:" + temporal);
        here.put("^proxy$", "127.0.0.1");
        here.put("^0\\.0\\.0\\.0$", "127.0.0.1");
        for (String name : List.of("service-1", "service-2")) {
            Map<String, String> settings = with(here, file.environment(name));
            assertThat(settings).containsEntry("RUNYARD_ARTIFACTS", "s3://" + BUCKET);
            settings.put("RUNYARD_PREEMPT_AFTER", "PT1S");
            LabService service = LabService.start(folder.resolve(name), settings);
            services.add(service);
            parts.push(service);
        }
        // As the engine does: at once, on a database that is empty for both.
        for (LabService service : services) {
            service.awaitReady();
        }
        parts.push(new FrontProxy(
                authority.serving(),
                front,
                services.stream().map(LabService::port).toList()));
    }

    /** With this machine's addresses for those of the containers. */
    private static Map<String, String> with(Map<String, String> here, Map<String, String> written) {
        Map<String, String> settings = new LinkedHashMap<>();
        written.forEach((name, value) -> {
            String set = value;
            for (Map.Entry<String, String> one : here.entrySet()) {
                set = set.replaceAll(one.getKey(), one.getValue());
            }
            settings.put(name, set);
        });
        assertThat(settings.values()).noneMatch(value -> value.contains("${"));
        return settings;
    }

    /** What people open. */
    URI address() {
        return URI.create("https://localhost:" + front);
    }

    PrivateAuthority authority() {
        return authority;
    }

    SSLContext trusting() throws Exception {
        return authority.trusting();
    }

    LabService one() {
        return services.get(0);
    }

    LabService two() {
        return services.get(1);
    }

    /** One of the services printed, once, how to become its first administrator. */
    String printed() throws IOException {
        List<String> links = new ArrayList<>();
        for (LabService service : services) {
            INVITATION.matcher(service.said()).results().forEach(link -> links.add(link.group()));
        }
        assertThat(links).hasSize(1);
        return links.get(0);
    }

    /**
     * A host whose CPU has so many slots, and that offers data of its own.
     *
     * @param token by which it is let in
     */
    OtherHost joins(String name, int slots, String token, String... datasets) throws IOException {
        Path home = Files.createDirectories(folder.resolve(name));
        StringBuilder data = new StringBuilder("datasets:\n");
        for (String dataset : datasets) {
            Path root = TwoColours.draw(home.resolve("data").resolve(dataset), dataset.hashCode());
            data.append("  ").append(dataset).append(": ").append(root).append('\n');
        }
        ProcessBuilder worker = new ProcessBuilder(
                LabProcess.repositoryRoot().resolve("deploy/runyard").toString(),
                "worker",
                "--server",
                address().toString(),
                "--enrol",
                token);
        worker.environment().keySet().removeIf(variable -> variable.startsWith("RUNYARD_"));
        worker.environment()
                .putAll(Map.of(
                        "RUNYARD_BUILD", "never",
                        "RUNYARD_CA", authority.certificate().toString(),
                        "RUNYARD_DATA",
                                Files.writeString(home.resolve("data.yaml"), data)
                                        .toString(),
                        "RUNYARD_DEVICE", "cpu",
                        "RUNYARD_SLOTS", Integer.toString(slots),
                        "RUNYARD_THREADS", "1",
                        "RUNYARD_WORKER_OPTS", "-Xmx512m"));
        OtherHost host = OtherHost.begin(name, home.resolve("home"), worker);
        hosts.put(name, host);
        parts.push(host);
        return host;
    }

    /** The end of what each part said: the folder is gone before anybody can look into it. */
    String said() throws IOException {
        StringBuilder all = new StringBuilder();
        for (LabService service : services) {
            all.append("a service:\n").append(end(service.said()));
        }
        for (Map.Entry<String, OtherHost> host : hosts.entrySet()) {
            all.append(host.getKey())
                    .append(":\n")
                    .append(end(host.getValue().output()))
                    .append(end(host.getValue().log()));
        }
        return all.toString();
    }

    private static String end(String text) {
        List<String> lines = text.lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size())) + "\n";
    }

    /** Each part, the last one first, whatever became of the others. */
    @Override
    public void close() throws Exception {
        Exception failed = null;
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                failed = e;
            }
        }
        if (failed != null) {
            throw failed;
        }
    }
}
