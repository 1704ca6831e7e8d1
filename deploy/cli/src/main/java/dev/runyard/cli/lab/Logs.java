package dev.runyard.cli.lab;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The folder in which each process of a lab writes its log. A log that has grown too long moves to {@code NAME.log.1}, older ones to
 * {@code .2} and {@code .3}. Its writer keeps the file open and goes on at its new end, which needs it to append; a line written in
 * the instant between the copy and the cut is lost.
 *
 * @param most bytes of one log
 */
record Logs(Path folder, long most) {
    private static final long MOST = 16 << 20;
    private static final int KEPT = 3;
    private static final int MOST_CRASH_REPORTS = 10;
    private static final int TAIL_BYTES = 64 << 10;

    Logs(Path folder) {
        this(folder, MOST);
    }

    void rotate() throws IOException {
        for (Path log : files("*.log")) {
            try {
                if (Files.size(log) > most) {
                    rotate(log);
                }
            } catch (NoSuchFileException e) {
                // Gone meanwhile.
            }
        }
        List<Path> crashes = files("crash-*.log");
        for (Path old : crashes.subList(0, Math.max(0, crashes.size() - MOST_CRASH_REPORTS))) {
            Files.deleteIfExists(old);
        }
    }

    private static void rotate(Path log) throws IOException {
        for (int i = KEPT; i > 1; i--) {
            Path younger = numbered(log, i - 1);
            if (Files.exists(younger)) {
                Files.move(younger, numbered(log, i), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        try (FileChannel from = FileChannel.open(log, StandardOpenOption.READ, StandardOpenOption.WRITE);
                FileChannel to = FileChannel.open(
                        numbered(log, 1),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            long copied = 0;
            while (copied < from.size()) {
                copied += from.transferTo(copied, from.size() - copied, to);
            }
            from.truncate(0);
        }
    }

    private static Path numbered(Path log, int number) {
        return log.resolveSibling(log.getFileName() + "." + number);
    }

    /** Oldest first. */
    private List<Path> files(String pattern) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> found = Files.list(folder)) {
            return found.filter(folder.getFileSystem().getPathMatcher("glob:**/" + pattern)::matches)
                    .sorted(Comparator.comparingLong(file -> file.toFile().lastModified()))
                    .toList();
        }
    }

    /** The lines at the end of a log, at most {@value #TAIL_BYTES} bytes of them, and none from before {@code from}. */
    static List<String> tail(Path log, long from) throws IOException {
        try (FileChannel channel = FileChannel.open(log)) {
            long start = Math.max(from, channel.size() - TAIL_BYTES);
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.max(0, channel.size() - start));
            int read = 0;
            while (read >= 0 && bytes.hasRemaining()) {
                read = channel.read(bytes, start + bytes.position());
            }
            return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }
}
