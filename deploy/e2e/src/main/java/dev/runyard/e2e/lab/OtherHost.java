package dev.runyard.e2e.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
            Process tried = new ProcessBuilder(command("other-host", List.of("true")))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return tried.waitFor(10, TimeUnit.SECONDS) && tried.exitValue() == 0;
        } catch (IOException e) {
            return false; // no unshare
        }
    }

    private static List<String> command(String name, List<String> inside) {
        List<String> all = new ArrayList<>(List.of("unshare", "--uts", "--mount"));
        if (!"root".equals(System.getProperty("user.name"))) {
            all.add("--map-root-user");
        }
        all.addAll(List.of(
                "sh",
                "-c",
                "hostname " + name + " && { [ ! -f " + ID + " ] || { f=$(mktemp) && echo " + id(name)
                        + " >$f && mount --bind $f " + ID + "; }; } && exec \"$@\"",
                "sh"));
        all.addAll(inside);
        return all;
    }

    private static String id(String name) {
        return String.format(Locale.ROOT, "%032x", Integer.toUnsignedLong(name.hashCode()));
    }

    /** @param home of its own; holds its log and its work folders */
    public static OtherHost join(LabProcess lab, Path home, Map<String, String> extra) throws IOException {
        ProcessBuilder builder =
                lab.command("worker", "--server", lab.client().base().toString());
        builder.environment().putAll(extra);
        builder.environment()
                .put(
                        "RUNYARD_WORKER_SECRET",
                        Files.readString(lab.home().resolve("worker.secret")).strip());
        return begin("other-host", home, builder);
    }

    /**
     * A host by a name of its own.
     *
     * @param name letters, digits and dashes
     * @param home of its own
     * @param builder of the command that starts its workers
     */
    public static OtherHost begin(String name, Path home, ProcessBuilder builder) throws IOException {
        Files.createDirectories(home);
        builder.command(command(name, builder.command()));
        builder.environment().put("RUNYARD_HOME", home.toString());
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

    /** What the command that starts its workers said. */
    public String output() throws IOException {
        return Files.readString(home.resolve("worker.out"));
    }

    /** A worker's process, if one is alive. */
    public Optional<ProcessHandle> worker() {
        return workers().findFirst();
    }

    /** The processes of its workers that are alive. */
    public Stream<ProcessHandle> workers() {
        return keeper.descendants().filter(ProcessHandle::isAlive).filter(p -> LabProcess.commandLine(p)
                .contains("dev.runyard.agent.Agent"));
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
