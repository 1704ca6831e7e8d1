package dev.runyard.image;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code deploy/image/build}. */
@Command(
        name = "deploy/image/build",
        mixinStandardHelpOptions = true,
        description = "Make container images of service and worker; no container engine is needed.")
final class ImageBuild implements Callable<Integer> {
    private static final String BASE = "eclipse-temurin:17-jre";

    @Option(names = "--installed", required = true, hidden = true)
    Path installed;

    @Option(names = "--command", required = true, hidden = true)
    Path command;

    @Option(names = "--version-of", required = true, hidden = true)
    String version;

    @Option(
            names = "--base",
            paramLabel = "IMAGE",
            defaultValue = BASE,
            description =
                    "What they are put upon: Java 17 or newer on Linux with glibc, by name, better with its digest, or as"
                            + " tar://FILE. Default: " + BASE + ".")
    String base;

    @Option(
            names = "--out",
            paramLabel = "FOLDER",
            description = "Write files for \"docker load\" there. Default: deploy/target, unless --push is given.")
    @Nullable
    Path out;

    @Option(
            names = "--push",
            paramLabel = "REGISTRY",
            description = "Send them there: registry.example.org/lab. Signed in to as the engine's own command did.")
    @Nullable
    String push;

    public static void main(String... arguments) {
        System.exit(new CommandLine(new ImageBuild()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Images images = new Images(installed, command, base, version);
        try {
            for (Part part : Part.values()) {
                if (push != null) {
                    System.out.println(images.push(part, push));
                }
                if (out != null || push == null) {
                    Path folder = out == null ? installed.resolve("../..").normalize() : out;
                    Files.createDirectories(folder);
                    System.out.println(images.save(part, folder));
                }
            }
            return 0;
        } catch (Images.Unmade e) {
            System.err.println("runyard: " + e.getMessage());
            return 1;
        }
    }
}
