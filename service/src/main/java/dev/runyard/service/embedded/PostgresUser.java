package dev.runyard.service.embedded;

import dev.runyard.service.boot.StartFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Postgres refuses to run as root, so root hands it to someone else. Who that is follows from the owner of an existing data
 * folder: a folder made under one of the ways does not start under the other.
 *
 * @param prefix put before every Postgres command; empty when this user is not root
 * @param owner uid that must own the data folder
 */
record PostgresUser(List<String> prefix, int owner) {
    private static final int NOBODY = 65_534;

    static PostgresUser of(Path data) {
        try {
            int self = uid(Path.of("/proc/self"));
            if (self != 0) {
                return new PostgresUser(List.of(), self);
            }
            if (Files.exists(data.resolve("PG_VERSION"))) {
                int owner = uid(data);
                return owner == 0 ? namespace() : switched(owner);
            }
            return namespace().works() ? namespace() : switched(NOBODY);
        } catch (IOException e) {
            throw new StartFailure(
                    "cannot tell who owns " + data, "set RUNYARD_DB_URL to a Postgres server of your own", e);
        }
    }

    /** A user namespace without a mapping: root's files, but no longer uid 0. */
    private static PostgresUser namespace() {
        return new PostgresUser(List.of("unshare", "-U", "--"), 0);
    }

    private static PostgresUser switched(int uid) {
        return new PostgresUser(List.of("setpriv", "--reuid=" + uid, "--regid=" + uid, "--clear-groups", "--"), uid);
    }

    /** Every folder above must let the user through, so this fails below root's own home. */
    void take(Path folder) throws IOException {
        if (prefix.isEmpty() || owner == 0) {
            return;
        }
        Files.setAttribute(folder, "unix:uid", owner);
        Files.setAttribute(folder, "unix:gid", owner);
    }

    /** Whether a command can be run this way here; user namespaces may be switched off. */
    private boolean works() {
        List<String> command = new ArrayList<>(prefix);
        command.add("true");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static int uid(Path path) throws IOException {
        return (Integer) Files.getAttribute(path, "unix:uid");
    }
}
