package dev.runyard.service.embedded;

import com.sun.management.OperatingSystemMXBean;
import dev.runyard.service.boot.Home;
import dev.runyard.service.boot.Ports;
import dev.runyard.service.boot.StartFailure;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The Postgres of a lab that has no server of its own: unpacked, initialised and started below the lab's home, on loopback, with a
 * password, and with fsync on. A server left behind by a killed service is stopped first; its rows are there. One that ends while
 * the service lives is started again where it was, as often as it takes: a full disk may be freed at any time.
 *
 * <p>The caller holds the home's lock. Limit: Linux on x86-64.
 */
public final class EmbeddedPostgres implements AutoCloseable {
    /** Made by initdb, as a superuser; only {@link PostgresRoles} speaks to the server as it. */
    private static final String SUPERUSER = "runyard";

    private static final int WAIT_SECONDS = 60;
    private static final int ORPHAN_SECONDS = 3;
    private static final long LOOK_MILLIS = 500;
    private static final long RETRY_MILLIS = 2_000;
    private static final int TAIL_BYTES = 4_096;
    private static final Logger LOG = Logger.getLogger(EmbeddedPostgres.class);
    private static volatile @Nullable String trouble;

    private final Path binaries;
    private final Path home;
    private final Path data;
    private final Path log;
    private final PostgresUser user;
    private final String superPassword;
    private final String password;
    private int port;
    private volatile boolean closing;

    private EmbeddedPostgres(Path home, Path binaries) throws IOException {
        this.home = home;
        this.binaries = binaries;
        this.data = home.resolve("postgres");
        this.log = Home.privateFolder(home.resolve("logs")).resolve("postgres.log");
        this.user = PostgresUser.of(data);
        this.superPassword = Home.secret(home.resolve("postgres.secret"), 18);
        this.password = Home.secret(home.resolve("service.secret"), 32);
    }

    /** Starts it with binaries and data below {@code home}; takes 15 s the first time, then less than 1 s. */
    public static EmbeddedPostgres start(Path home) {
        return start(home, home);
    }

    /** @param shared folder in which the unpacked binaries are, or are put */
    public static EmbeddedPostgres start(Path home, Path shared) {
        try {
            EmbeddedPostgres postgres = new EmbeddedPostgres(home, PostgresBinaries.in(shared));
            postgres.stopOrphan();
            postgres.initialise();
            postgres.launch();
            postgres.prepareRoles();
            trouble = null;
            Thread watch = new Thread(postgres::watch, "postgres-watch");
            watch.setDaemon(true);
            watch.start();
            return postgres;
        } catch (IOException e) {
            throw new StartFailure(
                    "cannot start the embedded Postgres (" + e.getMessage() + ")",
                    "look into " + home.resolve("logs/postgres.log")
                            + ", or set RUNYARD_DB_URL to a Postgres server of your own",
                    e);
        }
    }

    /** Why this process's Postgres does not run at the moment; empty when it runs, or there is none. */
    static Optional<String> trouble() {
        return Optional.ofNullable(trouble);
    }

    private void watch() {
        while (!closing) {
            try {
                TimeUnit.MILLISECONDS.sleep(trouble == null ? LOOK_MILLIS : RETRY_MILLIS);
            } catch (InterruptedException e) {
                return;
            }
            if (alive()) {
                trouble = null;
            } else if (!revived()) {
                // Not under the lock that close() needs. The keeper starts the service, and with it a Postgres at
                // another port.
                System.exit(1);
            }
        }
    }

    /** @return false when its port is somebody else's by now, so that it cannot come back where it is looked for */
    private synchronized boolean revived() {
        if (closing || alive()) {
            return true;
        }
        if (trouble == null) {
            LOG.warnf("the embedded Postgres ended%s; starting it again", quietLastLine());
            trouble = "it ended and is being started again";
        }
        try {
            stopOrphan();
            int status = launch(port);
            if (status == 0) {
                LOG.info("the embedded Postgres runs again");
                trouble = null;
            } else {
                trouble = "it cannot be started" + quietLastLine();
            }
        } catch (IOException e) {
            trouble = "it cannot be started: " + e.getMessage();
        }
        return trouble == null || !Ports.busy("127.0.0.1", port);
    }

    /** Whether the process that the pid file names works in our data folder; a number given away since, or a zombie, does not. */
    private boolean alive() {
        try {
            String pid = Files.readString(data.resolve("postmaster.pid"))
                    .lines()
                    .findFirst()
                    .orElse("")
                    .strip();
            return !pid.isEmpty() && Path.of("/proc", pid, "cwd").toRealPath().equals(data.toRealPath());
        } catch (IOException e) {
            return false;
        }
    }

    private String quietLastLine() {
        try {
            return lastLine();
        } catch (IOException e) {
            return "";
        }
    }

    private void initialise() throws IOException {
        Path version = data.resolve("PG_VERSION");
        if (Files.exists(version)) {
            String made = Files.readString(version).strip();
            if (!made.equals(PostgresBinaries.MAJOR)) {
                throw new StartFailure(
                        "the database in " + data + " was made by Postgres " + made + ", and this version brings "
                                + PostgresBinaries.MAJOR,
                        "dump it with the version of Runyard that made it and restore it into a new one, as the handbook says"
                                + " (lab.md, \"Backup, and a new Postgres\")");
            }
            return;
        }
        // A first start that was cut off leaves a folder that initdb would refuse.
        PostgresBinaries.delete(data);
        Home.privateFolder(data);
        user.take(home);
        user.take(data);
        Path secret = home.resolve("postgres.secret");
        user.take(secret);
        int status = run(
                "initdb",
                "-D",
                data.toString(),
                "-U",
                SUPERUSER,
                "-A",
                "scram-sha-256",
                "--pwfile=" + secret,
                "-E",
                "UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C");
        if (status != 0) {
            throw new IOException("initdb ended with " + status + lastLine());
        }
    }

    private void launch() throws IOException {
        int status = 0;
        // The port was free a moment ago; another process may be quicker.
        for (int attempt = 0; attempt < 3; attempt++) {
            port = Ports.free();
            status = launch(port);
            if (status == 0) {
                return;
            }
        }
        throw new IOException("pg_ctl start ended with " + status + lastLine());
    }

    private void prepareRoles() throws IOException {
        try {
            PostgresRoles.prepare(jdbcUrl(), SUPERUSER, superPassword, password);
        } catch (SQLException e) {
            close();
            throw new IOException("its roles cannot be prepared: " + e.getMessage(), e);
        }
    }

    private int launch(int onPort) throws IOException {
        return run(
                "pg_ctl",
                "-D",
                data.toString(),
                "-l",
                log.toString(),
                "-w",
                "-t",
                Integer.toString(WAIT_SECONDS),
                "-o",
                "-p " + onPort + " -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c shared_buffers="
                        + buffers() + "MB",
                "start");
    }

    /**
     * A thirty-second of the machine's memory, in MB from 128 (Postgres' own) to 512: the configurations of 100,000 runs and what else a
     * list reads then stay in it. Postgres takes it as it fills.
     */
    private static long buffers() {
        long memory = ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean machine
                ? machine.getTotalMemorySize()
                : 0;
        return Math.min(512, Math.max(128, memory / 32 >> 20));
    }

    /** Ends a server that outlived the service it belonged to. */
    private void stopOrphan() throws IOException {
        Path pidFile = data.resolve("postmaster.pid");
        if (!Files.exists(pidFile)) {
            return;
        }
        boolean orphans = !alive();
        if (!orphans) {
            run("pg_ctl", "-D", data.toString(), "-m", "fast", "-w", "-t", Integer.toString(WAIT_SECONDS), "stop");
        }
        // Its children end on their own when it was killed; only then is the file a leftover, even if the pid in it is
        // in use again.
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
        long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(ORPHAN_SECONDS);
        while (!workingIn(data).isEmpty()) {
            if (orphans && System.nanoTime() > patience) {
                // Busy with a long statement of nobody's any more. Recovery does the rest.
                workingIn(data).forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
            }
            if (System.nanoTime() > deadline) {
                throw new IOException("a Postgres still runs on " + data + ", processes " + workingIn(data));
            }
            pause();
        }
        Files.deleteIfExists(pidFile);
    }

    /** Processes whose working folder is this one: Postgres and all its children. */
    private static List<Long> workingIn(Path folder) throws IOException {
        Path real = folder.toRealPath();
        List<Long> found = new ArrayList<>();
        try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
            all.forEach(process -> {
                try {
                    if (Path.of("/proc", Long.toString(process.pid()), "cwd")
                            .toRealPath()
                            .equals(real)) {
                        found.add(process.pid());
                    }
                } catch (IOException e) {
                    // Ended meanwhile, or another user's: not ours.
                }
            });
        }
        return found;
    }

    private static void pause() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private int run(String program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(user.prefix());
        command.add(binaries.resolve("bin").resolve(program).toString());
        command.addAll(List.of(arguments));
        if (!Files.exists(log)) {
            Files.createFile(log);
        }
        user.take(Objects.requireNonNull(log.getParent()));
        user.take(log);
        // The server inherits these streams and would hold a pipe open for ever, hence a file.
        Process process = new ProcessBuilder(command)
                .directory(binaries.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        try {
            if (!process.waitFor(2L * WAIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException(program + " did not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(program + " was interrupted", e);
        }
        return process.exitValue();
    }

    /** The last complaint of Postgres, else its last line, after a colon; empty when it said nothing. */
    private String lastLine() throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            file.seek(Math.max(0, file.length() - TAIL_BYTES));
            byte[] tail = new byte[(int) (file.length() - file.getFilePointer())];
            file.readFully(tail);
            List<String> lines = new String(tail, StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank())
                    .toList();
            // What pg_ctl says last is where to look, which a reader of this line knows.
            return lines.stream()
                    .filter(line ->
                            line.contains("FATAL") || line.contains("PANIC") || line.startsWith("initdb: error"))
                    .reduce((first, last) -> last)
                    .or(() -> lines.stream().reduce((first, last) -> last))
                    .map(line -> ": " + line.strip())
                    .orElse("");
        }
    }

    public String jdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
    }

    public String user() {
        return PostgresRoles.SERVICE;
    }

    public String password() {
        return password;
    }

    public int port() {
        return port;
    }

    /** Stops it; open sessions are ended, committed rows are safe. */
    @Override
    public void close() {
        closing = true;
        synchronized (this) {
            stop();
        }
    }

    private void stop() {
        try {
            int status = run(
                    "pg_ctl", "-D", data.toString(), "-m", "fast", "-w", "-t", Integer.toString(WAIT_SECONDS), "stop");
            if (status != 0 && !workingIn(data).isEmpty()) {
                throw new IOException("pg_ctl stop ended with " + status + lastLine());
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("embedded Postgres did not stop", e);
        }
    }
}
