package dev.runyard.agent.program;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A program in a session and process group of its own. A shell leads the group: it is gone when this process is, however that ends, and
 * takes the group with it, and what left the group, which is found by a variable that only this program's processes have.
 */
final class ProcessGroup implements AutoCloseable {
    /** Whose value tells the processes of one attempt from all others. */
    static final String MARK = "RUNYARD_ATTEMPT_ID";

    /** An exit code beyond it is a signal's number more than it, as shells tell. */
    static final int SIGNALLED = 128;

    /** A signal that a handler catches interrupts wait; what the program ignores or handles must not end its leader. */
    private static final String LEADER = """
            trap : TERM INT HUP
            exec 3<&0
            "$@" </dev/null 3<&- &
            child=$!
            ( trap '' TERM INT HUP
              read -r line <&3
              for environ in $(grep -lszxF "RUNYARD_ATTEMPT_ID=$RUNYARD_ATTEMPT_ID" /proc/[0-9]*/environ); do
                process=${environ#/proc/}; process=${process%/environ}
                [ "$(sed 's/.*) //' "/proc/$process/stat" | cut -d' ' -f3)" = "$$" ] || kill -KILL "$process"
              done
              kill -KILL 0 ) </dev/null >/dev/null 2>&1 &
            watch=$!
            exec 3<&-
            while :; do
              wait "$child"; code=$?
              kill -0 "$child" 2>/dev/null || break
            done
            kill -KILL "$watch" 2>/dev/null
            exit "$code"
            """;

    private static final Path PROC = Path.of("/proc");

    private final Process leader;
    private final String mark;
    private final boolean grouped;

    private ProcessGroup(Process leader, String mark, boolean grouped) {
        this.leader = leader;
        this.mark = mark;
        this.grouped = grouped;
    }

    /**
     * @param environment all of it, but {@link #MARK}
     * @param mark of the attempt
     */
    static ProcessGroup start(List<String> command, Path folder, Map<String, String> environment, String mark)
            throws IOException {
        boolean grouped = Files.isExecutable(Path.of("/usr/bin/setsid")) || Files.isExecutable(Path.of("/bin/setsid"));
        List<String> whole = new ArrayList<>();
        if (grouped) {
            whole.add("setsid");
        }
        whole.addAll(List.of("/bin/sh", "-c", LEADER, "runyard"));
        whole.addAll(command);
        ProcessBuilder builder =
                new ProcessBuilder(whole).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(environment);
        builder.environment().put(MARK, mark);
        return new ProcessGroup(builder.start(), mark, grouped);
    }

    /** What it prints, of both streams in the order printed. */
    InputStream output() {
        return leader.getInputStream();
    }

    boolean await(Duration most) throws InterruptedException {
        return leader.waitFor(most.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Of a program that ended. */
    int exit() {
        return leader.exitValue();
    }

    /** Asks all of them to end. */
    void terminate() {
        signal("TERM");
    }

    /** Ends all of them: the group, and whatever left it. */
    void kill() {
        signal("KILL");
        // One that forks faster than it is found is found the next time.
        for (int i = 0; i < 20; i++) {
            Set<ProcessHandle> left = members();
            if (left.isEmpty()) {
                return;
            }
            left.forEach(ProcessHandle::destroyForcibly);
            pause();
        }
    }

    /** Ends what a worker that is gone left of an attempt. */
    static void killLeft(String mark) {
        for (int i = 0; i < 20; i++) {
            Set<ProcessHandle> left = marked(mark);
            if (left.isEmpty()) {
                return;
            }
            left.forEach(ProcessHandle::destroyForcibly);
            pause();
        }
    }

    /** Its living processes, the leader among them. */
    Set<ProcessHandle> members() {
        Set<ProcessHandle> all = new LinkedHashSet<>();
        if (leader.isAlive()) {
            all.add(leader.toHandle());
            leader.toHandle().descendants().filter(ProcessHandle::isAlive).forEach(all::add);
        }
        all.addAll(marked(mark));
        return all;
    }

    @Override
    public void close() {
        kill();
        try {
            leader.getOutputStream().close();
            leader.getInputStream().close();
        } catch (IOException e) {
            // it is gone
        }
    }

    /** Those of this account that have the mark in their environment; none where the system does not tell. */
    private static Set<ProcessHandle> marked(String mark) {
        Set<ProcessHandle> found = new LinkedHashSet<>();
        if (!Files.isDirectory(PROC)) {
            return found;
        }
        String entry = MARK + "=" + mark;
        try (Stream<Path> all = Files.list(PROC)) {
            all.map(path -> Objects.toString(path.getFileName(), ""))
                    .filter(name -> name.matches("\\d{1,10}"))
                    .filter(pid -> has(pid, entry))
                    .forEach(pid -> ProcessHandle.of(Long.parseLong(pid))
                            .filter(ProcessHandle::isAlive)
                            .ifPresent(found::add));
        } catch (IOException | java.io.UncheckedIOException e) {
            // what was found counts
        }
        return found;
    }

    private static boolean has(String pid, String entry) {
        try {
            String environment =
                    new String(Files.readAllBytes(PROC.resolve(pid).resolve("environ")), StandardCharsets.ISO_8859_1);
            return ("\0" + environment).contains("\0" + entry + "\0");
        } catch (IOException e) {
            return false; // it ended, or is another account's
        }
    }

    private void signal(String name) {
        if (!leader.isAlive()) {
            return;
        }
        if (!grouped) {
            members().forEach(name.equals("KILL") ? ProcessHandle::destroyForcibly : ProcessHandle::destroy);
            return;
        }
        try {
            new ProcessBuilder("/bin/sh", "-c", "kill -" + name + " -" + leader.pid())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor(10, TimeUnit.SECONDS);
        } catch (IOException e) {
            leader.destroyForcibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
