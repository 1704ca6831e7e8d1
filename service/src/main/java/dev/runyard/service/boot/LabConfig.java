package dev.runyard.service.boot;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * Where this lab lives and what it uses. Each value has an environment variable ({@code RUNYARD_DB_URL}) and a property of the
 * same name ({@code runyard.db.url}); the property wins.
 *
 * @param home folder of everything the lab keeps ({@code RUNYARD_HOME}, default {@code ~/.runyard})
 * @param port asked for ({@code RUNYARD_PORT}); empty: {@value #DEFAULT_PORT}, or a free one when that is busy
 * @param bind address listened on ({@code RUNYARD_BIND}, default 127.0.0.1)
 * @param hosts further names the page may be opened under ({@code RUNYARD_HOSTS}, comma-separated)
 * @param dbUrl JDBC URL of a Postgres server ({@code RUNYARD_DB_URL}); empty: the embedded one
 * @param temporal host:port of a Temporal server ({@code RUNYARD_TEMPORAL}); empty: the embedded one
 * @param temporalKey what every call to Temporal carries as bearer ({@code RUNYARD_TEMPORAL_KEY}); the embedded one makes its own
 * @param temporalForWorkers what workers of other machines are told instead of {@code temporal} ({@code RUNYARD_TEMPORAL_WORKERS})
 * @param artifactFolder where blobs are kept ({@code RUNYARD_ARTIFACTS}); empty: in the home, or in a bucket
 * @param objectStore the bucket that keeps blobs instead, where {@code RUNYARD_ARTIFACTS} names one
 * @param workerSecret enrolment secret of workers ({@code RUNYARD_WORKER_SECRET}); empty: the file in the home
 * @param jsonLog whether each line of the log is a JSON object ({@code RUNYARD_LOG}: text or json)
 * @param border what stands between the lab and the network
 * @param sso an institution that says who people are
 */
public record LabConfig(
        Path home,
        OptionalInt port,
        String bind,
        List<String> hosts,
        Optional<String> dbUrl,
        Optional<String> dbUser,
        Optional<String> dbPassword,
        Optional<String> temporal,
        Optional<String> temporalKey,
        Optional<String> temporalForWorkers,
        Optional<Path> artifactFolder,
        Optional<ObjectStore> objectStore,
        Optional<String> workerSecret,
        boolean jsonLog,
        Border border,
        Optional<Sso> sso,
        boolean debug) {

    /** Port of the page and the API when none is asked for. */
    public static final int DEFAULT_PORT = 8080;

    /** Reads the process environment. */
    public static LabConfig fromProcess() {
        return read(LabConfig::process);
    }

    private static Optional<String> process(String property) {
        return Optional.ofNullable(System.getProperty(property))
                .or(() -> Optional.ofNullable(System.getenv(environmentName(property))));
    }

    private static boolean debugging(Optional<String> given) {
        return given.map(String::strip)
                .filter(v -> !v.isEmpty() && !v.equals("0") && !v.equals("false"))
                .isPresent();
    }

    /** @param lookup from a property name such as {@code runyard.home} to its value */
    public static LabConfig read(Function<String, Optional<String>> lookup) {
        Function<String, Optional<String>> given =
                name -> lookup.apply("runyard." + name).map(String::strip).filter(v -> !v.isEmpty());
        Path home = given.apply("home")
                .map(Path::of)
                .orElseGet(() -> Path.of(System.getProperty("user.home"), ".runyard"))
                .toAbsolutePath()
                .normalize();
        return new LabConfig(
                home,
                given.apply("port").map(LabConfig::port).map(OptionalInt::of).orElse(OptionalInt.empty()),
                given.apply("bind").orElse("127.0.0.1"),
                given.apply("hosts")
                        .map(v -> Arrays.stream(v.split(",", -1))
                                .map(String::strip)
                                .filter(h -> !h.isEmpty())
                                .toList())
                        .orElse(List.of()),
                given.apply("db.url"),
                given.apply("db.user"),
                given.apply("db.password"),
                given.apply("temporal"),
                given.apply("temporal.key"),
                given.apply("temporal.workers"),
                given.apply("artifacts")
                        .filter(v -> !ObjectStore.named(v))
                        .map(v -> Path.of(v).toAbsolutePath().normalize()),
                ObjectStore.read(given),
                given.apply("worker.secret"),
                given.apply("log").map(LabConfig::json).orElse(false),
                Border.read(given),
                Sso.read(given),
                debugging(given.apply("debug")));
    }

    /** Whether stack traces are wanted ({@code RUNYARD_DEBUG=1}). */
    public static boolean debugging() {
        // By itself: another value may be what is wrong.
        return debugging(process("runyard.debug"));
    }

    private static String environmentName(String property) {
        return property.toUpperCase(Locale.ROOT).replace('.', '_');
    }

    private static boolean json(String text) {
        if (!List.of("text", "json").contains(text)) {
            throw new StartFailure("RUNYARD_LOG is \"" + text + "\"", "set it to text or json");
        }
        return text.equals("json");
    }

    private static int port(String text) {
        try {
            int port = Integer.parseInt(text);
            if (port >= 1 && port <= 65_535) {
                return port;
            }
        } catch (NumberFormatException e) {
            // Falls through to the one message for both kinds of wrong value.
        }
        throw new StartFailure("RUNYARD_PORT is \"" + text + "\"", "give a number from 1 to 65535");
    }

    /** The folder of blobs, named by their SHA-256; of no use where a bucket keeps them. */
    public Path artifacts() {
        return artifactFolder.orElseGet(() -> home.resolve("artifacts"));
    }

    /** Whether Temporal is the one that this service started: the environment says nothing of it. */
    public boolean ownTemporal() {
        return System.getenv("RUNYARD_TEMPORAL") == null;
    }

    /** Whether several services may serve this lab: what they all need to see is outside of each. */
    public boolean shared() {
        return dbUrl.isPresent() && temporal.isPresent() && (artifactFolder.isPresent() || objectStore.isPresent());
    }

    public Path logs() {
        return home.resolve("logs");
    }

    /** Whether Postgres and Temporal both run inside this lab. */
    public boolean embedded() {
        return dbUrl.isEmpty();
    }
}
