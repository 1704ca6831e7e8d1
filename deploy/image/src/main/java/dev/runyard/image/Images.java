package dev.runyard.image;

import com.google.cloud.tools.jib.api.CacheDirectoryCreationException;
import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.ImageReference;
import com.google.cloud.tools.jib.api.InvalidImageReferenceException;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.JibContainer;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.RegistryException;
import com.google.cloud.tools.jib.api.RegistryImage;
import com.google.cloud.tools.jib.api.TarImage;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.FilePermissions;
import com.google.cloud.tools.jib.api.buildplan.Port;
import com.google.cloud.tools.jib.frontend.CredentialRetrieverFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;

/**
 * Puts an installation into images: below {@code /opt/runyard}, run by an account without rights, with a home that outlives the container
 * where a volume is put there. The same installation and base give the same image.
 *
 * @param installed a folder with {@code service}, {@code agent} and {@code cli}
 * @param command the script that starts the command line of an installation
 * @param base an image with Java 17 or newer and a C library of GNU, by its name or as {@code tar://FILE}; {@code scratch}: none
 * @param version of the product
 */
record Images(Path installed, Path command, String base, String version) {
    /** Of no account of the base. */
    private static final String OWNER = "10001:10001";

    private static final AbsoluteUnixPath ROOT = AbsoluteUnixPath.get("/opt/runyard");
    private static final AbsoluteUnixPath HOME = AbsoluteUnixPath.get("/var/lib/runyard");
    private static final AbsoluteUnixPath ARTIFACTS = AbsoluteUnixPath.get("/artifacts");
    private static final Instant TIME = Instant.EPOCH.plusSeconds(1);
    private static final String PATH =
            "/opt/runyard/bin:/opt/java/openjdk/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /** Why no image was made, in one line with the remedy. */
    static final class Unmade extends Exception {
        private static final long serialVersionUID = 1L;

        Unmade(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** @return a file that {@code docker load} and its like read */
    Path save(Part part, Path folder) throws Unmade, InterruptedException {
        Path file = folder.resolve(part.image() + "-" + version + ".tar");
        try {
            make(part, Containerizer.to(TarImage.at(file).named(part.image() + ":" + version)));
        } catch (InvalidImageReferenceException e) {
            throw new Unmade(version + " is no tag of an image", e);
        }
        return file;
    }

    /**
     * Signs in as the container engine of this account would ({@code ~/.docker/config.json}).
     *
     * @param registry with a path where it wants one: {@code registry.example.org/lab}
     * @return the image's name
     */
    String push(Part part, String registry) throws Unmade, InterruptedException {
        String name = registry.replaceFirst("/+$", "") + "/" + part.image() + ":" + version;
        try {
            ImageReference reference = ImageReference.parse(name);
            RegistryImage image = RegistryImage.named(reference)
                    .addCredentialRetriever(CredentialRetrieverFactory.forImage(reference, event -> {})
                            .dockerConfig());
            make(part, Containerizer.to(image));
        } catch (InvalidImageReferenceException e) {
            throw new Unmade("\"" + name + "\" is no name of an image; write --push registry.example.org/lab", e);
        }
        return name;
    }

    JibContainer make(Part part, Containerizer to) throws Unmade, InterruptedException {
        try {
            JibContainerBuilder image = base.equals("scratch") ? Jib.fromScratch() : Jib.from(base);
            for (String folder : part.folders()) {
                image.addFileEntriesLayer(layer(folder));
            }
            return image.addFileEntriesLayer(around())
                    .setEntrypoint(part.entrypoint())
                    .setProgramArguments(part.arguments())
                    .setEnvironment(Map.of("RUNYARD_HOME", HOME.toString(), "LC_ALL", "C.UTF-8", "PATH", PATH))
                    .setExposedPorts(part == Part.SERVICE ? Set.of(Port.tcp(8080)) : Set.of())
                    .setVolumes(HOME)
                    .setUser(OWNER)
                    .setWorkingDirectory(HOME)
                    .setLabels(Map.of(
                            "org.opencontainers.image.title",
                            part.image(),
                            "org.opencontainers.image.version",
                            version,
                            "org.opencontainers.image.licenses",
                            "Apache-2.0"))
                    .setCreationTime(TIME)
                    .containerize(to.setToolName("runyard").setAlwaysCacheBaseImage(false));
        } catch (InvalidImageReferenceException e) {
            throw new Unmade("\"" + base + "\" is no name of an image; write --base eclipse-temurin:17-jre", e);
        } catch (IOException | RegistryException | CacheDirectoryCreationException | ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new Unmade(
                    "the image of " + part.image() + " was not made (" + cause.getMessage()
                            + "); check --base and --push, and that their registries are reached",
                    e);
        }
    }

    private FileEntriesLayer layer(String folder) throws IOException {
        Path from = installed.resolve(folder);
        FileEntriesLayer.Builder layer = FileEntriesLayer.builder().setName(folder);
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.sorted().toList()) {
                layer.addEntry(
                        file,
                        ROOT.resolve(folder).resolve(from.relativize(file)),
                        Files.isDirectory(file)
                                ? FilePermissions.DEFAULT_FOLDER_PERMISSIONS
                                : FilePermissions.DEFAULT_FILE_PERMISSIONS,
                        TIME);
            }
        }
        return layer.build();
    }

    /** The command, and folders that volumes take their owner from. */
    private FileEntriesLayer around() throws IOException {
        Path empty = installed; // as a folder: what lies in it is not taken
        FileEntriesLayer.Builder layer = FileEntriesLayer.builder()
                .setName("around")
                .addEntry(command, ROOT.resolve("bin/runyard"), FilePermissions.fromOctalString("755"), TIME);
        for (AbsoluteUnixPath folder : List.of(HOME, ARTIFACTS)) {
            layer.addEntry(empty, folder, FilePermissions.fromOctalString("700"), TIME, OWNER);
        }
        return layer.build();
    }
}
