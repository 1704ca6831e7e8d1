package dev.runyard.agent.program;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * What of a checkpoint folder has stayed as it is for a while: that much can be kept of a program that marks nothing, as most do. Each
 * folder directly in it is looked at by itself, and the files directly in it together, since a program writes those one after the other.
 * A file that grows, or is written anew, changes its size or time; one that is held open for {@link #WHILE} without a byte is taken as it is.
 */
final class Settled {
    /** Two looks, and what a heartbeat takes to tell how far the program was when it wrote. */
    static final Duration WHILE = Duration.ofSeconds(10);

    /** The files directly in the folder. */
    static final String FILES = "";

    private final Path folder;
    private final LongSupplier clock;
    private final Map<String, Unit> units = new TreeMap<>();

    private record Seen(String key, long size, FileTime modified) {}

    private record Unit(Map<String, Seen> files, long since) {}

    /** @param clock nanoseconds */
    Settled(Path folder, LongSupplier clock) {
        this.folder = folder;
        this.clock = clock;
    }

    /** Looks, and answers what of it has not changed for long enough: names of folders, and {@link #FILES}. */
    Set<String> look() throws IOException {
        long now = clock.getAsLong();
        Map<String, Map<String, Seen>> there = new TreeMap<>();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted().toList()) {
                BasicFileAttributes is =
                        Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
                if (!is.isDirectory()) {
                    Path name = folder.relativize(path);
                    there.computeIfAbsent(unit(name.toString()), u -> new TreeMap<>())
                            .put(
                                    name.toString(),
                                    new Seen(String.valueOf(is.fileKey()), is.size(), is.lastModifiedTime()));
                }
            }
        } catch (java.io.UncheckedIOException e) {
            throw e.getCause();
        }
        units.keySet().retainAll(there.keySet());
        Set<String> still = new TreeSet<>();
        there.forEach((name, files) -> {
            Unit before = units.get(name);
            if (before == null || !before.files().equals(files)) {
                units.put(name, new Unit(files, now));
            } else if (now - before.since() >= WHILE.toNanos()) {
                still.add(name);
            }
        });
        return still;
    }

    /** What there was at the last look. */
    Set<String> there() {
        return Set.copyOf(units.keySet());
    }

    /** What a file belongs to. */
    static String unit(String path) {
        int slash = path.indexOf('/');
        return slash < 0 ? FILES : path.substring(0, slash);
    }
}
