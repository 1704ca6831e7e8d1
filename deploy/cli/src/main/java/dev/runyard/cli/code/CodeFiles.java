package dev.runyard.cli.code;

import dev.runyard.cli.terminal.Failure;
import dev.runyard.spec.run.CodeSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.jgit.ignore.IgnoreNode;
import org.jspecify.annotations.Nullable;

/** The files of a folder that git would track, by its .gitignore files; whether it is a repository or not. */
final class CodeFiles {
    private static final int MOST_FILES = 20_000;
    private static final int SHOWN = 3;

    private final Path folder;
    private final List<Ignored> rules = new ArrayList<>();
    private final List<File> files = new ArrayList<>();

    /** Rules of one .gitignore, which hold below its folder. */
    private record Ignored(Path folder, IgnoreNode node) {}

    /** @param name from the folder, with slashes */
    record File(String name, Path path, long size) {}

    private CodeFiles(Path folder) {
        this.folder = folder;
    }

    /**
     * In the order of their names.
     *
     * @param above a repository's root around the folder, whose rules hold too; null: none
     * @throws Failure for what cannot be packed, with what to do about it
     */
    static List<File> of(Path folder, @Nullable Path above) {
        CodeFiles found = new CodeFiles(folder);
        try {
            for (Path at = above; at != null && !at.equals(folder); at = next(at, folder)) {
                found.rules(at);
            }
            found.walk(folder);
        } catch (AccessDeniedException e) {
            throw Failure.badInput("code: " + e.getFile() + " may not be read", "check its rights, or ignore it");
        } catch (IOException e) {
            throw Failure.fault("code: " + folder + " cannot be read (" + e.getMessage() + ")", "check the disk", e);
        }
        found.small();
        return found.files;
    }

    /** One folder further down. */
    private static Path next(Path at, Path folder) {
        return at.resolve(at.relativize(folder).getName(0));
    }

    private void walk(Path at) throws IOException {
        int before = rules.size();
        rules(at);
        List<Path> children;
        try (Stream<Path> all = Files.list(at)) {
            children = all.sorted().toList();
        }
        for (Path child : children) {
            BasicFileAttributes is = Files.readAttributes(child, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (Objects.toString(child.getFileName(), "").equals(".git") || ignored(child, is.isDirectory())) {
                continue;
            }
            if (is.isDirectory()) {
                walk(child);
            } else {
                add(child, is);
            }
        }
        rules.subList(before, rules.size()).clear();
    }

    private void rules(Path at) throws IOException {
        Path file = at.resolve(".gitignore");
        if (Files.isRegularFile(file)) {
            IgnoreNode node = new IgnoreNode();
            try (InputStream in = Files.newInputStream(file)) {
                node.parse(in);
            }
            rules.add(new Ignored(at, node));
        }
    }

    /** The rules nearest to it speak first. */
    private boolean ignored(Path path, boolean isFolder) {
        for (int i = rules.size() - 1; i >= 0; i--) {
            Ignored rule = rules.get(i);
            Boolean said = rule.node().checkIgnored(spelled(rule.folder().relativize(path)), isFolder);
            if (said != null) {
                return said;
            }
        }
        return false;
    }

    private void add(Path path, BasicFileAttributes is) throws IOException {
        String name = spelled(folder.relativize(path));
        Path real = path;
        long size = is.size();
        if (is.isSymbolicLink()) {
            real = leads(path, name);
            size = Files.size(real);
        } else if (!is.isRegularFile()) {
            throw Failure.badInput(
                    "code: " + name + " is a socket, a pipe or a device", "remove it, or add it to .gitignore");
        }
        if (size > CodeSpec.MOST_BYTES) {
            throw tooLarge(List.of(new File(name, real, size)), size);
        }
        files.add(new File(name, real, size));
        if (files.size() > MOST_FILES) {
            throw Failure.badInput(
                    "code: " + folder + " has more than " + MOST_FILES + " files",
                    "name a smaller folder, or add what the program does not need to .gitignore");
        }
    }

    /** A link to a file of the folder is packed as that file. */
    private Path leads(Path path, String name) throws IOException {
        Path real;
        try {
            real = path.toRealPath();
        } catch (IOException e) {
            throw Failure.badInput("code: " + name + " is a link that leads nowhere", "remove it, or ignore it");
        }
        if (!real.startsWith(folder.toRealPath())) {
            throw Failure.badInput(
                    "code: " + name + " is a link out of the folder, to " + real,
                    "add it to .gitignore, and name what it leads to by its whole path, for example in params");
        }
        if (!Files.isRegularFile(real)) {
            throw Failure.badInput("code: " + name + " is a link to a folder", "add it to .gitignore");
        }
        return real;
    }

    private void small() {
        long all = files.stream().mapToLong(File::size).sum();
        if (all > CodeSpec.MOST_BYTES) {
            throw tooLarge(files, all);
        }
        if (files.isEmpty()) {
            throw Failure.badInput("code: " + folder + " has no files but ignored ones", "name the program's folder");
        }
    }

    private static Failure tooLarge(List<File> files, long all) {
        String largest = files.stream()
                .sorted(Comparator.comparingLong(File::size).reversed())
                .limit(SHOWN)
                .map(file -> file.name() + " (" + megabytes(file.size()) + ")")
                .collect(Collectors.joining(", "));
        return Failure.badInput(
                "code: " + megabytes(all) + " are more than the " + megabytes(CodeSpec.MOST_BYTES)
                        + " that travel with a run; the largest: " + largest,
                "add data and weights to .gitignore, and name them by their whole path");
    }

    private static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
    }

    private static String spelled(Path path) {
        return path.toString().replace(java.io.File.separatorChar, '/');
    }
}
