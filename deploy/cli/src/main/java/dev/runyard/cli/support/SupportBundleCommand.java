package dev.runyard.cli.support;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import dev.runyard.cli.lab.DoctorCommand;
import dev.runyard.cli.lab.Health;
import dev.runyard.cli.lab.LabHome;
import dev.runyard.cli.remote.LabApi;
import dev.runyard.cli.terminal.Failure;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code runyard support-bundle}. */
@Command(
        name = "support-bundle",
        description = {
            "Write what somebody who helps needs to see into one file: versions, settings, what doctor says, devices, the ends of logs.",
            "No secrets, no specs, no data, no results. Look into it before you send it."
        })
public final class SupportBundleCommand implements Callable<Integer> {
    /** Of the end of each log. */
    private static final int LOG_BYTES = 1 << 20;

    private static final Pattern SETTING = Pattern.compile(
            "(RUNYARD|TEMPORAL|CUDA|NVIDIA|PYTORCH|DJL|OMP|JAVA|SLURM)_.*|LANG|LC_.*|TZ", Pattern.CASE_INSENSITIVE);

    private static final List<String> QUESTIONS = List.of("lab", "devices", "workers", "shares");

    @Parameters(arity = "0..1", paramLabel = "FILE", description = "A new zip file; default runyard-support.zip.")
    Path file = Path.of("runyard-support.zip");

    @Override
    public Integer call() throws IOException {
        if (Files.exists(file)) {
            throw Failure.badInput(file + " is there already", "name a new file");
        }
        LabHome home = LabHome.ofEnvironment();
        Redaction redaction = Redaction.of(home, System.getenv());
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw Failure.badInput(folder + " is no folder", "name a file in one that is there");
        }
        Path part = Files.createTempFile(
                folder,
                "support",
                ".part",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            try (Zip zip = new Zip(Files.newOutputStream(part), redaction)) {
                gather(home, zip);
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(part);
        }
        System.out.println(file);
        return 0;
    }

    private static void gather(LabHome home, Zip zip) throws IOException {
        ObjectWriter json = new ObjectMapper().writerWithDefaultPrettyPrinter();
        zip.put(
                "about.txt",
                "runyard "
                        + String.valueOf(SupportBundleCommand.class.getPackage().getImplementationVersion())
                        + "\n" + Instant.now()
                        + "\nJava " + System.getProperty("java.version") + ", " + System.getProperty("java.vendor")
                        + "\n" + System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch") + ", "
                        + Runtime.getRuntime().availableProcessors()
                        + " processors\n");
        zip.put("settings.txt", settings(System.getenv()));
        zip.put("doctor.json", json.writeValueAsString(DoctorCommand.seen(home)));
        zip.put("home.txt", listing(home.folder()));
        home.read("lab.json").ifPresent(lab -> zip.put("lab.json", lab.toPrettyString()));
        String running = home.running()
                .map(lab -> Health.trouble(lab.url()).map(trouble -> "it runs, but it " + trouble))
                .map(trouble -> trouble.orElse("ready"))
                .orElse("no service runs on this home");
        zip.put("health.txt", running + "\n");
        try {
            LabApi lab = LabApi.ofEnvironment();
            for (String question : QUESTIONS) {
                zip.put("asked/" + question + ".json", lab.get(question).toPrettyString());
            }
            for (String state : List.of("QUEUED", "STARTING", "RUNNING", "PAUSED", "FAILED")) {
                zip.put(
                        "asked/runs-" + state + ".txt",
                        lab.get("runs?limit=1&state=" + state).path("total").asText() + "\n");
            }
        } catch (Failure e) {
            zip.put("asked/failed.txt", e.getMessage() + "\n");
        }
        Path logs = home.folder().resolve("logs");
        if (Files.isDirectory(logs)) {
            try (Stream<Path> files = Files.list(logs)) {
                for (Path log : files.filter(Files::isRegularFile).sorted().toList()) {
                    zip.put("logs/" + log.getFileName(), end(log));
                }
            }
        }
    }

    /** A line each; of a secret, that there is one. */
    static String settings(Map<String, String> environment) {
        return new TreeMap<>(environment)
                .entrySet().stream()
                        .filter(one -> SETTING.matcher(one.getKey()).matches())
                        .map(one -> one.getKey() + "="
                                + (Redaction.isSecret(one.getKey(), one.getValue())
                                        ? (one.getValue().isBlank() ? "" : Redaction.MARK)
                                        : one.getValue()))
                        .collect(Collectors.joining("\n", "", "\n"));
    }

    /** Names, rights and sizes of what lies in the home itself; of a folder how many files and bytes. */
    private static String listing(Path home) throws IOException {
        if (!Files.isDirectory(home)) {
            return home + " is not there\n";
        }
        StringBuilder lines = new StringBuilder(home + "\n");
        try (Stream<Path> entries = Files.list(home)) {
            for (Path entry : entries.sorted().toList()) {
                long[] size = size(entry);
                lines.append(rights(entry))
                        .append(String.format(" %8d files %14d bytes %s%n", size[0], size[1], entry.getFileName()));
            }
        }
        return lines.toString();
    }

    /** Of a link its own; unknown where the entry went meanwhile. */
    private static String rights(Path entry) {
        try {
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(entry, LinkOption.NOFOLLOW_LINKS));
        } catch (IOException e) {
            return "?".repeat(9);
        }
    }

    private static long[] size(Path entry) {
        long[] size = new long[2];
        try (Stream<Path> all = Files.walk(entry)) {
            all.filter(Files::isRegularFile).forEach(file -> {
                size[0]++;
                size[1] += file.toFile().length();
            });
        } catch (IOException | java.io.UncheckedIOException e) {
            // Postgres and workers remove files meanwhile; what was counted is said.
        }
        return size;
    }

    private static String end(Path log) {
        try (RandomAccessFile in = new RandomAccessFile(log.toFile(), "r")) {
            long from = Math.max(0, in.length() - LOG_BYTES);
            in.seek(from);
            byte[] bytes = new byte[(int) (in.length() - from)];
            in.readFully(bytes);
            String text = new String(bytes, StandardCharsets.UTF_8);
            // The first line is cut, and a secret in it may be, too.
            int line = text.indexOf('\n');
            return from == 0 ? text : line < 0 ? "" : text.substring(line + 1);
        } catch (IOException e) {
            return "cannot be read: " + e.getMessage() + "\n";
        }
    }

    /** Whatever goes in passes the redaction. */
    private static final class Zip implements AutoCloseable {
        private final ZipOutputStream out;
        private final Redaction redaction;

        Zip(OutputStream out, Redaction redaction) {
            this.out = new ZipOutputStream(out, StandardCharsets.UTF_8);
            this.redaction = redaction;
        }

        void put(String name, String text) {
            try {
                out.putNextEntry(new ZipEntry(name));
                out.write(redaction.of(text).getBytes(StandardCharsets.UTF_8));
                out.closeEntry();
            } catch (IOException e) {
                throw Failure.fault("the bundle cannot be written (" + e.getMessage() + ")", "check the disk", e);
            }
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }
}
