package dev.runyard.e2e.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * {@code runyard worker} for a lab, on this machine, but under another name and another machine's id, so that the lab takes it for a
 * host of its own. Needs Linux and namespaces.
 */
public final class OtherHost implements AutoCloseable {
    private static final String ID = "/etc/machine-id";

    private final Process keeper;
    private final Path home;

    private OtherHost(Process keeper, Path home) {
        this.keeper = keeper;
        this.home = home;
    }

    /** Whether this account may make such a host here. */
    public static boolean possible() throws IOException, InterruptedException {
        try {
            Process tried = new ProcessBuilder(command(List.of("true")))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return tried.waitFor(10, TimeUnit.SECONDS) && tried.exitValue() == 0;
        } catch (IOException e) {
            return false; // no unshare
        }
    }

    private static List<String> command(List<String> inside) {
        List<String> all = new ArrayList<>(List.of("unshare", "--uts", "--mount"));
        if (!"root".equals(System.getProperty("user.name"))) {
            all.add("--map-root-user");
        }
        all.addAll(List.of(
                "sh",
                "-c",
                "hostname other-host && { [ ! -f " + ID
                        + " ] || { f=$(mktemp) && echo 0123456789abcdef0123456789abcdef >$f && mount --bind $f " + ID
                        + "; }; } && exec \"$@\"",
                "sh"));
        all.addAll(inside);
        return all;
    }

    /** @param home of its own; holds its log and its work folders */
    public static OtherHost join(LabProcess lab, Path home, Map<String, String> extra) throws IOException {
        Files.createDirectories(home);
        ProcessBuilder builder =
                lab.command("worker", "--server", lab.client().base().toString());
        builder.command(command(builder.command()));
        builder.environment().putAll(extra);
        builder.environment().put("RUNYARD_HOME", home.toString());
        builder.environment()
                .put(
                        "RUNYARD_WORKER_SECRET",
                        Files.readString(lab.home().resolve("worker.secret")).strip());
        return new OtherHost(
                builder.redirectErrorStream(true)
                        .redirectOutput(home.resolve("worker.out").toFile())
                        .start(),
                home);
    }

    /** The end of what its worker said. */
    public String log() throws IOException {
        Path log = home.resolve("logs/worker-0.log");
        return Files.exists(log) ? Files.readString(log) : "";
    }

    /** The worker's process, if one is alive. */
    public Optional<ProcessHandle> worker() {
        return keeper.descendants()
                .filter(ProcessHandle::isAlive)
                .filter(p -> LabProcess.commandLine(p).contains("dev.runyard.agent.Agent"))
                .findFirst();
    }

    /** The host is gone: the worker and whoever would start it again. */
    public void vanish() throws InterruptedException {
        List<ProcessHandle> all = Stream.concat(Stream.of(keeper.toHandle()), keeper.descendants())
                .toList();
        all.forEach(ProcessHandle::destroyForcibly);
        keeper.waitFor(30, TimeUnit.SECONDS);
    }

    @Override
    public void close() throws InterruptedException {
        vanish();
    }
}
