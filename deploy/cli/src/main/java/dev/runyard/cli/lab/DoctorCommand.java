package dev.runyard.cli.lab;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runyard.spec.Failpoint;
import dev.runyard.vision.device.Devices;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code runyard doctor}. */
@Command(
        name = "doctor",
        description = "What this machine has and lacks, with remedies; exit code 1 when something needed is missing.")
public final class DoctorCommand implements Callable<Integer> {
    private static final long NEEDED_BYTES = 3L << 30;

    /** One line of the report; remedy is empty when nothing is missing. */
    record Finding(String about, boolean good, String found, String remedy) {}

    @Option(names = "--json", description = "Print JSON.")
    boolean json;

    @Option(
            names = "--deep",
            description =
                    "Also compute on each device: a matrix product, a convolution, a backward pass, bf16 in one call.")
    boolean deep;

    @Override
    public Integer call() throws IOException {
        List<Finding> findings = found(LabHome.ofEnvironment(), deep);
        if (json) {
            System.out.println(
                    new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(shown(findings)));
        } else {
            findings.forEach(DoctorCommand::print);
        }
        return findings.stream().allMatch(Finding::good) ? 0 : 1;
    }

    /** What it says of this machine, as {@code --json} does: about, good, found, remedy. */
    public static List<Map<String, Object>> seen(LabHome home) throws IOException {
        return shown(found(home, false));
    }

    private static List<Finding> found(LabHome home, boolean deep) throws IOException {
        List<Finding> findings = new ArrayList<>();
        findings.add(jdk());
        findings.add(node());
        findings.add(platform());
        findings.add(home(home));
        findings.add(disk(home));
        findings.add(port(home));
        findings.addAll(devices(home));
        findings.add(natives(home));
        if (deep) {
            findings.addAll(deep(home));
        }
        findings.add(lab(home));
        Failpoint.warning().ifPresent(line -> findings.add(new Finding("drill", false, line, "")));
        database(home).ifPresent(findings::add);
        return findings;
    }

    private static List<Map<String, Object>> shown(List<Finding> findings) {
        List<Map<String, Object>> list = new ArrayList<>();
        for (Finding finding : findings) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("about", finding.about());
            one.put("good", finding.good());
            one.put("found", finding.found());
            one.put("remedy", finding.remedy());
            list.add(one);
        }
        return list;
    }

    private static void print(Finding finding) {
        System.out.println(String.format(
                Locale.ROOT,
                "%-7s %-8s %s%s",
                finding.good() ? "ok" : "MISSING",
                finding.about(),
                finding.found(),
                finding.remedy().isEmpty() ? "" : "; " + finding.remedy()));
    }

    private static Finding jdk() {
        boolean compiler = ModuleLayer.boot().findModule("jdk.compiler").isPresent();
        String version = System.getProperty("java.version") + ", " + System.getProperty("java.home");
        return new Finding(
                "jdk", compiler, version, compiler ? "" : "building needs a JDK, this is a JRE; install one");
    }

    private static Finding node() {
        String version = output("node", "--version").strip();
        boolean good =
                version.matches("v\\d+\\..*") && Integer.parseInt(version.substring(1, version.indexOf('.'))) >= 20;
        return new Finding(
                "node",
                good,
                version.isEmpty() ? "not found" : version,
                good ? "" : "building the page needs Node 20 or newer; install it from your system's packages");
    }

    private static Finding platform() {
        String platform = System.getProperty("os.name") + " " + System.getProperty("os.arch");
        boolean good = platform.equals("Linux amd64");
        return new Finding(
                "system",
                good,
                platform,
                good
                        ? ""
                        : "embedded Postgres and the CPU natives are for Linux on x86-64; set RUNYARD_DB_URL, use another worker");
    }

    private static Finding home(LabHome home) throws IOException {
        Path folder = home.folder();
        Path existing = folder;
        while (existing != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        boolean good = existing != null && Files.isDirectory(existing) && Files.isWritable(existing);
        if (good && folder.equals(existing) && LabHome.open(folder)) {
            return new Finding(
                    "home",
                    false,
                    folder + " is open to other accounts ("
                            + PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)) + ")",
                    "chmod 700 it; \"runyard up\" does so");
        }
        return new Finding(
                "home", good, folder.toString(), good ? "" : "not writable; change its rights or set RUNYARD_HOME");
    }

    private static Finding disk(LabHome home) throws IOException {
        Path existing = home.folder();
        while (existing.getParent() != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        long free = Files.getFileStore(existing).getUsableSpace();
        boolean good = free >= NEEDED_BYTES;
        return new Finding(
                "disk",
                good,
                String.format(Locale.ROOT, "%.1f GiB free", free / (double) (1L << 30)),
                good ? "" : "a lab needs 3 GiB; free some, or set RUNYARD_HOME to another disk");
    }

    private static Finding port(LabHome home) {
        String asked = System.getenv("RUNYARD_PORT");
        int port = asked != null && asked.matches("\\d{1,5}") ? Integer.parseInt(asked) : 8080;
        if (home.running().filter(lab -> lab.port() == port).isPresent()) {
            return new Finding("port", true, port + ", used by this lab", "");
        }
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress("127.0.0.1", port));
            return new Finding("port", true, port + " is free", "");
        } catch (IOException e) {
            boolean good = asked == null;
            return new Finding(
                    "port",
                    good,
                    port + " is in use",
                    good ? "a free one will be taken" : "set RUNYARD_PORT to a free one");
        }
    }

    private static List<Finding> devices(LabHome home) {
        List<Finding> findings = new ArrayList<>();
        Devices devices;
        try {
            devices = Devices.here(System.getenv(), home.folder());
        } catch (IllegalArgumentException e) { // what the home remembers cannot be read
            return List.of(new Finding("natives", false, String.valueOf(e.getMessage()), ""));
        }
        if (devices.driver().fault() != null) {
            findings.add(new Finding("driver", false, devices.driver().fault(), ""));
        }
        for (Devices.Offer offer : devices.cuda()) {
            findings.add(new Finding(
                    "device",
                    offer.fault() == null,
                    GpuLine.of(offer, devices.driver()),
                    offer.fault() == null ? "" : offer.fault()));
        }
        Devices.Offer cpu = devices.cpu();
        findings.add(new Finding(
                "device",
                cpu.fault() == null,
                "cpu, " + Runtime.getRuntime().availableProcessors() + " cores",
                cpu.fault() == null ? "" : cpu.fault()));
        return findings;
    }

    /** Each device computes, in a process of its own, as its worker would have it. */
    private static List<Finding> deep(LabHome home) throws IOException {
        home.prepare();
        Devices devices = Devices.here(System.getenv(), home.folder());
        List<Devices.Offer> all = new ArrayList<>(devices.cuda());
        all.add(devices.cpu());
        List<Finding> findings = new ArrayList<>();
        for (Devices.Offer offer : all) {
            if (offer.fault() == null) {
                DeepTest.Result result = DeepTest.of(offer.device(), home);
                findings.add(new Finding(
                        "compute", result.good(), offer.device().spelled() + ": " + result.line(), result.remedy()));
            }
        }
        return findings;
    }

    private static Finding natives(LabHome home) {
        boolean unpacked = Files.isDirectory(home.folder().resolve("djl/pytorch"));
        return new Finding(
                "natives", true, unpacked ? "libtorch unpacked" : "libtorch is unpacked at first use, 450 MB", "");
    }

    private static Finding lab(LabHome home) {
        Optional<LabHome.Running> running = home.running();
        if (running.isEmpty()) {
            boolean kept = new Leftovers(home).keeper().isPresent();
            return new Finding(
                    "lab",
                    !kept,
                    kept ? "its service does not run; it is being started" : "not running",
                    kept ? "wait, then ask again; " + home.log("service") + " has more" : "");
        }
        Optional<String> trouble = Health.trouble(running.get().url());
        return new Finding(
                "lab",
                trouble.isEmpty(),
                "running at " + running.get().url()
                        + trouble.map(what -> ", but " + what).orElse(""),
                trouble.isEmpty() ? "" : home.log("service") + " has more");
    }

    /** Only where somebody brought the database; the embedded one is made so. */
    private static Optional<Finding> database(LabHome home) {
        return home.running()
                .filter(LabHome.Running::superuser)
                .map(running -> new Finding(
                        "database",
                        false,
                        "the role of RUNYARD_DB_USER is a superuser: whoever gets hold of its password reads files and runs"
                                + " programs on the database's machine",
                        "give the lab a role that owns its database and nothing else"));
    }

    private static String output(String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0 ? text : "";
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }
}
