package dev.runyard.cli.code;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.cli.terminal.Failure;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.sweep.SpecFile;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.eclipse.jgit.api.Git;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PackedCodeTest {
    @TempDir
    Path temp;

    private Path folder;

    @BeforeEach
    void folder() throws IOException {
        folder = Files.createDirectory(temp.resolve("code"));
        write("train.py", "print(1)");
        write("data/set.bin", "many bytes");
        write(".gitignore", "data/\n*.log\n!kept.log\n");
        write("a.log", "x");
        write("kept.log", "x");
        write("sub/.gitignore", "secret\n");
        write("sub/secret", "x");
        write("sub/run.sh", "#!/bin/sh");
        assertThat(folder.resolve("sub/run.sh").toFile().setExecutable(true)).isTrue();
    }

    @Test
    void whatGitWouldTrackIsPackedAndEqualFilesAreOneArchive() throws IOException {
        try (PackedCode first = PackedCode.pack(folder);
                PackedCode second = PackedCode.pack(folder)) {
            assertThat(names(first))
                    .containsExactly(".gitignore", "kept.log", "sub/.gitignore", "sub/run.sh", "train.py");
            assertThat(second.spec()).isEqualTo(first.spec());
            assertThat(first.spec().commit()).isNull();
        }
        write("train.py", "print(2)");
        try (PackedCode other = PackedCode.pack(folder)) {
            assertThat(other.spec().size()).isPositive();
        }
    }

    @Test
    void theCommitAndWhatWasChangedSinceGoWithIt() throws Exception {
        try (Git git = Git.init().setDirectory(folder.toFile()).call()) {
            git.add().addFilepattern(".").call();
            String commit = git.commit()
                    .setMessage("first")
                    .setAuthor("ann", "ann@example.org")
                    .setCommitter("ann", "ann@example.org")
                    .setSign(false)
                    .call()
                    .getName();
            try (PackedCode clean = PackedCode.pack(folder)) {
                assertThat(clean.spec().commit()).isEqualTo(commit);
                assertThat(clean.spec().diff()).isNull();
            }
            write("train.py", "print(2)");
            try (PackedCode changed = PackedCode.pack(folder.resolve("sub"))) {
                assertThat(names(changed)).containsExactly(".gitignore", "run.sh");
                assertThat(changed.spec().commit()).isEqualTo(commit);
                assertThat(Files.readString(changed.files().get(changed.spec().diff())))
                        .contains("-print(1)", "+print(2)");
            }
        }
    }

    @Test
    void whatCannotTravelIsRefusedByName() throws IOException {
        Files.createSymbolicLink(folder.resolve("out"), Path.of("/etc/passwd"));
        refused("out", "link out of the folder");
        Files.delete(folder.resolve("out"));

        Files.createSymbolicLink(folder.resolve("same.py"), Path.of("train.py"));
        try (PackedCode packed = PackedCode.pack(folder)) {
            assertThat(names(packed)).contains("same.py");
        }
        try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.bind(UnixDomainSocketAddress.of(folder.resolve("sock")));
            refused("sock", "socket");
        }
        Files.delete(folder.resolve("sock"));
        try (RandomAccessFile large =
                new RandomAccessFile(folder.resolve("weights.bin").toFile(), "rw")) {
            large.setLength(10L << 30); // no block of it is written
        }
        refused("weights.bin (10737.4 MB)", ".gitignore");
    }

    @Test
    void aDocumentsFolderBecomesItsArchiveWhereverTheSpecStands() {
        for (String text : List.of(
                "{task: command, command: [a], code: \"%s\"}",
                "{spec: {task: command, command: [a], code: \"%s\"}}",
                "{base: {task: command, command: [a], code: \"%s\"}, seeds: [0, 1]}")) {
            ObjectNode document = Json.yaml(text.formatted(folder));
            try (PackedCode packed = PackedCode.of(document)) {
                assertThat(packed).isNotNull();
                SpecFile.of(document);
                assertThat(document.findValue("archive").asText())
                        .isEqualTo(packed.spec().archive());
            }
        }
        assertThat(PackedCode.of(Json.yaml("{dataset: {id: shapes}}"))).isNull();
        assertThatThrownBy(() -> PackedCode.of(Json.yaml("{task: command, command: [a], code: /no/such}")))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("/no/such");
    }

    private void refused(String... words) {
        assertThatThrownBy(() -> PackedCode.pack(folder))
                .isInstanceOf(Failure.class)
                .hasMessageContainingAll(words);
    }

    private void write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static List<String> names(PackedCode packed) throws IOException {
        Path archive = packed.files().get(packed.spec().archive());
        try (FileSystem zip = FileSystems.newFileSystem(archive, Map.of("enablePosixFileAttributes", "true"));
                Stream<Path> all = Files.walk(zip.getPath("/"))) {
            List<Path> files = all.filter(Files::isRegularFile).sorted().toList();
            for (Path file : files) {
                assertThat(Files.getPosixFilePermissions(file).contains(PosixFilePermission.OWNER_EXECUTE))
                        .isEqualTo(file.toString().endsWith(".sh"));
            }
            return files.stream().map(file -> file.toString().substring(1)).toList();
        }
    }
}
