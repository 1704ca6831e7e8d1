package dev.runyard.service.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.runyard.service.boot.Home;
import dev.runyard.service.boot.StartFailure;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EmbeddedPostgresTest {
    @TempDir
    Path home;

    /** What the killed process runs: start, one committed row, then wait to be killed. */
    public static void main(String[] arguments) throws Exception {
        // Held to the end: a lock that nobody refers to is given back with the next collection.
        try (Home home = Home.open(Path.of(arguments[0]))) {
            EmbeddedPostgres postgres = EmbeddedPostgres.start(home.folder(), Path.of(arguments[1]));
            run(postgres, "create table kept(n int); insert into kept values (42)");
            System.out.println("committed");
            Thread.sleep(600_000);
        }
    }

    @Test
    void aKilledServicesRowsAreThereAtTheNextStart() throws Exception {
        linux();
        Process child = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("surefire.real.class.path", System.getProperty("java.class.path")),
                        EmbeddedPostgresTest.class.getName(),
                        home.toString(),
                        PostgresSource.shared().toString()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertThat(child.inputReader().readLine()).isEqualTo("committed");
            assertThatThrownBy(() -> Home.open(home))
                    .isInstanceOf(StartFailure.class)
                    .hasMessageContaining("pid " + child.pid())
                    .hasMessageContaining("runyard down");
        } finally {
            child.destroyForcibly();
        }
        assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(home.resolve("postgres/postmaster.pid")).exists();
        try (Home held = Home.open(home);
                EmbeddedPostgres again = EmbeddedPostgres.start(held.folder(), PostgresSource.shared())) {
            assertThat(number(again, "select n from kept")).isEqualTo(42);
            assertThat(text(again, "show fsync")).isEqualTo("on");
        }
        assertThat(home.resolve("postgres/postmaster.pid")).doesNotExist();
    }

    @Test
    void aPidFileThatNamesAnotherProcessIsALeftover() throws Exception {
        linux();
        try (EmbeddedPostgres first = EmbeddedPostgres.start(home, PostgresSource.shared())) {
            run(first, "create table kept(n int); insert into kept values (7)");
        }
        // This test's own process: alive, and no Postgres. It must not be signalled.
        Files.writeString(
                home.resolve("postgres/postmaster.pid"),
                ProcessHandle.current().pid() + "\n" + home.resolve("postgres") + "\n");
        try (EmbeddedPostgres again = EmbeddedPostgres.start(home, PostgresSource.shared())) {
            assertThat(number(again, "select n from kept")).isEqualTo(7);
        }
    }

    @Test
    void aKilledPostmasterIsStartedAgainAtItsPort() throws Exception {
        linux();
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(home, PostgresSource.shared());
                Connection busy = connect(postgres)) {
            run(postgres, "create table kept(n int); insert into kept values (1)");
            int port = postgres.port();
            // A backend that computes does not notice that its postmaster is gone.
            Thread spinning = new Thread(() -> {
                try (var statement = busy.createStatement()) {
                    statement.execute("select count(*) from generate_series(1, 100000000000)");
                } catch (SQLException e) {
                    // ended with its server
                }
            });
            spinning.start();
            for (int kill = 0; kill < 2; kill++) {
                kill(home);
                awaitNumber(postgres, "select n from kept", 1);
                assertThat(postgres.port()).isEqualTo(port);
            }
            spinning.join(10_000);
            assertThat(spinning.isAlive()).isFalse();
        }
        assertThat(EmbeddedPostgres.trouble()).isEmpty();
    }

    /** A disk that is full ends Postgres when it needs another segment of its log. */
    @Test
    void aFullDiskIsWaitedForAndNothingThatWasCommittedIsLost() throws Exception {
        linux();
        Path disk = Files.createDirectory(home.resolve("disk"));
        assumeTrue(
                new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=120m,mode=0777", "tmpfs", disk.toString())
                                .start()
                                .waitFor()
                        == 0,
                "skipped: only root can mount a small disk");
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(disk, PostgresSource.shared())) {
            run(postgres, "create table kept(n int); insert into kept values (1); create table wide(t text)");
            Path filler = disk.resolve("filler");
            fill(filler);
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 100; i++) {
                            run(
                                    postgres,
                                    "insert into wide select repeat(md5(n::text), 50) from generate_series(1, 2000) n");
                            run(postgres, "update kept set n = n + 1");
                        }
                    })
                    .isInstanceOf(SQLException.class);
            // Also when it ends altogether, as it does when its log cannot grow, and somebody takes every page that it
            // frees.
            Thread greedy = greedy(filler);
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (!EmbeddedPostgres.trouble().orElse("").contains("No space left on device")
                    && System.nanoTime() < end) {
                kill(disk);
                Thread.sleep(300);
            }
            assertThat(EmbeddedPostgres.trouble())
                    .hasValueSatisfying(why -> assertThat(why).contains("No space left on device"));
            greedy.interrupt();
            greedy.join();
            Files.delete(filler);
            long freed = System.nanoTime();
            int kept = awaitNumber(postgres, "select n from kept", -1);
            assertThat(kept).isPositive();
            assertThat(System.nanoTime() - freed).isLessThan(TimeUnit.SECONDS.toNanos(15));
            run(postgres, "insert into wide values ('after')");
        } finally {
            new ProcessBuilder("umount", disk.toString()).start().waitFor();
        }
    }

    private static void fill(Path filler) throws IOException {
        byte[] block = new byte[1 << 20];
        try (var out = Files.newOutputStream(filler)) {
            for (int i = 0; i < 200; i++) {
                out.write(block);
            }
        } catch (IOException e) {
            return; // full
        }
        throw new IllegalStateException("the disk is larger than it should be");
    }

    private static Thread greedy(Path filler) {
        Thread thread = new Thread(() -> {
            byte[] page = new byte[4_096];
            while (!Thread.currentThread().isInterrupted()) {
                try {
                    Files.write(filler, page, java.nio.file.StandardOpenOption.APPEND);
                } catch (IOException e) {
                    // full, for now
                }
            }
        });
        thread.start();
        return thread;
    }

    /** Its postmaster, and nobody who got that number since. */
    private static void kill(Path home) throws IOException {
        Path data = home.resolve("postgres");
        try {
            String pid =
                    Files.readAllLines(data.resolve("postmaster.pid")).get(0).strip();
            if (Path.of("/proc", pid, "cwd").toRealPath().equals(data.toRealPath())) {
                ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
            }
        } catch (NoSuchFileException e) {
            // It does not run.
        }
    }

    /** @param expected -1: any */
    private static int awaitNumber(EmbeddedPostgres postgres, String sql, int expected) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
        while (true) {
            try {
                int number = number(postgres, sql);
                if (expected < 0 || number == expected) {
                    return number;
                }
            } catch (SQLException e) {
                if (System.nanoTime() > end) {
                    throw e;
                }
            }
            Thread.sleep(100);
        }
    }

    @Test
    void aDatabaseOfAnotherMajorVersionIsRefusedWithTheWayOut() throws Exception {
        linux();
        Files.createDirectories(home.resolve("postgres"));
        Files.writeString(home.resolve("postgres/PG_VERSION"), "17\n");
        assertThatThrownBy(() -> EmbeddedPostgres.start(home, PostgresSource.shared()))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("Postgres 17")
                .hasMessageContaining(PostgresBinaries.MAJOR)
                .hasMessageContaining("dump");
        assertThat(home.resolve("postgres/PG_VERSION")).hasContent("17");
    }

    @Test
    void aHomeThatOthersCanEnterIsClosed() throws Exception {
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
        Home.open(home).close();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home)))
                .isEqualTo("rwx------");
    }

    @Test
    void itAsksForItsPassword() throws Exception {
        linux();
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(home, PostgresSource.shared())) {
            assertThatThrownBy(() -> DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), "wrong")
                            .close())
                    .isInstanceOf(SQLException.class);
            for (String secret : List.of("postgres.secret", "service.secret")) {
                assertThat(Files.getPosixFilePermissions(home.resolve(secret))).hasSize(2);
            }
        }
    }

    @Test
    void theServicesRoleReachesNothingButItsSchema() throws Exception {
        linux();
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(home, PostgresSource.shared())) {
            assertThat(text(postgres, "select rolsuper from pg_roles where rolname = current_user"))
                    .isEqualTo("f");
            Path secret = home.resolve("postgres.secret");
            for (String sql : List.of(
                    "copy (select 1) to program 'true'",
                    "copy (select 1) to '/tmp/runyard-never'",
                    "create temporary table t (line text); copy t from '" + secret + "'",
                    "create temporary table t (line text); copy t from program 'id'",
                    "select pg_read_file('" + secret + "')",
                    "select pg_read_binary_file('" + secret + "')",
                    "select pg_ls_dir('.')",
                    "select lo_import('" + secret + "')",
                    "select rolpassword from pg_authid",
                    "create role more superuser",
                    "alter role runyard_service superuser",
                    "alter role runyard password 'x'",
                    "set role runyard",
                    "set session authorization runyard",
                    "grant pg_execute_server_program to runyard_service",
                    "create database more",
                    "create schema more",
                    "create extension file_fdw",
                    "create function f() returns int language c as 'libc', 'abs'",
                    "alter system set shared_preload_libraries = 'x'",
                    "load 'auto_explain'")) {
                assertThatThrownBy(() -> run(postgres, sql))
                        .as(sql)
                        .isInstanceOf(SQLException.class)
                        .hasMessageMatching(
                                "(?s).*(permission denied|must be|cannot be|not permitted|not allowed|Only roles).*");
            }
            run(postgres, "create table own (id int generated always as identity primary key)");
            run(postgres, "vacuum analyze own");
        }
    }

    @Test
    void aHomeWhoseRoleWasASuperuserKeepsItsRowsAndLosesTheSuperuser() throws Exception {
        linux();
        try (EmbeddedPostgres first = EmbeddedPostgres.start(home, PostgresSource.shared());
                Connection old = DriverManager.getConnection(
                        first.jdbcUrl(),
                        "runyard",
                        Files.readString(home.resolve("postgres.secret")).strip());
                var statement = old.createStatement()) {
            // As 0.1.0 left it: one role, which made everything and may do everything.
            statement.execute("alter schema public owner to pg_database_owner");
            statement.execute("drop owned by runyard_service");
            statement.execute("drop role runyard_service");
            statement.execute("grant connect on database postgres to public");
            statement.execute("create table kept (id bigint generated always as identity primary key, n int)");
            statement.execute("create unlogged table beat (n int)");
            statement.execute("create sequence beats");
            statement.execute("create view seen as select n from kept");
            statement.execute("create function twice(n int) returns int language sql as 'select 2 * n'");
            statement.execute("insert into kept (n) values (42)");
        }
        Files.delete(home.resolve("service.secret"));
        for (int start = 1; start <= 2; start++) {
            try (EmbeddedPostgres again = EmbeddedPostgres.start(home, PostgresSource.shared())) {
                assertThat(again.user()).isEqualTo("runyard_service");
                assertThat(number(again, "select n from seen")).isEqualTo(42);
                assertThat(number(again, "select twice(nextval('beats')::int)")).isEqualTo(2 * start);
                assertThat(text(
                                again,
                                "select string_agg(distinct tableowner, ',') from pg_tables"
                                        + " where schemaname = 'public'"))
                        .isEqualTo("runyard_service");
                run(again, "insert into kept (n) values (1); alter table kept add column more" + start + " int");
                run(again, "truncate beat; drop index if exists none; create index on kept (n)");
                assertThatThrownBy(() -> run(again, "copy kept to program 'true'"))
                        .isInstanceOf(SQLException.class);
            }
        }
    }

    @Test
    void anArchiveThatLeadsOutsideIsRefused() throws Exception {
        Path target = Files.createDirectory(home.resolve("target"));
        for (byte[] archive : List.of(archive("../outside", null), archive("link", "../../etc"))) {
            assertThatThrownBy(() -> PostgresBinaries.unpack(new ByteArrayInputStream(archive), target))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("outside");
        }
        assertThat(home.resolve("outside")).doesNotExist();
    }

    private static byte[] archive(String name, String link) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(new XZCompressorOutputStream(bytes))) {
            byte[] content = "x".getBytes(StandardCharsets.US_ASCII);
            TarArchiveEntry entry =
                    link == null ? new TarArchiveEntry(name) : new TarArchiveEntry(name, TarArchiveEntry.LF_SYMLINK);
            if (link == null) {
                entry.setSize(content.length);
            } else {
                entry.setLinkName(link);
            }
            tar.putArchiveEntry(entry);
            if (link == null) {
                tar.write(content);
            }
            tar.closeArchiveEntry();
        }
        return bytes.toByteArray();
    }

    private static void linux() {
        assumeTrue(
                System.getProperty("os.name").equals("Linux")
                        && System.getProperty("os.arch").equals("amd64"),
                "the embedded Postgres is for Linux on x86-64");
    }

    private static Connection connect(EmbeddedPostgres postgres) throws SQLException {
        return DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
    }

    private static void run(EmbeddedPostgres postgres, String sql) throws SQLException {
        try (Connection connection = connect(postgres);
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static int number(EmbeddedPostgres postgres, String sql) throws SQLException {
        return Integer.parseInt(text(postgres, sql));
    }

    private static String text(EmbeddedPostgres postgres, String sql) throws SQLException {
        try (Connection connection = connect(postgres);
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            assertThat(rows.next()).isTrue();
            return rows.getString(1);
        }
    }
}
