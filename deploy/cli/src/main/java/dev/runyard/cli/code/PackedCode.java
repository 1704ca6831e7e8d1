package dev.runyard.cli.code;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.cli.terminal.Failure;
import dev.runyard.cli.terminal.GivenPath;
import dev.runyard.spec.Sha256;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.run.CodeSpec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.eclipse.jgit.diff.DiffFormatter;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.treewalk.CanonicalTreeParser;
import org.eclipse.jgit.treewalk.FileTreeIterator;
import org.jspecify.annotations.Nullable;

/**
 * {@code code: FOLDER} of a document, packed: an archive of the folder's files, the commit that it is at, and what was changed since.
 * Equal files make an equal archive, so that what the lab has is not sent again.
 */
public final class PackedCode implements AutoCloseable {
    private static final FileTime NO_TIME = FileTime.from(Instant.parse("2000-01-01T00:00:00Z"));
    private static final long MOST_DIFF = 10_000_000;

    private final Path work;
    private final CodeSpec spec;
    private final Path archive;
    private final @Nullable Path diff;

    private PackedCode(Path work, CodeSpec spec, Path archive, @Nullable Path diff) {
        this.work = work;
        this.spec = spec;
        this.archive = archive;
        this.diff = diff;
    }

    /** Where the spec of a document names a folder; null: nowhere. */
    private static @Nullable ObjectNode named(ObjectNode document) {
        for (JsonNode spec : List.of(document.path("base"), document.path("spec"), document)) {
            if (spec instanceof ObjectNode object && object.path("code").isTextual()) {
                return object;
            }
        }
        return null;
    }

    /**
     * Packs the folder that a run, a request for one or a sweep names, and writes the archive into the document in its place.
     *
     * @param document is changed
     * @return null where it names none
     * @throws Failure for what cannot be packed
     */
    public static @Nullable PackedCode of(ObjectNode document) {
        ObjectNode spec = named(document);
        if (spec == null) {
            return null;
        }
        Path folder;
        try {
            folder = GivenPath.absolute(spec.path("code").asText()).normalize();
        } catch (IllegalArgumentException e) {
            throw Failure.badInput("code: \"" + spec.path("code").asText() + "\" " + e.getMessage(), null);
        }
        if (!Files.isDirectory(folder)) {
            throw Failure.badInput("code: there is no folder " + folder, "name the folder of the program");
        }
        PackedCode packed = pack(folder);
        spec.set("code", Json.mapper().valueToTree(packed.spec));
        return packed;
    }

    static PackedCode pack(Path folder) {
        try (Repository repository = repository(folder)) {
            Path work = Files.createTempDirectory("runyard-code");
            List<CodeFiles.File> files = CodeFiles.of(
                    folder, repository == null ? null : repository.getWorkTree().toPath());
            Path archive = work.resolve("code.zip");
            archive(files, archive);
            ObjectId head = repository == null ? null : repository.resolve(Constants.HEAD);
            Path diff = repository == null || head == null ? null : diff(repository, head, work.resolve("diff"));
            CodeSpec spec = new CodeSpec(
                    Sha256.of(archive),
                    files.stream().mapToLong(CodeFiles.File::size).sum(),
                    head == null ? null : head.name(),
                    diff == null ? null : Sha256.of(diff));
            return new PackedCode(work, spec, archive, diff);
        } catch (IOException e) {
            throw Failure.fault("code: " + folder + " cannot be packed (" + e.getMessage() + ")", "check the disk", e);
        }
    }

    /** Files that the lab has to have before the document is queued, by their SHA-256. */
    public Map<String, Path> files() {
        return diff == null || spec.diff() == null
                ? Map.of(spec.archive(), archive)
                : Map.of(spec.archive(), archive, spec.diff(), diff);
    }

    CodeSpec spec() {
        return spec;
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(archive);
            if (diff != null) {
                Files.deleteIfExists(diff);
            }
            Files.deleteIfExists(work);
        } catch (IOException e) {
            // the system empties its folder for such files
        }
    }

    private static @Nullable Repository repository(Path folder) throws IOException {
        FileRepositoryBuilder builder = new FileRepositoryBuilder().findGitDir(folder.toFile());
        if (builder.getGitDir() == null) {
            return null;
        }
        Repository repository = builder.build();
        if (repository.isBare()) {
            repository.close();
            return null;
        }
        return repository;
    }

    private static void archive(List<CodeFiles.File> files, Path archive) throws IOException {
        Map<String, String> options = Map.of("create", "true", "enablePosixFileAttributes", "true");
        try (FileSystem zip = FileSystems.newFileSystem(URI.create("jar:" + archive.toUri()), options)) {
            for (CodeFiles.File file : files) {
                Path entry = zip.getPath("/", file.name());
                Files.createDirectories(Objects.requireNonNull(entry.getParent()));
                try (InputStream in = Files.newInputStream(file.path())) {
                    Files.copy(in, entry);
                }
                Set<PosixFilePermission> rights =
                        PosixFilePermissions.fromString(Files.isExecutable(file.path()) ? "rwxr-xr-x" : "rw-r--r--");
                Files.setPosixFilePermissions(entry, rights);
            }
            timeless(zip.getPath("/"));
        }
    }

    private static void timeless(Path root) throws IOException {
        try (var all = Files.walk(root)) {
            for (Path path : all.filter(one -> !one.equals(root)).toList()) {
                Files.getFileAttributeView(path, java.nio.file.attribute.BasicFileAttributeView.class)
                        .setTimes(NO_TIME, NO_TIME, NO_TIME);
            }
        }
    }

    /** What git would say of all files that it does not ignore; null: nothing was changed. */
    private static @Nullable Path diff(Repository repository, ObjectId head, Path target) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        try (DiffFormatter formatter = new DiffFormatter(text);
                ObjectReader reader = repository.newObjectReader();
                RevWalk walk = new RevWalk(repository)) {
            formatter.setRepository(repository);
            CanonicalTreeParser committed = new CanonicalTreeParser();
            committed.reset(reader, walk.parseCommit(head).getTree());
            FileTreeIterator now = new FileTreeIterator(repository);
            formatter.format(committed, now);
            formatter.flush();
        }
        if (text.size() == 0) {
            return null;
        }
        byte[] bytes = text.toByteArray();
        if (bytes.length > MOST_DIFF) {
            bytes = ("changes of more than " + MOST_DIFF + " bytes; the archive has the files as they were\n")
                    .getBytes(StandardCharsets.UTF_8);
        }
        return Files.write(target, bytes);
    }
}
