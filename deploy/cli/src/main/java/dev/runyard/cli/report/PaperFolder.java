package dev.runyard.cli.report;

import dev.runyard.cli.terminal.Failure;
import dev.runyard.spec.Nearest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The paper's experiments: a folder each, with a sweep for every size and the definition of its table.
 *
 * @param root of the repository, from which the paths in the sweeps lead
 */
record PaperFolder(Path root) {
    private static final String PLACE = "workers/vision/paper";

    /** Above what is installed, or around the folder in which the command is typed. */
    static PaperFolder found() {
        String installed = System.getProperty("runyard.installed");
        Path here = Path.of("").toAbsolutePath();
        for (Path at = installed == null ? here : Path.of(installed); at != null; at = at.getParent()) {
            if (Files.isDirectory(at.resolve(PLACE))) {
                return new PaperFolder(at);
            }
        }
        throw Failure.fault("there is no " + PLACE + " above " + here, "type it in the repository, by deploy/runyard");
    }

    Path sweep(String name, String size) throws IOException {
        Path file = folder(name).resolve(size + ".yaml");
        if (!Files.exists(file)) {
            throw Failure.badInput(
                    "the paper's " + name + " has no size " + size, "give --size " + String.join(" or ", sizes(name)));
        }
        return file;
    }

    /** One for this size alone, where its data have other names, or the one for all. */
    Path report(String name, String size) throws IOException {
        Path own = folder(name).resolve("report-" + size + ".yaml");
        return Files.exists(own) ? own : folder(name).resolve("report.yaml");
    }

    private Path folder(String name) throws IOException {
        List<String> names = names();
        if (!names.contains(name)) {
            throw Nearest.unknown("NAME", name, names, "UNKNOWN_VALUE");
        }
        return root.resolve(PLACE).resolve(name);
    }

    List<String> names() throws IOException {
        try (Stream<Path> folders = Files.list(root.resolve(PLACE))) {
            return folders.filter(folder -> Files.exists(folder.resolve("report.yaml")))
                    .map(folder -> String.valueOf(folder.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    private List<String> sizes(String name) throws IOException {
        try (Stream<Path> files = Files.list(folder(name))) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(file -> file.endsWith(".yaml") && !file.startsWith("report"))
                    .map(file -> file.substring(0, file.length() - 5))
                    .sorted()
                    .toList();
        }
    }
}
